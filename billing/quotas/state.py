"""How much of a quota is used."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from billing.models import Quota
from billing.quotas.periods import Period, natural_period, period_bounds
from billing.quotas.usage import Scope, Used, used_in
from core.fields import from_nanos

Amount = int | Decimal
"""Requests or tokens, or dollars."""


@dataclass(frozen=True, slots=True)
class QuotaState:
    """A quota at a moment, in the units of its metric; cost in dollars.

    `limit` None: without one. `used` None: unknown, or the quota does not hold at that moment. `share` is
    used ÷ limit. `resets_at` None: it does not begin anew. `unpriced` and `unmeasured` calls are beside what
    is used of cost and of tokens: so much more it may be.
    """

    limit: Amount | None
    used: Amount | None
    remaining: Amount | None
    share: Decimal | None
    resets_at: datetime | None
    unpriced: int
    unmeasured: int

    @property
    def is_exhausted(self) -> bool:
        return self.limit is not None and self.used is not None and self.used >= self.limit


def used(quota: Quota, at: datetime) -> Used | None:
    """What was used in the quota's period that holds `at`; None when it has none."""
    scope = _scope(quota, at)
    return None if scope is None else used_in([scope])[scope]


def state(quota: Quota, at: datetime) -> QuotaState:
    return states([quota], at)[quota.pk]


def states(quotas: Iterable[Quota], at: datetime) -> dict[UUID, QuotaState]:
    """Of many at once, by their ids: as many queries as for one, when their subscriptions are loaded."""
    scopes = {quota: _scope(quota, at) for quota in quotas}
    uses = used_in([scope for scope in scopes.values() if scope is not None])
    return {
        quota.pk: _state(quota, at, None if scope is None else uses[scope]) for quota, scope in scopes.items()
    }


def _scope(quota: Quota, at: datetime) -> Scope | None:
    period = period_bounds(quota, at)
    return None if period is None else Scope(quota.project_id, quota.person_id, period)


def _state(quota: Quota, at: datetime, use: Used | None) -> QuotaState:
    limit: Amount | None = quota.limit
    if quota.metric == Quota.Metric.COST and quota.limit is not None:
        limit = from_nanos(quota.limit)
    if use is None:
        return QuotaState(limit, None, None, None, None, 0, 0)
    amount = {
        Quota.Metric.REQUESTS: use.requests,
        Quota.Metric.TOKENS: use.tokens,
        Quota.Metric.COST: use.cost,
    }[Quota.Metric(quota.metric)]
    return QuotaState(
        limit=limit,
        used=amount,
        remaining=_remaining(amount, limit),
        share=_share(amount, limit),
        resets_at=_reset(quota, natural_period(quota, at)),
        unpriced=use.unpriced,
        unmeasured=use.unmeasured,
    )


def _remaining(amount: Amount | None, limit: Amount | None) -> Amount | None:
    if amount is None or limit is None:
        return None
    # Both are dollars or both are numbers of something.
    return max(limit - amount, limit * 0)


def _share(amount: Amount | None, limit: Amount | None) -> Decimal | None:
    """Of a limit of nothing, nothing is left: all of it is used."""
    if amount is None or limit is None:
        return None
    return Decimal(amount) / Decimal(limit) if limit else Decimal(1)


def _reset(quota: Quota, natural: Period | None) -> datetime | None:
    if natural is None or (quota.ends_at is not None and quota.ends_at <= natural.end):
        return None
    return natural.end
