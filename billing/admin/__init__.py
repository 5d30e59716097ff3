"""Registers the ledger, the price book, the rollups, providers' reports, quotas and subscriptions."""

from billing.admin.model_price import ModelPriceAdmin
from billing.admin.provider_report import ProviderReportedUsageAdmin
from billing.admin.quota import QuotaAdmin
from billing.admin.rollup_zone import RollupZoneAdmin
from billing.admin.rollups import (
    DailyModelUsageAdmin,
    DailyPersonUsageAdmin,
    DailyProjectUsageAdmin,
    DailyUsageAdmin,
)
from billing.admin.subscription import SubscriptionAdmin
from billing.admin.token_usage import TokenUsageAdmin
from billing.admin.trace_shape import TraceShapeAdmin

__all__ = [
    "DailyModelUsageAdmin",
    "DailyPersonUsageAdmin",
    "DailyProjectUsageAdmin",
    "DailyUsageAdmin",
    "ModelPriceAdmin",
    "ProviderReportedUsageAdmin",
    "QuotaAdmin",
    "RollupZoneAdmin",
    "SubscriptionAdmin",
    "TokenUsageAdmin",
    "TraceShapeAdmin",
]
