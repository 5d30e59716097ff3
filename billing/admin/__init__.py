"""Registers the ledger, the price book and the rollups."""

from billing.admin.model_price import ModelPriceAdmin
from billing.admin.rollup_zone import RollupZoneAdmin
from billing.admin.rollups import (
    DailyModelUsageAdmin,
    DailyPersonUsageAdmin,
    DailyProjectUsageAdmin,
    DailyUsageAdmin,
)
from billing.admin.token_usage import TokenUsageAdmin

__all__ = [
    "DailyModelUsageAdmin",
    "DailyPersonUsageAdmin",
    "DailyProjectUsageAdmin",
    "DailyUsageAdmin",
    "ModelPriceAdmin",
    "RollupZoneAdmin",
    "TokenUsageAdmin",
]
