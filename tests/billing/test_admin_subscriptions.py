"""Subscriptions in the admin."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.admin.subscription import SubscriptionAdmin
from billing.models import Subscription
from tests.billing.quotas import make_subscription
from tests.cast import Cast
from tests.factories import make_person

pytestmark = pytest.mark.django_db

LIST = reverse("admin:billing_subscription_changelist")


def page(subscription: Subscription) -> str:
    return reverse("admin:billing_subscription_change", args=[subscription.pk])


def form(subscription: Subscription, **changes: Any) -> dict[str, Any]:
    sent: dict[str, Any] = {
        name: getattr(subscription, name) for name in ("plan", "status", "provider", "external_id")
    }
    sent["person"] = subscription.person_id
    for name in ("period_start", "period_end", "cancelled_at", "ends_at", "ended_at"):
        moment = getattr(subscription, name)
        sent[f"{name}_0"] = "" if moment is None else moment.date().isoformat()
        sent[f"{name}_1"] = "" if moment is None else moment.time().isoformat("seconds")
    return {**sent, **changes}


def act(client: Any, action: str, *subscriptions: Subscription) -> list[str]:
    sent = {"action": action, "_selected_action": [one.pk for one in subscriptions]}
    return [str(message) for message in client.post(LIST, sent, follow=True).context["messages"]]


def running(**values: Any) -> Subscription:
    now = timezone.now()
    period = {"period_start": now - timedelta(days=5), "period_end": now + timedelta(days=12, hours=1)}
    return make_subscription(**{**period, **values})


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, "12"),
        ({"ends_at": timezone.now() + timedelta(hours=2)}, "less than one"),
        ({"status": "expired"}, "–"),
        ({"period_end": timezone.now() - timedelta(days=1)}, "–"),
    ],
)
def test_the_list_says_how_long_the_period_runs(cast: Cast, values: dict[str, Any], shown: str) -> None:
    running(**values)
    cell = cast.owner.client.get(LIST).content.decode().partition('<td class="field-days_left_count">')[2]
    assert shown in cell.partition("</td>")[0]


@pytest.mark.parametrize(
    ("status", "kind"),
    [("trialing", "info"), ("active", "ok"), ("past_due", "danger"), ("cancelled", "warn")],
)
def test_statuses_stand_out(cast: Cast, status: str, kind: str) -> None:
    subscription = running(status=status, source_status="their_word")
    running(status="expired")
    answer = cast.owner.client.get(LIST, {"status__exact": status})
    assert list(answer.context["cl"].result_list) == [subscription]
    label = subscription.get_status_display()
    assert f'<span class="badge badge--{kind}">{label}</span>' in answer.content.decode()
    assert "their_word" in answer.content.decode()


def test_the_form_offers_the_steps_that_may_follow(cast: Cast) -> None:
    subscription = running(status="cancelled")
    field = cast.owner.client.get(page(subscription)).context["adminform"].form.fields["status"]
    assert [value for value, _ in field.choices] == ["active", "cancelled", "expired"]
    answer = cast.owner.client.post(page(subscription), form(subscription, status="trialing"))
    assert list(answer.context["adminform"].form.errors) == ["status"]
    assert cast.owner.client.post(page(subscription), form(subscription, status="active")).status_code == 302
    subscription.refresh_from_db()
    assert subscription.status == "active"


def test_a_step_that_somebody_else_took_first_is_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    subscription = running(status="active")
    save_model = SubscriptionAdmin.save_model

    def late(self: Any, request: Any, obj: Any, form: Any, change: bool) -> None:
        Subscription.objects.filter(pk=obj.pk).update(status="expired")
        save_model(self, request, obj, form, change)

    monkeypatch.setattr(SubscriptionAdmin, "save_model", late)
    answer = cast.owner.client.post(page(subscription), form(subscription, status="cancelled"), follow=True)
    assert "Somebody else changed this subscription" in answer.content.decode()


def test_actions_say_what_they_did_and_may_be_repeated(cast: Cast) -> None:
    one, two, over = running(plan="one"), running(plan="two"), running(plan="over", status="expired")
    two.cancel_at_period_end = True
    two.save()
    assert act(cast.owner.client, "end_with_period", one, two, over) == [
        f"{one} ends with its period.",
        f"{two} is set so already.",
        f"{over} is expired: not changed.",
    ]
    assert act(cast.owner.client, "keep_running", one, two, over) == [
        f"{one} keeps running.",
        f"{two} keeps running.",
        f"{over} is expired: not changed.",
    ]
    assert not Subscription.objects.filter(cancel_at_period_end=True).exists()


def test_members_only_look(cast: Cast) -> None:
    person = make_person()
    cast.project.owner = person
    cast.project.save()
    subscription = running(person=person)
    running()
    assert list(cast.member.client.get(LIST).context["cl"].result_list) == [subscription]
    assert cast.member.client.get(page(subscription)).status_code == 200
    assert cast.member.client.post(page(subscription), form(subscription)).status_code == 403
    act(cast.member.client, "end_with_period", subscription)
    assert not Subscription.objects.filter(cancel_at_period_end=True).exists()


def test_search(cast: Cast) -> None:
    ada = make_person(name="Ada Lovelace")
    subscription = running(person=ada, plan="enterprise", external_id="sub_123")
    running()
    for term in ("lovelace", "enter", "sub_123", ada.pk, subscription.pk):
        answer = cast.owner.client.get(LIST, {"q": term})
        assert list(answer.context["cl"].result_list) == [subscription], term
