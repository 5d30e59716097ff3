"""What smaller contexts saved: tokens before, after and saved, by strategy and trigger."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum

from accounts.models import User
from chat.models import ContextOptimization
from core.zones import day_start

_SUMS = ("tokens_before", "tokens_after", "tokens_saved")


@dataclass(frozen=True, slots=True)
class Saved:
    """Sums of some optimizations; what made a context larger counts below zero."""

    optimizations: int = 0
    tokens_before: int = 0
    tokens_after: int = 0
    tokens_saved: int = 0

    @property
    def reduction(self) -> float | None:
        """The part of the tokens that is saved; None where there were none."""
        return self.tokens_saved / self.tokens_before if self.tokens_before else None

    def plus(self, other: "Saved") -> Self:
        return type(self)(
            self.optimizations + other.optimizations,
            *(getattr(self, name) + getattr(other, name) for name in _SUMS),
        )


@dataclass(frozen=True, slots=True)
class SavedLine:
    """`strategy` and `trigger` are values of ContextOptimization; "" stands for all of them.

    `share` is the part of all tokens saved; None when nothing was saved in all.
    """

    strategy: str
    trigger: str
    saved: Saved
    share: float | None

    @property
    def strategy_name(self) -> str:
        return ContextOptimization.Strategy(self.strategy).label if self.strategy else "All"

    @property
    def trigger_name(self) -> str:
        return ContextOptimization.Trigger(self.trigger).label if self.trigger else "All"


@dataclass(frozen=True, slots=True)
class SavedReport:
    """Days from `first_day` to `last_day` in `zone`, both included; what saved most stands first."""

    first_day: date
    last_day: date
    zone: str
    lines: tuple[SavedLine, ...]
    by_strategy: tuple[SavedLine, ...]
    by_trigger: tuple[SavedLine, ...]
    total: Saved


def saved_tokens(
    user: User, *, first_day: date, last_day: date, zone: ZoneInfo, projects: Collection[UUID] = ()
) -> SavedReport:
    """Of the projects that `user` sees, or of those of `projects`."""
    rows = ContextOptimization.objects.visible_to(user).filter(
        occurred_at__gte=day_start(first_day, zone),
        occurred_at__lt=day_start(last_day + timedelta(days=1), zone),
    )
    if projects:
        rows = rows.filter(project_id__in=projects)
    sums: dict[str, Any] = {f"sum_{name}": Sum(name) for name in _SUMS}
    groups = rows.order_by().values_list("strategy", "trigger").annotate(count=Count("pk"), **sums)
    # PostgreSQL sums bigints as numeric.
    cells = [
        ((strategy, trigger), Saved(count, *map(int, rest))) for strategy, trigger, count, *rest in groups
    ]
    total = _added([saved for _, saved in cells])
    return SavedReport(
        first_day,
        last_day,
        zone.key,
        _lines(cells, total),
        _lines(_grouped(cells, 0), total),
        _lines(_grouped(cells, 1), total),
        total,
    )


_Cells = Sequence[tuple[tuple[str, str], Saved]]


def _added(parts: Sequence[Saved]) -> Saved:
    total = Saved()
    for part in parts:
        total = total.plus(part)
    return total


def _grouped(cells: _Cells, place: int) -> _Cells:
    """Sums by strategy (0) or trigger (1) alone."""
    sums: dict[tuple[str, str], Saved] = {}
    for key, saved in cells:
        kept = (key[0], "") if place == 0 else ("", key[1])
        sums[kept] = sums.get(kept, Saved()).plus(saved)
    return list(sums.items())


def _lines(cells: _Cells, total: Saved) -> tuple[SavedLine, ...]:
    whole = total.tokens_saved
    lines = [
        SavedLine(*key, saved, saved.tokens_saved / whole if whole > 0 else None) for key, saved in cells
    ]
    return tuple(sorted(lines, key=lambda line: (-line.saved.tokens_saved, line.strategy, line.trigger)))
