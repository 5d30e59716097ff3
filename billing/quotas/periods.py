"""When a quota counts anew, in UTC."""

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from billing.models import Quota, Subscription


class Period(NamedTuple):
    """From `start` up to `end`, which is not part of it."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end


def current_period(subscription: Subscription, now: datetime) -> Period | None:
    """The paid period that runs at `now`, as the source last told; None when none does.

    A cancelled subscription runs until its period or its own end.
    """
    if subscription.status == Subscription.Status.EXPIRED:
        return None
    ends = (subscription.period_end, subscription.ends_at, subscription.ended_at)
    period = Period(subscription.period_start, min(end for end in ends if end is not None))
    return period if period.holds(now) else None


def natural_period(quota: Quota, at: datetime) -> Period | None:
    """The hour, day, week (from Monday), month or subscription period that holds `at`."""
    if quota.period == Quota.Period.SUBSCRIPTION:
        return current_period(quota.subscription, at) if quota.subscription else None
    moment = at.astimezone(UTC)
    if quota.period == Quota.Period.HOUR:
        hour = moment.replace(minute=0, second=0, microsecond=0)
        return Period(hour, hour + timedelta(hours=1))
    midnight = datetime.combine(moment.date(), time.min, UTC)
    if quota.period == Quota.Period.DAY:
        return Period(midnight, midnight + timedelta(days=1))
    if quota.period == Quota.Period.WEEK:
        monday = midnight - timedelta(days=midnight.weekday())
        return Period(monday, monday + timedelta(days=7))
    first = midnight.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1))


def period_bounds(quota: Quota, at: datetime) -> Period | None:
    """What the quota counts at `at`: its period, within the times from and until which it holds.

    None when it does not hold at `at`, or its subscription has no period then.
    """
    natural = natural_period(quota, at)
    if natural is None:
        return None
    start = natural.start if quota.starts_at is None else max(natural.start, quota.starts_at)
    end = natural.end if quota.ends_at is None else min(natural.end, quota.ends_at)
    period = Period(start, end)
    return period if period.holds(at) else None
