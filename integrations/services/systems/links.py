"""What converters may ask: links to what was imported before, and rows that several source rows share."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from core.ids import new_id
from integrations.models import Source
from integrations.services.systems.memory import Remembered, remembered, stored_key, targets
from integrations.services.systems.projects import main_project, unassigned_project
from integrations.services.systems.writing import Writer
from integrations.systems.declarations import Draft, Found, Table
from integrations.systems.row import Row

_SHARED_KEPT = 20_000


@dataclass(slots=True)
class SharedRows:
    """Rows that several source rows have in common, remembered over all batches that were committed."""

    found: "OrderedDict[tuple[str, str], Found]" = field(default_factory=OrderedDict)

    def keep(self, met: Mapping[tuple[str, str], Found]) -> None:
        self.found.update(met)
        while len(self.found) > _SHARED_KEPT:
            self.found.popitem(last=False)


class BatchLinks:
    """The `Links` of one batch: what its rows point to is loaded beforehand, a query a linked table."""

    def __init__(
        self,
        source: Source,
        table: Table,
        keys: Mapping[int, str],
        rows: Iterable[Row],
        *,
        with_secrets: bool,
        withheld: frozenset[str] = frozenset(),
        shared: SharedRows,
        writer: Writer,
        awkward: Counter[str],
    ) -> None:
        self.source_name = source.name
        self.with_secrets = with_secrets
        self.withheld = withheld
        self._source = source
        self._table = table
        self._keys = keys
        self._shared = shared
        self._writer = writer
        self._awkward = awkward
        self.met_here: dict[tuple[str, str], Found] = {}
        self._absent: set[tuple[str, str]] = set()
        self._now = timezone.now()
        wanted: dict[str, set[str]] = {}
        for row in rows:
            for column, target in table.links.items():
                if (value := row.values.get(column)) not in (None, ""):
                    wanted.setdefault(target, set()).add(stored_key(str(value)))
        self._found = {
            name: targets(remembered(source, name, met), table.link_fields.get(name, ()))
            for name, met in wanted.items()
        }
        self.known: dict[str, Remembered] = remembered(source, table.name, filter(None, keys.values()))
        self._own = targets(self.known, table.own_fields) if table.is_pass else {}
        self._ids: dict[str, UUID] = {}

    @property
    def unassigned(self) -> UUID:
        return unassigned_project(self._source, self._writer.project_values)

    @property
    def main(self) -> UUID:
        return main_project(self._source, self._writer.project_values)

    def to(self, row: Row, column: str) -> Found | None:
        found = self.maybe(row, column)
        if found is None and row.raw(column) not in (None, ""):
            self._awkward["dangling_links"] += 1
            row.keep(column, str(row.raw(column)))
        return found

    def maybe(self, row: Row, column: str) -> Found | None:
        value = row.raw(column)
        if value is None or value == "":
            return None
        return self._found.get(self._table.links[column], {}).get(stored_key(str(value)))

    def met(self, table: str, key: str) -> Found | None:
        name = (table, stored_key(key))
        found = self._shared.found.get(name) or self.met_here.get(name)
        if found is None and name not in self._absent:
            found = targets(remembered(self._source, table, [name[1]])).get(name[1])
            if found is None:
                self._absent.add(name)
            else:
                self.met_here[name] = found
        return found

    def claim(self, row: Row, table: str, key: str) -> bool:
        found = self.met(table, key)
        if found is None:
            # Several rows may have become one of ours: among the rows of this import, the first has it.
            found = Found(self.id(row), None, values={"row": self.key(row)})
            self.met_here[(table, stored_key(key))] = found
        return found.id == self.id(row) and found.values.get("row", self.key(row)) == self.key(row)

    def absent(self, table: str, keys: Iterable[str]) -> list[str]:
        stored = {key: stored_key(key) for key in keys}
        there = remembered(self._source, table, stored.values())
        return [key for key, name in stored.items() if name not in there]

    def time_of(self, row: Row, *times: datetime | None) -> datetime:
        if times[0] is None:
            row.flag("no_time")
        return next((time for time in times if time is not None), self._now)

    def key(self, row: Row) -> str:
        """The row's key in its table."""
        return self._keys[id(row)]

    def id(self, row: Row) -> UUID:
        """The id that the row's main draft has, or will have."""
        key = self.key(row)
        if key not in self._ids:
            self._ids[key] = self.known[key].target_id if key in self.known else new_id()
        return self._ids[key]

    def own(self, row: Row) -> Found | None:
        return self._own.get(self.key(row))

    def shared(self, table: str, key: str, make: Callable[[], Draft]) -> Found:
        found = self.met(table, key)
        if found is None:
            found = self._writer.make_shared(table, stored_key(key), make())
            self.met_here[(table, stored_key(key))] = found
        return found
