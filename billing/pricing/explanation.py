"""Why a call cost what it cost: values for the cost page, its JSON and the admin."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CostLine:
    """quantity × rate = amount, exactly. `rate` is dollars per million or per thousand, as `per` says."""

    kind: str
    label: str
    note: str
    """How the quantity comes from what was reported: "18,420 input − 12,288 read − 2,048 written"."""
    quantity: int
    rate: Decimal
    per: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PriceVersion:
    """One version on the timeline of a price; `number` counts from the oldest."""

    id: UUID
    number: int
    is_applied: bool
    valid_from: datetime | None
    """None: since ever, as far as the catalogue knows."""
    valid_to: datetime | None
    rates: tuple[tuple[str, Decimal], ...]
    """Short label and dollars, of the rates that the version names."""
    origin: str
    recorded_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A step of the decision. `is_code`: a name to be shown as it was sent."""

    term: str
    text: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """The arithmetic of a booked call, from the version that priced it.

    `lines` and `versions` are empty, `total` None, when no version priced it: `summary` says why. `cost` is
    what is booked; `disagreement` is empty unless the arithmetic gives something else.
    """

    cost: Decimal | None
    cost_source: str
    summary: str
    lines: tuple[CostLine, ...]
    total: Decimal | None
    total_tokens: int
    disagreement: str
    versions: tuple[PriceVersion, ...]
    """Newest first."""
    facts: tuple[Fact, ...]
