"""What import_system has to say at its end."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

OUTCOMES = ("created", "updated", "unchanged", "rejected")


@dataclass(slots=True)
class TableResult:
    """What became of a table's rows; `reasons` says why rows were rejected. Read is the sum of the outcomes.

    `is_withheld`: all were refused on purpose, because the table holds secrets.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    is_withheld: bool = False

    @property
    def read(self) -> int:
        return self.created + self.updated + self.unchanged + self.rejected

    def reject(self, reason: str, rows: int = 1) -> None:
        self.rejected += rows
        self.reasons[reason] += rows

    def add(self, other: "TableResult") -> None:
        for name in OUTCOMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.reasons.update(other.reasons)

    def as_json(self) -> dict[str, Any]:
        counts = {"read": self.read, **{name: getattr(self, name) for name in OUTCOMES}}
        return {**counts, "reasons": dict(sorted(self.reasons.items()))}


@dataclass(slots=True)
class SystemResult:
    """The result of one import.

    `tables` by the source's own names. `unknown_tables`: tables without a mapping, with their rows.
    `missing_tables` and `missing_columns` were looked for and not found; `extra_columns` were kept in the
    rows' metadata. `awkward` counts values that needed care, by kind. `ledger_rejected` counts calls that the
    ledger refused though their row was imported.
    """

    source: str
    is_dry_run: bool
    run_id: UUID | None = None
    tables: dict[str, TableResult] = field(default_factory=dict)
    unknown_tables: dict[str, int] = field(default_factory=dict)
    missing_tables: list[str] = field(default_factory=list)
    missing_columns: dict[str, list[str]] = field(default_factory=dict)
    extra_columns: dict[str, list[str]] = field(default_factory=dict)
    awkward: Counter[str] = field(default_factory=Counter)
    ledger_rejected: Counter[str] = field(default_factory=Counter)

    @property
    def has_faults(self) -> bool:
        """Whether something was refused that was not meant to be."""
        refused = any(table.rejected for table in self.tables.values() if not table.is_withheld)
        return refused or bool(self.ledger_rejected)

    def as_json(self) -> dict[str, Any]:
        """The command's JSON."""
        return {
            "source": self.source,
            "dry_run": self.is_dry_run,
            "run": None if self.run_id is None else str(self.run_id),
            "tables": {name: table.as_json() for name, table in self.tables.items()},
            "unknown_tables": self.unknown_tables,
            "missing_tables": self.missing_tables,
            "missing_columns": self.missing_columns,
            "extra_columns": self.extra_columns,
            "awkward": dict(sorted(self.awkward.items())),
            "ledger_rejected": dict(sorted(self.ledger_rejected.items())),
        }
