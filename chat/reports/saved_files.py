"""The report of saved tokens as files."""

from collections.abc import Iterator
from typing import Any

from chat.reports.optimizations import Saved, SavedReport
from core.csv_lines import csv_line

_COLUMNS = ("optimizations", "tokens_before", "tokens_after", "tokens_saved")


def saved_csv(report: SavedReport) -> Iterator[str]:
    """A line for each strategy and trigger, without a total: a sum over a column is right."""
    yield csv_line(["strategy", "trigger", *_COLUMNS, "reduction", "share_of_saved"])
    for line in report.lines:
        figures = [getattr(line.saved, name) for name in _COLUMNS]
        yield csv_line([line.strategy, line.trigger, *figures, line.saved.reduction, line.share])


def saved_json(report: SavedReport) -> dict[str, Any]:
    return {
        "from": report.first_day.isoformat(),
        "to": report.last_day.isoformat(),
        "zone": report.zone,
        "rows": [
            {
                "strategy": line.strategy,
                "trigger": line.trigger,
                **_figures(line.saved),
                "share_of_saved": line.share,
            }
            for line in report.lines
        ],
        "total": _figures(report.total),
    }


def _figures(saved: Saved) -> dict[str, Any]:
    return {**{name: getattr(saved, name) for name in _COLUMNS}, "reduction": saved.reduction}
