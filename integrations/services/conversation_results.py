"""What an import of conversations has to say at its end."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from integrations.services.results import Counts, RejectedEntry


@dataclass(slots=True)
class ConversationCounts(Counts):
    """What became of the conversations. `read` is always the sum of the rest.

    `updated`: it was there and said something else. `duplicates`: this import met the conversation before.
    """

    updated: int = 0

    @property
    def read(self) -> int:
        return self.created + self.updated + self.unchanged + self.duplicates + self.rejected

    def add(self, other: Counts) -> None:
        # A bare super() finds the class as it was before its slots were made.
        Counts.add(self, other)
        self.updated += getattr(other, "updated", 0)

    def as_dict(self) -> dict[str, int]:
        return {
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
        }


MESSAGES = ("created", "updated", "unchanged", "branches", "left_out", "gone")
"""Counts of messages; `gone`: no longer in the export, and kept."""
CALLS = ("created", "unchanged", "duplicates", "rejected")
"""Counts of the model calls that an export told of."""


@dataclass(slots=True)
class ConversationImportResult:
    """`rejections` holds the first 1,000. `left_out` counts messages that are none to read, by their kind.

    `stayed` counts conversations in which something was not done, by what and why. `run_id` is None after a
    dry run.
    """

    is_dry_run: bool
    run_id: UUID | None = None
    counts: ConversationCounts = field(default_factory=ConversationCounts)
    messages: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    stayed: Counter[str] = field(default_factory=Counter)
    rejections: list[RejectedEntry] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The command's JSON: the keys of import_usage count conversations."""
        listed = [{"record": entry.record, "reason": entry.reason} for entry in self.rejections]
        return {
            **self.counts.as_dict(),
            "rejections": listed,
            "conversations": self.counts.as_dict(),
            "messages": {name: self.messages[name] for name in MESSAGES},
            "calls": {name: self.calls[name] for name in CALLS},
        }
