"""Writing one exported conversation: what is new and what changed, each message once."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import F

from billing.ledger.events import Result, UsageEvent
from billing.ledger.record import record_usage
from chat.models import Conversation, Message
from core.ids import new_id
from integrations.conversations.drafts import ConversationDraft, MessageDraft
from integrations.models import ImportedRow, Source
from integrations.services.attribution import projects_named
from integrations.services.gone import kept_gone
from integrations.services.systems.memory import Remembered, chunks, remembered, stored_key

_CONVERSATIONS = "conversations"
_MESSAGES = "messages"
_HASH_BYTES = 16
_FORGOTTEN = bytes(_HASH_BYTES)
"""The hash of a message that left the export: when it comes back, it is written again."""
_MESSAGE_FIELDS = tuple(each.name for each in fields(MessageDraft))

DELETED = "were deleted here and stay deleted"
ELSEWHERE = "stay in the project of their first import, as they are"
OLDER = "are here in a newer form already"


@dataclass(slots=True)
class Written:
    """What became of a conversation: `result` is created, updated or unchanged.

    `stayed` says what was not done. `refused_calls`: messages whose model call was not booked, and why.
    """

    result: str
    project_id: UUID
    messages: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    refused_calls: list[tuple[MessageDraft, str]] = field(default_factory=list)
    stayed: str = ""


def write(draft: ConversationDraft, *, source: Source, project_name: str | None, was_met: bool) -> Written:
    """Write `draft` inside the caller's transaction.

    `was_met`: this import met the conversation before; then only a newer form of it is written. An older form
    than what is here changes nothing, so that exports may be imported in any order and again.

    Sources are shared by projects. Whoever names a project may write there alone: a conversation that stands
    in another one is left as it is, whatever the export says of it. Without a name it is written where it is.
    """
    source = Source.objects.select_for_update().get(pk=source.pk)
    digests = {message.key: _message_digest(message) for message in draft.messages}
    key, digest = stored_key(draft.key), _conversation_digest(draft, digests.values())
    known = remembered(source, _CONVERSATIONS, [key]).get(key)
    if known is None:
        name = draft.project_name if project_name is None else project_name
        project_id = projects_named([name], source)[name]
        pk = _create(draft, source, project_id, key, digest)
        return _Messages(draft, source, project_id, pk, digests).write("created")
    unchanged = Written("unchanged", known.project_id)
    if project_name is not None and known.project_id != projects_named([project_name], source)[project_name]:
        unchanged.stayed = "" if was_met else ELSEWHERE
        return unchanged
    if known.content_hash == digest:
        unchanged.messages["unchanged"] = len(draft.messages)
        return unchanged
    rows = Conversation.objects.filter(pk=known.target_id, project_id=known.project_id)
    last = rows.filter(removed_at__isnull=True).values_list("last_activity_at", flat=True).first()
    if last is None:
        unchanged.stayed = DELETED
        return unchanged
    if draft.last_activity_at < last or (was_met and draft.last_activity_at == last):
        unchanged.stayed = "" if was_met else OLDER
        return unchanged
    rows.update(**kept_gone(Conversation, rows, _fields(draft)))
    _remember_change(known, digest)
    return _Messages(draft, source, known.project_id, known.target_id, digests).write("updated")


def _create(draft: ConversationDraft, source: Source, project_id: UUID, key: str, digest: bytes) -> UUID:
    """A conversation that a door made of the same session is taken for this one."""
    conversation, is_new = Conversation.objects.get_or_create(
        project_id=project_id, source=source.name, external_id=key, defaults=_fields(draft)
    )
    if not is_new:
        rows = Conversation.objects.filter(pk=conversation.pk, project_id=project_id)
        rows.update(**kept_gone(Conversation, rows, _fields(draft)))
    row = _row(source, project_id, _CONVERSATIONS, key, conversation, digest)
    ImportedRow.objects.bulk_create([row])
    return conversation.pk


def _fields(draft: ConversationDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "model": draft.model,
        "metadata": draft.metadata,
        "tags": draft.tags,
        "started_at": draft.started_at,
        "last_activity_at": draft.last_activity_at,
    }


@dataclass(slots=True)
class _Messages:
    """The messages of one conversation on their way."""

    draft: ConversationDraft
    source: Source
    project_id: UUID
    conversation_id: UUID
    digests: Mapping[str, bytes]
    ids: dict[str, UUID] = field(default_factory=dict)

    def write(self, result: str) -> Written:
        written = Written(result, self.project_id)
        keys = {message.key: stored_key(f"{self.draft.key}/{message.key}") for message in self.draft.messages}
        known = remembered(self.source, _MESSAGES, keys.values())
        digests = self.digests
        present = dict(self._rows().order_by("position").values_list("pk", "position"))
        fresh, changed = [], []
        for message in self.draft.messages:
            row = known.get(keys[message.key])
            self.ids[message.key] = new_id() if row is None else row.target_id
            if row is None:
                fresh.append(message)
            elif row.content_hash != digests[message.key] and row.target_id in present:
                changed.append(message)
        for message in changed:
            row = self._rows().filter(pk=self.ids[message.key])
            row.update(**kept_gone(Message, row, _message_fields(message, self.draft)))
            _remember_change(known[keys[message.key]], digests[message.key])
        self._place(fresh, present)
        ImportedRow.objects.bulk_create(
            _row(
                self.source,
                self.project_id,
                _MESSAGES,
                keys[message.key],
                Message(pk=self.ids[message.key]),
                digests[message.key],
            )
            for message in fresh
        )
        written.messages.update(
            created=len(fresh),
            updated=len(changed),
            unchanged=len(self.draft.messages) - len(fresh) - len(changed),
            branches=self.draft.branches,
            gone=self._keep_gone(present),
        )
        self._book([*fresh, *changed], written)
        return written

    def _rows(self) -> Any:
        return Message.objects.filter(project_id=self.project_id, conversation_id=self.conversation_id)

    def _place(self, fresh: Sequence[MessageDraft], present: Mapping[UUID, int]) -> None:
        """Number the messages as the export orders them, then what is no longer in it; write the new ones."""
        made = {self.ids[message.key] for message in fresh}
        order = [pk for pk in self.ids.values() if pk in present or pk in made]
        order += [pk for pk in present if pk not in set(order)]
        places = {pk: place for place, pk in enumerate(order, start=1)}
        moved = [pk for pk, place in present.items() if places[pk] != place]
        if moved:
            # Out of the way first: no two messages may share a place, not even between two statements.
            free = max(len(order), *present.values())
            for some in chunks(moved):
                self._rows().filter(pk__in=some).update(position=F("position") + free)
            rows = [Message(pk=pk, position=places[pk]) for pk in moved]
            self._rows().bulk_update(rows, ["position"], batch_size=200)
        Message.objects.bulk_create(
            (
                Message(
                    id=self.ids[message.key],
                    project_id=self.project_id,
                    conversation_id=self.conversation_id,
                    position=places[self.ids[message.key]],
                    **_message_fields(message, self.draft),
                )
                for message in fresh
            ),
            batch_size=500,
        )

    def _keep_gone(self, present: Mapping[UUID, int]) -> int:
        """Messages that left the export stay, beside the path to read; returns how many there are."""
        gone = present.keys() - set(self.ids.values())
        for some in chunks(sorted(gone)):
            for row in self._rows().filter(pk__in=some):
                if row.metadata.get("gone") is not True:
                    metadata = {"parent": "", **row.metadata, "branch": True, "gone": True}
                    self._rows().filter(pk=row.pk).update(metadata=metadata)
            ImportedRow.objects.filter(
                project_id=self.project_id, source=self.source, source_table=_MESSAGES, target_id__in=some
            ).update(content_hash=_FORGOTTEN)
        return len(gone)

    def _book(self, messages: Sequence[MessageDraft], written: Written) -> None:
        """Book the calls behind new and changed messages."""
        calling = [(message, message.call) for message in messages if message.call is not None]
        events = [
            replace(
                call,
                project_id=self.project_id,
                source=self.source.name,
                dedup_scope=f"{self.source.kind}:{self.source.name}",
                conversation_id=self.conversation_id,
                message_id=self.ids[message.key],
            )
            for message, call in calling
        ]
        outcomes = record_usage(events, is_confined=True) if events else []
        refused = [(message, message.call_fault) for message in messages if message.call_fault]
        refused += [
            (message, outcome.reason)
            for (message, _), outcome in zip(calling, outcomes, strict=True)
            if outcome.result == Result.REJECTED
        ]
        written.refused_calls = refused
        written.calls = Counter(_COUNT_NAMES.get(outcome.result, "duplicates") for outcome in outcomes)
        written.calls["rejected"] = len(refused)


_COUNT_NAMES = {
    Result.CREATED: "created",
    Result.UNCHANGED: "unchanged",
    Result.REJECTED: "rejected",
}


def _message_fields(message: MessageDraft, draft: ConversationDraft) -> dict[str, Any]:
    return {
        "role": message.role,
        "author_label": message.author_label,
        "kind": message.kind,
        "source_role": message.source_role,
        "provider": "" if message.call is None else message.call.provider,
        "token_count": message.token_count,
        "attachments": message.attachments,
        "metadata": message.metadata,
        "model": message.model,
        "content": message.content,
        "parts": message.parts,
        "sent_at": message.sent_at or draft.started_at,
    }


def _row(
    source: Source,
    project_id: UUID,
    table: str,
    key: str,
    target: Conversation | Message,
    digest: bytes,
) -> ImportedRow:
    return ImportedRow(
        project_id=project_id,
        source=source,
        source_table=table,
        source_key=key,
        target_model=target._meta.label_lower,
        target_id=target.pk,
        content_hash=digest,
    )


def _remember_change(known: Remembered, digest: bytes) -> None:
    ImportedRow.objects.filter(pk=known.pk, project_id=known.project_id).update(content_hash=digest)


def _message_digest(message: MessageDraft) -> bytes:
    return _digest({name: getattr(message, name) for name in _MESSAGE_FIELDS})


def _conversation_digest(draft: ConversationDraft, messages: Iterable[bytes]) -> bytes:
    return _digest({"key": draft.key, **_fields(draft), "messages": [digest.hex() for digest in messages]})


def _digest(said: dict[str, Any]) -> bytes:
    """16 bytes over what is said: a second import with the same content changes nothing."""
    content = json.dumps(said, sort_keys=True, default=_text)
    return sha256(content.encode()).digest()[:_HASH_BYTES]


def _text(value: Any) -> Any:
    if isinstance(value, UsageEvent):
        return asdict(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)
