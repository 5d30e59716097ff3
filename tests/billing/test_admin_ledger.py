"""The ledger in the admin: found quickly, explained line by line, changed by nobody."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.admin import token_usage
from billing.ledger.record import record_usage
from billing.models import TokenUsage
from projects.models import Membership
from tests.cast import Cast, signed_in
from tests.factories import NOON, make_conversation, make_event, make_member, make_price, make_project

pytestmark = pytest.mark.django_db

LIST = reverse("admin:billing_tokenusage_changelist")
UNPRICED = '<span class="unpriced">unpriced</span>'


def page(usage: TokenUsage, name: str = "change") -> str:
    return reverse(f"admin:billing_tokenusage_{name}", args=[usage.pk])


def book(cast: Cast, **overrides: Any) -> TokenUsage:
    event = make_event(cast.project, **{"provider": "acme", "model": "acme-1", **overrides})
    [outcome] = record_usage([event])
    return TokenUsage.objects.get(pk=outcome.usage_id)


def found(cast: Cast, **query: Any) -> list[TokenUsage]:
    return list(cast.owner.client.get(LIST, query).context["cl"].result_list)


def test_a_calls_page_shows_the_arithmetic_of_its_cost(cast: Cast) -> None:
    make_price(cache_read_per_mtok="0.1")
    usage = book(cast, cache_read_tokens=400)
    answer = cast.owner.client.get(page(usage)).content.decode()
    for figure in ("$0.000600000", "$0.000040000", "$0.000200000", "$0.000840000", "$0.10 per million"):
        assert figure in answer, figure
    assert UNPRICED not in answer


def test_what_nobody_priced_reads_unpriced_and_never_zero(cast: Cast) -> None:
    usage = book(cast, model="nobody-knows")
    for url in (LIST, page(usage)):
        answer = cast.owner.client.get(url).content.decode()
        assert UNPRICED in answer
        assert "$0" not in answer


def test_owners_cannot_change_the_ledger(cast: Cast) -> None:
    usage = book(cast)
    before = TokenUsage.objects.values().get()
    for name in ("change", "delete"):
        assert cast.owner.client.post(page(usage, name), {"post": "yes", "cost": "0"}).status_code == 403
    assert cast.owner.client.post(reverse("admin:billing_tokenusage_add"), {"cost": "1"}).status_code == 403
    cast.owner.client.post(LIST, {"action": "delete_selected", "_selected_action": usage.pk, "post": "yes"})
    assert TokenUsage.objects.values().get() == before


def test_newest_first(cast: Cast) -> None:
    older, newest, oldest = (book(cast, occurred_at=NOON - timedelta(hours=hours)) for hours in (1, 0, 2))
    assert found(cast) == [newest, older, oldest]


def test_replaced_rows_are_left_out_unless_asked_for(cast: Cast) -> None:
    first = book(cast, native_id="once", output_tokens=1)
    full = book(cast, native_id="once", output_tokens=100)
    assert found(cast) == [full]
    assert found(cast, counted="replaced") == [first]
    assert set(found(cast, counted="all")) == {first, full}


def test_ids_of_calls_conversations_and_sources_find_calls(cast: Cast) -> None:
    conversation = make_conversation(cast.project)
    usage = book(cast, native_id="0199d3a0-0000-7000-8000-00000000000a", conversation_id=conversation.pk)
    book(cast)
    for term in (usage.pk, conversation.pk, usage.native_id):
        assert found(cast, q=term) == [usage], term


def test_filters(cast: Cast) -> None:
    make_price()
    priced = book(cast)
    unpriced = book(
        cast, provider="other", model="nobody-knows", request_type="embedding", source="elsewhere"
    )
    failed = book(cast, model="acme-1", status="error", input_tokens=None, output_tokens=None)
    assert found(cast, cost="unpriced") == [unpriced]
    assert found(cast, cost="computed") == [priced]
    assert found(cast, provider="other") == [unpriced]
    assert found(cast, model="nobody-knows") == [unpriced]
    assert found(cast, request_type__exact="embedding") == [unpriced]
    assert found(cast, status__exact="error") == [failed]


def test_a_day_is_one_of_the_reporting_zone(cast: Cast, settings: Any) -> None:
    settings.REPORTING_TIME_ZONES = ["America/New_York"]
    evening, night = NOON.replace(hour=4, minute=59), NOON.replace(hour=5, minute=0)
    first, second = book(cast, occurred_at=evening), book(cast, occurred_at=night)
    assert found(cast, day="2026-11-17") == [first]
    assert found(cast, day="2026-11-18") == [second]
    changelist = cast.owner.client.get(LIST).context["cl"]
    days = next(spec for spec in changelist.filter_specs if spec.parameter_name == "day")
    assert days.lookup_choices[2:] == [("2026-11-18", "18 Nov 2026"), ("2026-11-17", "17 Nov 2026")]


def test_the_last_days_end_today(cast: Cast) -> None:
    now = timezone.now()
    recent, older = book(cast, occurred_at=now), book(cast, occurred_at=now - timedelta(days=7))
    assert found(cast, day="7d") == [recent]
    assert found(cast, day="30d") == [recent, older]


def test_without_a_day_filters_look_through_the_newest_calls_alone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_usage, "_SEARCHED", 2)
    wanted = book(cast, model="rare", occurred_at=NOON - timedelta(hours=5))
    for hours in range(4):
        book(cast, occurred_at=NOON - timedelta(hours=hours))
    assert found(cast, model="rare") == []
    assert found(cast, model="rare", day="2026-11-18") == [wanted]
    assert found(cast, model="rare", project=cast.project.pk) == [wanted]
    assert len(found(cast)) == 5


def test_a_members_list_reaches_as_far_as_it_would_by_reading_everything(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_usage, "_LISTED", 2)
    quiet = make_project()
    Membership.objects.create(user=cast.member.user, project=quiet)
    for project, hours in ((cast.project, (0, 2, 4, 6)), (quiet, (1, 9)), (make_project(), (0, 3))):
        for ago in hours:
            record_usage([make_event(project, occurred_at=NOON - timedelta(hours=ago))])
    rows = cast.member.client.get(LIST).context["cl"].result_list
    assert [(NOON - row.occurred_at) // timedelta(hours=1) for row in rows] == [0, 1, 2, 4]
    for query in ({"o": "1"}, {"counted": "all"}, {"project": quiet.pk}):
        oldest_shown = min(
            row.occurred_at for row in cast.member.client.get(LIST, query).context["cl"].result_list
        )
        assert oldest_shown == NOON - timedelta(hours=9), query


def test_filters_offer_models_of_the_readers_projects(cast: Cast) -> None:
    now = timezone.now()
    book(cast, occurred_at=now)
    other = signed_in(make_member(cast.project, Membership.Role.VIEWER))
    record_usage([make_event(make_project(), model="secret", occurred_at=now)])
    for client, models in ((cast.owner.client, {"acme-1", "secret"}), (other.client, {"acme-1"})):
        specs = {
            spec.parameter_name: spec
            for spec in client.get(LIST).context["cl"].filter_specs
            if hasattr(spec, "parameter_name")
        }
        assert {value for value, _ in specs["model"].lookup_choices} == models
