"""Who uses Project Wiz: users, accounts, preferences, and agents in states where they are no users."""

from collections.abc import Iterator
from typing import Any

from accounts.models import Person
from integrations.systems.declarations import AnyDraft, Draft, Found, Links, RefusedError
from integrations.systems.fields import person_fields, times
from integrations.systems.row import Row
from integrations.systems.vocabularies import translated

_KINDS = {"human": Person.Kind.HUMAN, "agent": Person.Kind.AGENT}
_CHOSEN = ("theme", "timezone", "status", "deactivated_by")
_PREFERENCES = frozenset({"preferences"})
"""What accounts and preferences add to a person stands beside what the user's own row says."""

AGENT_PEOPLE = "agent_people"


def user(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A person. `status` is their presence (online, away), not whether they may sign in."""
    name = row.text(row.first("name", "username"))
    chosen = {column: row.text(column) or None for column in _CHOSEN if column in row}
    fields: dict[str, Any] = {
        **person_fields(row, name=name, email=row.text("email"), source=links.source_name),
        "kind": translated(row, "type", _KINDS, Person.Kind.HUMAN),
        "avatar_url": row.text("avatar"),
        "disabled_at": disabled_at(row),
        **times(row),
    }
    if "username" in row:
        fields["handle"] = row.text("username")
    yield Draft(Person, {**fields, "preferences": {**row.rest(), **chosen}}, merged=_PREFERENCES)


def disabled_at(row: Row) -> Any:
    """When the row was deactivated; the last change, flagged, where it is inactive and no time is told."""
    told = row.time("deactivated_at") if "deactivated_at" in row else None
    if told is not None or "is_active" not in row or row.boolean("is_active") is not False:
        return told
    row.flag("no_deactivation_time")
    return row.time("updated_at")


def account(row: Row, links: Links) -> Iterator[AnyDraft]:
    """The name with which a person signs in; of several, the first. Its password hash is not read."""
    person, name = _person(row, links), row.text("username")
    is_first = links.claim(row, "handle", str(person.id))
    if not is_first:
        row.flag("second_account")
    yield _addition(row, person, "accounts", {"handle": name} if is_first else {}, username=name)


def preferences(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = _person(row, links)
    theme = row.text("theme") or None
    addition = _addition(row, person, "user_preferences", {})
    addition.fields["preferences"]["theme"] = theme
    yield addition


def _person(row: Row, links: Links) -> Found:
    person = links.to(row, "user_id")
    if person is None:
        raise RefusedError("user_id: there is no such user")
    return person


def _addition(row: Row, person: Found, table: str, fields: dict[str, Any], **said: str) -> Draft:
    """What a row adds to a person; its own id and clocks are kept among the preferences."""
    clocks = {name: time.isoformat() for name, time in times(row).items()}
    kept = {f"{table} {row.text('id')}": {**row.rest(), **said, **clocks}}
    return Draft(Person, {**fields, "preferences": kept}, into=person.id, merged=_PREFERENCES)


def agent_person(row: Row, links: Links) -> Iterator[AnyDraft]:
    """The person as whom an agent writes, in states where agents are not among the users."""
    if links.maybe(row, "user_id" if "user_id" in row else "id") is None:
        name = row.text("name") or f"Agent {row.text('id')}"
        fields = person_fields(row, name=name, email="", source=links.source_name)
        yield Draft(Person, {**fields, "kind": Person.Kind.AGENT, **times(row)})


def author(row: Row, links: Links, column: str) -> Found | None:
    """The person behind `column`, who may be an agent that is no user; flagged when there is none."""
    found = links.maybe(row, column)
    key = row.raw(column)
    if found is None and key not in (None, ""):
        found = links.met(AGENT_PEOPLE, str(key))
    return found or links.to(row, column)
