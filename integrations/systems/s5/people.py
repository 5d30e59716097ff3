"""People, their accounts and plans."""

from collections.abc import Iterator

from accounts.models import Person
from billing.models import Subscription
from billing.models.subscription import SubscriptionStatus
from integrations.models import LinkedAccount
from integrations.systems.declarations import AnyDraft, Draft, Links, RefusedError
from integrations.systems.fields import person_fields, times
from integrations.systems.row import Row
from integrations.systems.vocabularies import translated

_PLAN_STATUS = {status: status for status in SubscriptionStatus.values} | {
    "canceled": SubscriptionStatus.CANCELLED
}


def user(row: Row, links: Links) -> Iterator[AnyDraft]:
    fields = {
        **person_fields(row, name=row.text("name"), email=row.text("email"), source=links.source_name),
        "avatar_url": row.text("image"),
        **times(row),
    }
    yield Draft(Person, {**fields, "preferences": row.rest()})


def account(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = links.to(row, "user_id")
    if person is None:
        raise RefusedError("user_id: there is no such user")
    yield Draft(
        LinkedAccount,
        {
            "person_id": person.id,
            "provider": row.text("provider_id") or "unknown",
            "external_id": row.text("account_id"),
            "scope": row.text("scope"),
            "expires_at": row.time("access_token_expires_at"),
            "has_source_secret": True,
            **times(row),
            "metadata": row.rest(),
        },
    )


def subscription(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = links.to(row, "user_id")
    start, end = row.time("current_period_start"), row.time("current_period_end")
    if person is None:
        raise RefusedError("user_id: there is no such user")
    if start is None or end is None:
        raise RefusedError("current_period_start, current_period_end: missing")
    yield Draft(
        Subscription,
        {
            "person_id": person.id,
            "plan": row.text("plan") or "unknown",
            "status": translated(row, "status", _PLAN_STATUS, SubscriptionStatus.EXPIRED),
            "source_status": row.text("status"),
            "provider": "polar",
            "external_id": row.text("polar_id"),
            "period_start": start,
            "period_end": end,
            "cancel_at_period_end": bool(row.boolean("cancel_at_period_end")),
            "cancelled_at": row.time("canceled_at"),
            "ends_at": row.time("ends_at"),
            "ended_at": row.time("ended_at"),
            **times(row),
            "metadata": row.rest(),
        },
    )
