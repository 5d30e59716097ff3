"""How a system's tables become our rows: what each module of this package declares."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Model

from billing.ledger.events import UsageEvent
from integrations.databases.source import Order
from integrations.models import Source
from integrations.systems.row import Row


class RefusedError(ValueError):
    """The row cannot become one of ours. The message says why, without any value that may be secret."""


@dataclass(slots=True)
class Draft:
    """One of our rows to be: `fields` by column (`person_id`, not `person`), links as our own ids.

    `part` tells several drafts of one source row apart ("tool_calls/0"); the first draft of a row is its main
    one and has none. `once` holds fields that are set when the row is made and never compared again.
    `secrets` are written when given (with --with-secrets), and are neither hashed nor shown.
    `project_id` is None for models that stand above projects. `adopts`: a row of ours that is there already
    with these values is taken for this one, unless another source row has become it. `into`: the row adds
    its fields to this row of ours, which another source row became (an account to its user).
    `remembered_as`: a table and key under which links find it, instead of the row's own.
    `merged`: JSON fields to which other source rows add as well: an update sets the keys that it names, and
    leaves the others; None takes a key away.
    """

    model: type[Model]
    fields: dict[str, Any]
    project_id: UUID | None = None
    part: str = ""
    once: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    adopts: dict[str, Any] | None = None
    into: UUID | None = None
    remembered_as: tuple[str, str] | None = None
    merged: frozenset[str] = frozenset()


@dataclass(slots=True)
class UsageDraft:
    """A model call to be booked. The engine sets the event's source and native id from the row's key."""

    event: UsageEvent
    part: str = ""


AnyDraft = Draft | UsageDraft


@dataclass(frozen=True, slots=True)
class Found:
    """One of our rows that a source row became. `label` is a person's or agent's name, else ""."""

    id: UUID
    project_id: UUID | None
    label: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


class Links(Protocol):
    """What a converter may ask of what was imported before it."""

    source_name: str
    with_secrets: bool
    withheld: frozenset[str]
    """Columns that the source has and that are not read, because they hold secrets."""

    @property
    def unassigned(self) -> UUID:
        """The source's reserved project for rows that name none."""

    @property
    def main(self) -> UUID:
        """The one project of a source that knows no projects of its own; it is made when first asked for."""

    def to(self, row: Row, column: str) -> Found | None:
        """What the row behind `column` became (the table's `links` says of which table).

        None when the column is empty; also, flagged as dangling_links, when there is no such row.
        """

    def maybe(self, row: Row, column: str) -> Found | None:
        """The same, where it is fine that there is none."""

    def met(self, table: str, key: str) -> Found | None:
        """A shared row, if it was made."""

    def claim(self, row: Row, table: str, key: str) -> bool:
        """Whether the row is the first to claim `key`, now or in an earlier import.

        Who claims yields a draft that is `remembered_as` (table, key), so that the claim lasts; without one
        it lasts for this import.
        """

    def absent(self, table: str, keys: Iterable[str]) -> list[str]:
        """Those of `keys` that no row of the table has become; one query."""

    def time_of(self, row: Row, *times: datetime | None) -> datetime:
        """The first time that is known, else that of the import. Flagged unless it is `times[0]`."""

    def key(self, row: Row) -> str:
        """The row's key in its table."""

    def id(self, row: Row) -> UUID:
        """The id that the row's main draft has, or will have: parts of the row may point to it."""

    def own(self, row: Row) -> Found | None:
        """In a second pass (`is_pass`): what this very row became in the first one, with `own_fields`."""

    def shared(self, table: str, key: str, make: Callable[[], Draft]) -> Found:
        """A row that several source rows have in common: made when `key` is met for the first time."""


Convert = Callable[[Row, Links], Iterable[AnyDraft]]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a source: how it is called, read and converted.

    `names` are what the states of the schema call it: the first one found is read and reported under that
    name. `name` is what `links` of other tables call it. `key` are the columns that identify a row, `keys`
    those where the table has the other of its names. `links`
    maps columns to the tables they point into, `link_fields` those tables to fields of ours that are loaded
    with them; `late_links` maps columns that point into the same table to
    the field of ours that is set when all its rows are there. `secret` columns are never read, unless asked
    for with --with-secrets when they are in `with_secrets`. A second pass over a table (`is_pass`) is read
    again but not counted again; `own_fields` are loaded for `Links.own`. `before` runs ahead of the first
    batch, in a transaction of its own.
    """

    name: str
    names: tuple[str, ...]
    convert: Convert
    key: tuple[str, ...] = ("id",)
    order: tuple[Order, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    link_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    late_links: Mapping[str, str] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()
    with_secrets: frozenset[str] = frozenset()
    is_pass: bool = False
    own_fields: tuple[str, ...] = ()
    before: "Callable[[Source], object] | None" = None
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def key_of(self, label: str) -> tuple[str, ...]:
        """The columns that identify a row where the table is called `label`."""
        return self.keys.get(label, self.key)


@dataclass(frozen=True, slots=True)
class System:
    """A system that import_system reads: its tables in the order in which they are imported.

    `never` names tables that hold nothing but secrets, with the reason that is reported. `books_own_costs`:
    the usage table has a cost column (by table and column): where it is null the cost stays unknown.
    `is_clock_local`: naive times are the server's local ones, so that the operator names their zone.
    """

    kind: str
    title: str
    tables: Sequence[Table]
    never: Mapping[str, str] = field(default_factory=dict)
    costs_in: tuple[str, str] | None = None
    is_clock_local: bool = False
