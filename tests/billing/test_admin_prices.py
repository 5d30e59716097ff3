"""The price book in the admin: overrides are added, history stands."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from billing.models import ModelPrice
from billing.models.model_price import RATES
from tests.cast import Cast
from tests.factories import make_price, make_project

pytestmark = pytest.mark.django_db

LIST = reverse("admin:billing_modelprice_changelist")
ADD = reverse("admin:billing_modelprice_add")
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def form(**changes: Any) -> dict[str, Any]:
    fields = {
        "provider": "acme",
        "model": "acme-1",
        "variant": "",
        "project": "",
        "note": "",
        "context_tiers": "[]",
    }
    times = {"valid_from_0": "2026-06-01", "valid_from_1": "00:00:00", "valid_to_0": "", "valid_to_1": ""}
    return {
        **fields,
        **times,
        **dict.fromkeys(RATES, ""),
        "input_per_mtok": "3",
        "output_per_mtok": "4",
        **changes,
    }


def messages(response: Any) -> list[str]:
    return [message for messages in response.context["errors"] for message in messages]


def test_an_override_is_added_and_the_open_version_ends_where_it_begins(cast: Cast) -> None:
    old = make_price()
    response = cast.owner.client.post(ADD, form(provider="ACME", note="New contract"))
    assert response.status_code == 302
    new = ModelPrice.objects.exclude(pk=old.pk).get()
    old.refresh_from_db()
    assert (old.valid_to, old.input_per_mtok) == (JUNE, Decimal("1"))
    assert (new.provider, new.origin, new.valid_from, new.valid_to, new.input_per_mtok, new.note) == (
        "acme",
        "override",
        JUNE,
        None,
        Decimal("3"),
        "New contract",
    )


def test_an_overlap_is_refused_with_what_to_do(cast: Cast) -> None:
    make_price(valid_from=datetime(2026, 7, 1, tzinfo=UTC))
    [message] = messages(cast.owner.client.post(ADD, form()))
    assert message.startswith("Another version holds from 1 Jul 2026")
    assert ModelPrice.objects.count() == 1


def test_a_price_without_rates_is_refused(cast: Cast) -> None:
    response = cast.owner.client.post(ADD, form(input_per_mtok="", output_per_mtok=""))
    assert messages(response) == ["Give at least one rate; 0 says that the model costs nothing."]


def test_a_version_that_somebody_adds_meanwhile_is_told_in_words(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelPrice, "full_clean", lambda self, **kwargs: None)
    make_price(valid_from=JUNE)
    response = cast.owner.client.post(ADD, form(), follow=True)
    assert response.redirect_chain == [(ADD, 302)]
    assert "changed this price in the same moment" in response.content.decode()


def test_history_is_never_edited(cast: Cast) -> None:
    price = make_price()
    for page in ("change", "delete"):
        url = reverse(f"admin:billing_modelprice_{page}", args=[price.pk])
        assert cast.owner.client.post(url, form(post="yes")).status_code == 403
    cast.owner.client.post(LIST, {"action": "delete_selected", "_selected_action": price.pk, "post": "yes"})
    price.refresh_from_db()
    assert (price.input_per_mtok, price.valid_to) == (Decimal("1"), None)


def test_only_owners_add(cast: Cast) -> None:
    assert cast.member.client.get(ADD).status_code == 403
    assert cast.member.client.post(ADD, form()).status_code == 403


def test_rates_show_every_decimal_they_have_and_no_more(cast: Cast) -> None:
    make_price(
        input_per_mtok="0.075",
        output_per_mtok="12",
        cache_read_per_mtok="0",
        valid_from=datetime(1970, 1, 1, tzinfo=UTC),
    )
    [row] = cast.owner.client.get(LIST).context["results"]
    cells = " ".join(map(str, row))
    assert all(figure in cells for figure in (">$0.075<", ">$12.00<", ">$0.00<"))
    assert "1970" not in cells


def test_a_projects_own_price_is_for_those_who_see_the_project(cast: Cast) -> None:
    general, own = make_price(), make_price(project=cast.project)
    make_price(project=make_project())
    assert set(cast.member.client.get(LIST).context["cl"].result_list) == {general, own}
    assert list(cast.member.client.get(LIST, {"project": cast.project.pk}).context["cl"].result_list) == [own]


@pytest.mark.parametrize(
    ("validity", "names"), [("now", {"open"}), ("ended", {"ended"}), ("later", {"later"})]
)
def test_prices_by_validity(validity: str, names: set[str], cast: Cast) -> None:
    make_price(model="open")
    make_price(model="ended", valid_to=datetime(2021, 1, 1, tzinfo=UTC))
    make_price(model="later", valid_from=datetime(2999, 1, 1, tzinfo=UTC))
    rows = cast.owner.client.get(LIST, {"valid": validity}).context["cl"].result_list
    assert {row.model for row in rows} == names
