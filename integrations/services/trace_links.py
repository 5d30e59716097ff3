"""Which projects the links between spans belong to: those of the calls of the same trace."""

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from billing.ledger.events import SpanLink
from integrations.models import Source
from integrations.services.attribution import projects_named
from integrations.sources.parsed import Link, ParsedUsage
from integrations.sources.tallies import scratch_database


class TraceLinks:
    """The links of an import, and the projects of its traces, on disk.

    A call may come in another batch than the links of its trace, before them or after.
    """

    def __init__(self) -> None:
        self._batch = 0
        self._database = scratch_database()
        self._database.execute(
            "CREATE TABLE link (trace TEXT, span TEXT, parent TEXT, batch INTEGER, PRIMARY KEY (trace, span))"
            " WITHOUT ROWID"
        )
        self._database.execute(
            "CREATE TABLE home (trace TEXT, project TEXT, batch INTEGER, PRIMARY KEY (trace, project))"
            " WITHOUT ROWID"
        )

    def take(self, links: Iterable[Link], calls: Iterable[ParsedUsage], project_name: str | None) -> None:
        """Take in what a batch has, before it is booked. `project_name` overrides that of the calls."""
        self._batch += 1
        self._database.executemany(
            "INSERT OR IGNORE INTO link VALUES (?, ?, ?, ?)",
            ((link.trace_id, link.span_id, link.parent_span_id, self._batch) for link in links),
        )
        homes = {
            (call.event.trace_id, call.project_name if project_name is None else project_name)
            for call in calls
            if call.event.trace_id
        }
        self._database.executemany(
            "INSERT OR IGNORE INTO home VALUES (?, ?, ?)", ((*home, self._batch) for home in homes)
        )

    def due(self, source: Source) -> Sequence[SpanLink]:
        """The links that this batch brought or found a project for; in the transaction that books it."""
        rows = self._database.execute(
            "SELECT project, trace, span, parent FROM link JOIN home USING (trace)"
            " WHERE link.batch = ?1 OR home.batch = ?1 ORDER BY project, trace, span",
            (self._batch,),
        ).fetchall()
        projects = projects_named({project for project, *_ in rows}, source)
        return [SpanLink(projects[project], trace, span, parent) for project, trace, span, parent in rows]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
