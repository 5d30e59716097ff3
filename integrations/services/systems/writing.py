"""Writing drafts: new rows in bulk, changed ones one by one, and what is remembered of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Model

from accounts.models import Person
from chat.models import Message
from core.ids import new_id
from core.transitions import StatefulModel
from integrations.models import ImportedRow, Source
from integrations.services.gone import kept_gone
from integrations.services.systems.cleaning import clean, content_hash
from integrations.services.systems.memory import Remembered
from integrations.services.systems.places import place, put_in_order
from integrations.services.systems.projects import free_name, kept_name, unassigned_project
from integrations.systems.declarations import Draft, Found, RefusedError
from projects.models import Project

_NAMES = ("display_name", "name", "email")
"""What a row is called, first things first."""


@dataclass(slots=True)
class Entry:
    """A draft with the key under which it is remembered, what is known of it, and its id."""

    draft: Draft
    table: str
    key: str
    id: UUID
    known: Remembered | None
    digest: bytes = b""

    @property
    def is_new(self) -> bool:
        return self.known is None

    @property
    def is_same(self) -> bool:
        return self.known is not None and self.known.content_hash == self.digest


@dataclass(slots=True)
class Writer:
    """Writes the drafts of one batch. `project_values` are set on every project that is made."""

    source: Source
    project_values: Mapping[str, Any]
    awkward: Counter[str] = field(default_factory=Counter)

    def prepare(self, draft: Draft) -> bytes:
        """Make the values storable; returns the content's hash."""
        clean(draft, self.awkward)
        return content_hash(draft)

    def make_shared(self, table: str, key: str, draft: Draft) -> Found:
        """Write a row that several source rows have in common, at once: others of the batch point to it."""
        digest = self.prepare(draft)
        entry = Entry(draft, table, key, new_id(), None, digest)
        self._adopt([entry])
        self.write([entry])
        return Found(
            entry.id,
            entry.id if draft.model is Project else draft.project_id,
            next((str(each) for name in _NAMES if (each := draft.fields.get(name))), ""),
        )

    def write(self, entries: Sequence[Entry]) -> None:
        """Write what is new or changed, in the order of the drafts' models, and remember it."""
        fresh = [entry for entry in entries if entry.is_new]
        self._adopt(fresh)
        by_model: dict[type[Model], list[Entry]] = {}
        for entry in fresh:
            by_model.setdefault(entry.draft.model, []).append(entry)
        for model, made in by_model.items():
            self._create(model, [entry for entry in made if entry.draft.into is None])
        for entry in fresh:
            if entry.draft.into is not None:
                self._update(entry)
        for entry in entries:
            if not entry.is_new and not entry.is_same:
                self._update(entry)
            elif not entry.is_new and entry.draft.secrets:
                rows = self._rows(entry)
                if secrets := kept_gone(entry.draft.model, rows, entry.draft.secrets):
                    rows.update(**secrets)
        self._remember(entries)
        self._count_shared_addresses(entries)

    def _adopt(self, fresh: Iterable[Entry]) -> None:
        """Let drafts take over rows that are there already."""
        for entry in fresh:
            draft = entry.draft
            if draft.into is not None:
                entry.id = draft.into
            elif draft.adopts is not None:
                there = draft.model._default_manager.filter(**self._scope(draft), **draft.adopts).first()
                if there is None:
                    continue
                taken = ImportedRow.objects.filter(
                    source=self.source, target_model=draft.model._meta.label_lower, target_id=there.pk
                )
                if not taken.exists():
                    draft.into = entry.id = there.pk

    def _create(self, model: type[Model], made: Sequence[Entry]) -> None:
        late = place(made) if model is Message else ()
        objects = [model(id=entry.id, **self._values(entry.draft)) for entry in made]
        if model is not Project:
            model._default_manager.bulk_create(objects)
            for conversation_id in late:
                put_in_order(conversation_id)
            return
        for project in objects:
            wanted = project.name  # type: ignore[attr-defined]
            project.name = free_name(wanted, self.source.name)  # type: ignore[attr-defined]
            if project.name != wanted.strip():  # type: ignore[attr-defined]
                self.awkward["project_name_taken"] += 1
            project.save(force_insert=True)

    def _values(self, draft: Draft) -> dict[str, Any]:
        values = {**draft.fields, **draft.once, **draft.secrets, **self._scope(draft)}
        values |= {name: _merged({}, values[name]) for name in draft.merged}
        return {**self.project_values, **values} if draft.model is Project else values

    def _scope(self, draft: Draft) -> dict[str, Any]:
        return {} if draft.project_id is None else {"project_id": draft.project_id}

    def _count_shared_addresses(self, entries: Sequence[Entry]) -> None:
        """Count people whose address, whatever its case, somebody before them has: they are never merged."""
        people = {
            entry.id: entry.draft.fields.get("email_normalized")
            for entry in entries
            if entry.draft.model is Person and entry.draft.into is None
        }
        addresses = {address for address in people.values() if address}
        if not addresses:
            return
        first = dict(
            Person.objects.filter(email_normalized__in=addresses)
            .order_by("-pk")
            .values_list("email_normalized", "pk")
        )
        self.awkward["duplicate_emails"] += sum(
            first.get(address, pk) != pk for pk, address in people.items() if address
        )

    def _rows(self, entry: Entry) -> Any:
        """The row of ours, named with its project, which never changes."""
        rows = entry.draft.model._default_manager.filter(pk=entry.id)
        if entry.known is not None and entry.draft.project_id is not None:
            return rows.filter(project_id=entry.known.project_id)
        return rows

    def _update(self, entry: Entry) -> None:
        draft = entry.draft
        rows = self._rows(entry)
        values = kept_gone(draft.model, rows, {**draft.fields, **draft.secrets})
        if not values:
            return
        if draft.merged and set(draft.merged) <= set(values):
            stored = rows.values(*draft.merged).first() or {}
            values |= {name: _merged(stored.get(name) or {}, values[name]) for name in draft.merged}
        if entry.known is not None and draft.project_id not in (None, entry.known.project_id):
            self.awkward["project_changed"] += 1
        if draft.model is Project and "name" in values:
            present = rows.values_list("name", flat=True).first()
            if present is not None:
                values["name"] = kept_name(present, values["name"], self.source.name)
        if issubclass(draft.model, StatefulModel) and "status" in values:
            self._walk(draft.model, rows, values)
            return
        rows.update(**values)

    def _walk(self, model: type[StatefulModel], rows: Any, values: dict[str, Any]) -> None:
        """Update a row along its state machine: the steps between are written too."""
        present = rows.values_list("status", flat=True).first()
        if present is None:
            return
        path = model.machine.path(present, str(values["status"]))
        if path is None:
            raise RefusedError(f"status: “{present}” here cannot become “{values['status']}”")
        others = {name: value for name, value in values.items() if name != "status"}
        if not path:
            rows.update(**others)
        for step in path[:-1]:
            rows.update(status=step, **model.step_values(step))
        if path:
            rows.update(status=path[-1], **others)

    def _remember(self, entries: Sequence[Entry]) -> None:
        fallback: UUID | None = None
        made = []
        for entry in entries:
            if entry.known is not None:
                if not entry.is_same:
                    ImportedRow.objects.filter(pk=entry.known.pk, project_id=entry.known.project_id).update(
                        content_hash=entry.digest
                    )
                continue
            project_id = entry.id if entry.draft.model is Project else entry.draft.project_id
            if project_id is None:
                fallback = fallback or unassigned_project(self.source, self.project_values)
                project_id = fallback
            made.append(
                ImportedRow(
                    project_id=project_id,
                    source=self.source,
                    source_table=entry.table,
                    source_key=entry.key,
                    target_model=entry.draft.model._meta.label_lower,
                    target_id=entry.id,
                    content_hash=entry.digest,
                )
            )
        ImportedRow.objects.bulk_create(
            made,
            update_conflicts=True,
            update_fields=["target_id", "target_model", "content_hash"],
            unique_fields=["project", "source", "source_table", "source_key"],
        )


def _merged(present: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**present, **given}.items() if value is not None}
