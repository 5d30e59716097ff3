from billing.models.model_price import ModelPrice
from billing.models.provider_report import ProviderReportedUsage
from billing.models.quota import Quota
from billing.models.rollup_zone import RollupZone
from billing.models.rollups import DailyModelUsage, DailyPersonUsage, DailyProjectUsage, DailyUsage
from billing.models.subscription import Subscription
from billing.models.token_usage import TokenUsage
from billing.models.trace_shape import TraceShape

__all__ = [
    "DailyModelUsage",
    "DailyPersonUsage",
    "DailyProjectUsage",
    "DailyUsage",
    "ModelPrice",
    "ProviderReportedUsage",
    "Quota",
    "RollupZone",
    "Subscription",
    "TokenUsage",
    "TraceShape",
]
