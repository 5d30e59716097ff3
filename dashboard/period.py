"""The period of the top bar: whole days, read from ?from= and ?to=."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.days import EARLIEST, LATEST

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first_day` to `last_day`, both included."""

    first_day: date
    last_day: date

    @property
    def label(self) -> str:
        """ "19 Nov 2026", "1–19 Nov 2026", "28 Oct – 3 Nov 2026", "30 Dec 2025 – 5 Jan 2026"."""
        first, last = self.first_day, self.last_day
        end = last.strftime("%-d %b %Y")
        if first == last:
            return end
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}–{end}"
        start = first.strftime("%-d %b" if first.year == last.year else "%-d %b %Y")
        return f"{start} – {end}"

    def earlier(self, today: date) -> "Period":
        """The month before a month (so far), the year before a year (so far), else as many days before."""
        before = self.first_day - _DAY
        if self._is_month(today):
            return Period(before.replace(day=1), before)
        if self._is_year(today):
            return Period(before.replace(month=1, day=1), before)
        return Period(self.first_day - self._length, before)

    def later(self, today: date) -> "Period | None":
        """The period after this one, cut at `today`; None when that has not begun."""
        first = self.last_day + _DAY
        if first > today:
            return None
        if self._is_month(today):
            last = month_end(first)
        elif self._is_year(today):
            last = first.replace(month=12, day=31)
        else:
            last = self.last_day + self._length
        return Period(first, min(last, today))

    @property
    def _length(self) -> timedelta:
        return self.last_day - self.first_day + _DAY

    def _is_month(self, today: date) -> bool:
        """A whole month, or this month so far."""
        first = self.first_day
        return first.day == 1 and self.last_day in {month_end(first), min(today, month_end(first))}

    def _is_year(self, today: date) -> bool:
        """A whole year, or this year so far."""
        first = self.first_day
        year_end = first.replace(month=12, day=31)
        return (first.month, first.day) == (1, 1) and self.last_day in {year_end, min(today, year_end)}


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def presets(today: date) -> tuple[tuple[str, Period], ...]:
    """Named periods, each up to `today` or the end of last month."""
    this_month = Period(today.replace(day=1), today)
    return (
        ("This month", this_month),
        ("Last month", this_month.earlier(today)),
        ("Last 7 days", Period(today - 6 * _DAY, today)),
        ("Last 30 days", Period(today - 29 * _DAY, today)),
        ("Last 90 days", Period(today - 89 * _DAY, today)),
        ("This year", Period(today.replace(month=1, day=1), today)),
    )


def read_period(params: Mapping[str, str], today: date) -> Period:
    """The period that the address names; this month so far when it names none or makes no sense.

    The page itself tells what is wrong with the address; the top bar only has to stay usable.
    """
    this_month = Period(today.replace(day=1), today)
    try:
        last = date.fromisoformat(params["to"]) if params.get("to") else today
        first = date.fromisoformat(params["from"]) if params.get("from") else last.replace(day=1)
    except ValueError:
        return this_month
    return Period(first, last) if EARLIEST <= first <= last <= LATEST else this_month
