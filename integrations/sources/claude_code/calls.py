"""The calls of all transcripts at hand, each once, gathered on disk.

One call may stand in many lines of many files: blocks of a message, copies in forks, replays in subagents.
What is kept of them does not depend on the order of the files.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.sources.claude_code.lines import CallLine
from integrations.sources.claude_code.usage import total_tokens
from integrations.sources.tallies import scratch_database
from integrations.sources.values import plain


@dataclass(frozen=True, slots=True)
class Call:
    """A call: the largest usage that a line gave, its earliest time, the session that first made it."""

    native_id: str
    message_id: str
    where: str
    at: datetime
    model: str
    usage: dict[str, Any]
    cost: Decimal | None
    session_id: str
    agent: str
    project_name: str
    is_replay: bool
    """A subagent's transcript repeats a message of its parent, under another request id."""

    @property
    def request_id(self) -> str:
        """The second half of the native id; empty for a line without ids, and where the id was too long."""
        head, colon, request_id = self.native_id.rpartition(":")
        return request_id if colon and head == self.message_id else ""


class Calls:
    """Gathers lines, then gives the calls in the order of their times."""

    def __init__(self) -> None:
        self._database = scratch_database()
        self._database.execute(
            "CREATE TABLE call (native_id TEXT PRIMARY KEY, message_id TEXT, in_main INTEGER, size INTEGER,"
            " figures TEXT, at TEXT, rank TEXT, place TEXT) WITHOUT ROWID"
        )
        self._database.execute("CREATE INDEX call_message ON call (message_id, in_main)")

    def close(self) -> None:
        self._database.close()

    def add(
        self, native_id: str, line: CallLine, *, where: str, began: datetime, agent: str, project: str
    ) -> bool:
        """Take in a line of a file whose first line is of the time `began`; False for a known call.

        Among copies the original keeps the call: the line that is no copy, in a main transcript, in the file
        that began first. Raises BadValueError when the usage cannot be counted.
        """
        size = total_tokens(line.usage)
        figures = json.dumps([plain(line.usage), line.model, line.cost], sort_keys=True, default=str)
        # A forked session's file begins after the history that it copies.
        is_copy = line.is_copy or line.at < began
        rank = f"{is_copy:d}{line.is_sidechain:d} {began.isoformat()} {line.session_id}"
        place = json.dumps([where, line.session_id, agent, project])
        known = self._database.execute(
            "SELECT in_main, size, figures, at, rank, place FROM call WHERE native_id = ?", (native_id,)
        ).fetchone()
        in_main, at = int(not line.is_sidechain), line.at.isoformat(timespec="microseconds")
        if known is not None:
            in_main, at = max(in_main, known[0]), min(at, known[3])
            size, figures = max((size, figures), (known[1], known[2]))
            rank, place = min((rank, place), (known[4], known[5]))
        self._database.execute(
            "INSERT OR REPLACE INTO call VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (native_id, line.message_id, in_main, size, figures, at, rank, place),
        )
        return known is None

    def __iter__(self) -> Iterator[Call]:
        rows = self._database.execute(
            "SELECT native_id, message_id, figures, at, place, in_main = 0 AND message_id <> '' AND EXISTS ("
            "SELECT 1 FROM call AS main WHERE main.message_id = call.message_id AND main.in_main = 1"
            ") FROM call ORDER BY at, native_id"
        )
        for native_id, message_id, figures, at, place, is_replay in rows:
            usage, model, cost = json.loads(figures)
            where, session_id, agent, project = json.loads(place)
            yield Call(
                native_id=native_id,
                message_id=message_id,
                where=where,
                at=datetime.fromisoformat(at),
                model=model,
                usage=usage,
                cost=None if cost is None else Decimal(cost),
                session_id=session_id,
                agent=agent,
                project_name=project,
                is_replay=bool(is_replay),
            )
