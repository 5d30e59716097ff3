"""What checks of a database say."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    CRITICAL = "critical"
    """Rows are lost or cannot be read."""
    ERROR = "error"
    """A rule does not hold, or nothing holds it any more."""
    NOTE = "note"
    """Worth knowing; nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` found something about `subject` (a table, an index, a file); `advice` says what to do."""

    check: str
    subject: str
    message: str
    severity: Severity = Severity.ERROR
    advice: str = ""


@dataclass(frozen=True, slots=True)
class TableSize:
    """Rows of a table, and bytes of it and of its indexes; None where the engine does not tell."""

    table: str
    rows: int
    table_bytes: int | None
    index_bytes: int | None


@dataclass(slots=True)
class Report:
    """The result of a check. `checks` are those that ran, in order."""

    engine: str
    database: str
    checks: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    tables: Sequence[TableSize] = ()

    @property
    def faults(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity != Severity.NOTE]

    @property
    def status(self) -> str:
        """healthy, degraded (rules do not hold) or critical (rows are lost or unreadable)."""
        if any(finding.severity == Severity.CRITICAL for finding in self.findings):
            return "critical"
        return "degraded" if self.faults else "healthy"

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "engine": self.engine,
            "database": self.database,
            "checks": self.checks,
            "findings": [asdict(finding) for finding in self.findings],
            "tables": [asdict(size) for size in self.tables],
        }
