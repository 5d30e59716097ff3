"""The ladder of rollups, declared as data: from the smallest table to the widest.

Each rung is a table of daily sums by `dimensions`, all of which stand in its unique key. A report reads
the first rung that has its dimensions and filters (billing/reports/plan.py); `record_usage` adds to all of
them in the transaction that writes the ledger; `rebuild_rollups` makes them anew from it.
"""

from dataclasses import dataclass

MEASURES = (
    "requests",
    "errors",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "input_audio_tokens",
    "output_tokens",
    "reasoning_tokens",
    "output_audio_tokens",
    "cost",
    "unpriced_requests",
    "unmeasured_requests",
)
"""Additive sums of a rung, in column order. `requests`: answered provider calls. `errors`: failed ones.
`unpriced_requests`: answered, cost unknown. `unmeasured_requests`: answered, token counts unknown."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One table of the ladder: its model's name and the ledger columns it keeps, in key order."""

    model_name: str
    dimensions: tuple[str, ...]

    @property
    def table(self) -> str:
        return f"billing_{self.model_name.lower()}"

    @property
    def key(self) -> tuple[str, ...]:
        return ("zone", "day", *self.dimensions)


LADDER = (
    Rung("DailyModelUsage", ("provider", "model")),
    Rung("DailyProjectUsage", ("project_id",)),
    Rung("DailyPersonUsage", ("project_id", "person_key")),
    Rung("DailyUsage", ("project_id", "provider", "model", "request_type", "environment")),
)
