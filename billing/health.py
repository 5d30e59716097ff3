"""What billing adds to the check of the database: its rollups, and its triggers."""

from collections.abc import Iterator

from billing.ledger.rebuild import check_rollups, rebuild_rollups
from billing.models import RollupZone
from billing.price_triggers import install_price_triggers
from billing.triggers import install_triggers
from core.health.findings import Finding
from core.health.registry import APP_CHECKS, GUARDS, AppCheck, Guard

_SHOWN = 20


def _names(vendor: str) -> set[str]:
    names = {"ledger_is_append_only", "ledger_label_is_erased"}
    if vendor == "sqlite":
        names |= {"ledger_rows_stay_unreplaced"}
        names |= {f"price_versions_do_not_overlap_{event}" for event in ("inserted", "updated")}
    return names


def _install(using: str) -> None:
    install_triggers(using)
    install_price_triggers(using)


def _find() -> Iterator[Finding]:
    drifts = check_rollups().drifts
    for drift in drifts[:_SHOWN]:
        yield Finding(
            "rollups",
            f"{drift.rung} {drift.zone} {drift.day}",
            f"The rollup says {drift.rollup:,}, the ledger {drift.ledger:,} ({drift.measure}).",
            advice="manage.py check_db --repair, or rebuild_rollups, makes it anew.",
        )
    if len(drifts) > _SHOWN:
        yield Finding("rollups", "more", f"{len(drifts) - _SHOWN:,} more sums differ.")


def _mend() -> None:
    rebuild_rollups(zones=list(RollupZone.objects.values_list("zone", flat=True)))


def register_health() -> None:
    """Called once, when the app is ready."""
    APP_CHECKS.append(AppCheck("rollups", _find, _mend))
    GUARDS.append(Guard(_names, _install))
