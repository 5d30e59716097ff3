"""Variants of a price: a service tier ("flex"), hours of the day ("00:30-16:30Z"), or both, in that order."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Self

_STANDARD = frozenset({"", "auto", "default", "none", "on_demand", "standard", "standard_only"})
_TIERS = {"batches": "batch", "on_demand_flex": "flex", "on_demand_priority": "priority"}
_HOURS = re.compile(r"(?:^|\s)(\d\d:\d\d)-(\d\d:\d\d)Z$")


def service_tier(reported: str) -> str:
    """The tier as the price book writes it; empty is the standard one, by whatever name it is reported."""
    tier = reported.strip().lower()
    return "" if tier in _STANDARD else _TIERS.get(tier, tier)


@dataclass(frozen=True, slots=True)
class Hours:
    """A daily interval in UTC, without its end; over midnight when it ends before it starts."""

    start: time
    end: time

    def holds(self, moment: datetime) -> bool:
        at = moment.astimezone(UTC).time()
        if self.end < self.start:
            return at >= self.start or at < self.end
        return self.start <= at < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}Z"


@dataclass(frozen=True, slots=True)
class Variant:
    """What a ModelPrice's `variant` says. No tier: the standard one. No hours: the rest of the day."""

    tier: str = ""
    hours: Hours | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Of a ModelPrice's `variant`; hours that no clock shows are read as part of the tier's name."""
        match = _HOURS.search(text)
        if match is None:
            return cls(text.strip())
        try:
            hours = Hours(time.fromisoformat(match[1]), time.fromisoformat(match[2]))
        except ValueError:
            return cls(text.strip())
        return cls(text[: match.start()].strip(), hours)

    def __str__(self) -> str:
        return " ".join(filter(None, (self.tier, str(self.hours or ""))))
