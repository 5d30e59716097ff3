"""The approval queue in a browser: folding, filters that refresh in place, and what works without scripts."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.visits import Visit

pytestmark = pytest.mark.browser

QUEUE = reverse("chat:approvals")


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_card_has_its_buttons_in_sight(theme: str, size: str, visit: Callable[..., Visit]) -> None:
    window = visit(theme=theme, size=size)
    window.open(QUEUE)
    cards = window.page.locator("article.card")
    expect(cards).to_have_count(12)
    for card in cards.all():
        card.scroll_into_view_if_needed()
        assert card.get_by_role("button", name="Approve").is_visible()
        assert card.get_by_role("button", name="Reject").is_visible()
    assert "not-shown" not in window.page.content()
    assert window.troubles() == []


def test_long_parameters_unfold(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open(f"{QUEUE}?tool=send_email")
    last = window.page.get_by_text("customer24@example.com")
    assert not last.is_visible()
    window.page.get_by_text("All 29 lines").click()
    expect(last).to_be_visible()
    assert window.troubles() == []


def test_a_filter_refreshes_the_list_in_place(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open(QUEUE)
    window.page.evaluate("() => { window.stayed = true; }")
    with window.page.expect_response(lambda response: "tool=issue_refund" in response.url):
        window.page.select_option("#by-tool", "issue_refund")
    window.page.wait_for_url("**tool=issue_refund**")
    expect(window.page.locator("article.card")).to_have_count(2)
    assert window.page.evaluate("() => window.stayed") is True
    assert window.troubles() == []


def test_without_scripts_a_button_sends_the_filter(visit: Callable[..., Visit]) -> None:
    window = visit(scripts=False)
    window.open(QUEUE)
    window.page.select_option("#by-tool", "issue_refund")
    window.page.get_by_role("button", name="Show").click()
    expect(window.page.locator("article.card")).to_have_count(2)
