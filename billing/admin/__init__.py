"""Registers the ledger, the price book and the rollups."""

from billing.admin.rollup_zone import RollupZoneAdmin
from billing.admin.rollups import (
    DailyModelUsageAdmin,
    DailyPersonUsageAdmin,
    DailyProjectUsageAdmin,
    DailyUsageAdmin,
)

__all__ = [
    "DailyModelUsageAdmin",
    "DailyPersonUsageAdmin",
    "DailyProjectUsageAdmin",
    "DailyUsageAdmin",
    "RollupZoneAdmin",
]
