"""What an import has to say at its end."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

SHOWN_REJECTIONS = 1_000
"""Rejections that a result lists; all of them are counted, and kept with the run."""


@dataclass(slots=True)
class Counts:
    """What became of the records. `read` is always the sum of the rest.

    `created`: booked. `unchanged`: the ledger had the call before this import. `duplicates`: the import met
    the call before, or another project has it. `rejected`: could not be read or booked.
    """

    created: int = 0
    unchanged: int = 0
    duplicates: int = 0
    rejected: int = 0

    @property
    def read(self) -> int:
        return self.created + self.unchanged + self.duplicates + self.rejected

    def add(self, other: "Counts") -> None:
        self.created += other.created
        self.unchanged += other.unchanged
        self.duplicates += other.duplicates
        self.rejected += other.rejected

    def as_dict(self) -> dict[str, int]:
        return {
            "read": self.read,
            "created": self.created,
            "unchanged": self.unchanged,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
        }


@dataclass(frozen=True, slots=True)
class RejectedEntry:
    """A rejected record as the result lists it."""

    record: str
    reason: str


@dataclass(slots=True)
class ImportResult:
    """`rejections` holds the first 1,000. `ignored` counts records that are rightly no calls, by their kind.

    `run_id` is None after a dry run.
    """

    is_dry_run: bool
    run_id: UUID | None = None
    counts: Counts = field(default_factory=Counts)
    rejections: list[RejectedEntry] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    notices: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The command's JSON."""
        listed = [{"record": entry.record, "reason": entry.reason} for entry in self.rejections]
        return {**self.counts.as_dict(), "rejections": listed}
