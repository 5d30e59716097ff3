"""What one ledger row adds to each measure of the rollups: once in Python, once in SQL."""

from billing.rollups import MEASURES

ANSWERED = ("ok", "partial", "cancelled")
"""Statuses of calls that a provider answered. `cached` and `mock` never reached one; `error` failed."""

_ANSWERED_SQL = "status IN ('ok', 'partial', 'cancelled')"


def _sum(expression: str) -> str:
    # PostgreSQL sums bigints as numeric: cast back, or Python gets Decimals.
    return f"CAST(COALESCE(SUM({expression}), 0) AS bigint)"


def _count(condition: str) -> str:
    return f"CAST(COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS bigint)"


MEASURE_SQL: dict[str, str] = {
    **{measure: _sum(measure) for measure in MEASURES if measure.endswith("_tokens") or measure == "cost"},
    "requests": _count(_ANSWERED_SQL),
    "errors": _count("status = 'error'"),
    "unpriced_requests": _count(f"{_ANSWERED_SQL} AND cost IS NULL"),
    "unmeasured_requests": _count(f"{_ANSWERED_SQL} AND input_tokens IS NULL AND output_tokens IS NULL"),
}
"""Aggregate over rows of billing_tokenusage, by measure; bigint, never null."""

Contribution = tuple[int, ...]
"""One integer a measure, in the order of MEASURES; cost in nanodollars."""


def contribution(row: dict[str, object]) -> Contribution:
    """What a ledger row (column → database value, cost in nanodollars) adds to its sums."""
    answered = row["status"] in ANSWERED
    counts = {
        "requests": answered,
        "errors": row["status"] == "error",
        "unpriced_requests": answered and row["cost"] is None,
        "unmeasured_requests": answered and row["input_tokens"] is None and row["output_tokens"] is None,
    }
    return tuple(int(counts[name] if name in counts else row[name] or 0) for name in MEASURES)  # type: ignore[call-overload]
