"""The token counts of a turn, which count only when no usage record tells of the turn's calls."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.sources.codex.usage import Usage


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A `token_count` that tells of a call: `usage` its own, `totals` the session's after it, if given.

    `round` counts how often the totals began anew.
    """

    where: str
    at: datetime
    model: str
    usage: Usage
    totals: Usage | None
    round: int
    raw: Any


@dataclass(slots=True)
class Turns:
    """The turn at hand, and the session's totals so far."""

    _turn_id: str = ""
    _has_record: bool = False
    _held: list[TokenCount] = field(default_factory=list)
    _totals: Usage | None = None
    _round: int = 0

    def begin(self, turn_id: str) -> list[TokenCount]:
        """Begin a turn; returns the counts of the one before. A turn without id always begins anew."""
        if turn_id and turn_id == self._turn_id:
            return []
        self._turn_id = turn_id
        return self.end()

    def end(self) -> list[TokenCount]:
        held = [] if self._has_record else self._held
        self._has_record, self._held = False, []
        return held

    def note_record(self) -> None:
        self._has_record = True

    def hold(
        self, where: str, at: datetime, model: str, last: Usage | None, totals: Usage | None, raw: Any
    ) -> None:
        """Take in a count. What repeats the totals so far, or is empty, tells of no call."""
        before = self._totals
        if totals is not None and not totals.is_empty:
            if before is not None and totals.parts == before.parts:
                return
            if before is not None and totals.since(before) is totals:
                self._round += 1
            self._totals = totals
        usage = last if last is not None or totals is None else totals.since(before)
        if usage is None or usage.is_empty:
            return
        self._held.append(TokenCount(where, at, model, usage, totals, self._round, raw))
