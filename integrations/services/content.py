"""Keeping the words of calls that came live, in projects that allow it."""

from collections.abc import Sequence

from integrations.models import Source
from integrations.services.booking import RecordResult
from integrations.sources.parsed import ParsedUsage, Rejection
from projects.models import Project


def keep_content(
    items: Sequence[ParsedUsage | Rejection],
    results: Sequence[RecordResult],
    *,
    source: Source,
    project: Project,
) -> None:
    """Write the captured turns of booked calls to their conversations, each turn once."""
