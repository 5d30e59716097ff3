"""How much one report may ask for."""

from datetime import date, timedelta

from billing.reports.query import Dimension, Interval, UsageQuery

MAX_DIMENSIONS = 3
MAX_DAYS = 3660
MAX_DAYS_BY_HOUR = 31
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2099, 12, 31)
"""Days beyond these are slips of the pen."""


def faults(query: UsageQuery) -> dict[str, str]:
    """What is too much or makes no sense: a sentence by parameter; empty when the query can be answered."""
    found = {}
    days = (query.last_day - query.first_day) // timedelta(days=1) + 1
    for name, day in (("from", query.first_day), ("to", query.last_day)):
        if not FIRST_DAY <= day <= LAST_DAY:
            found[name] = f"{day} is not between {FIRST_DAY} and {LAST_DAY}."
    if days < 1:
        found["from"] = f"“from” is after “to”: {query.first_day} is later than {query.last_day}."
    if days > MAX_DAYS:
        found["from"] = f"The period has {days:,} days; a report takes {MAX_DAYS:,} at most."
    if query.interval is Interval.HOUR and days > MAX_DAYS_BY_HOUR:
        found["interval"] = (
            f"By hour a report takes {MAX_DAYS_BY_HOUR} days at most; this period has {days:,}."
        )
    if not 1 <= len(query.group_by) <= MAX_DIMENSIONS:
        found["group_by"] = f"Group by one to {MAX_DIMENSIONS} dimensions, not {len(query.group_by)}."
    return found


def dimension_names() -> str:
    return ", ".join(Dimension)
