"""Each page asks the database as often as tests/query_counts.json says, on both engines."""

import pytest
from django.contrib import admin
from django.urls import reverse

from billing.ledger.record import record_usage
from dashboard.navigation import GROUPS
from tests.cast import Cast
from tests.factories import make_conversation, make_event, make_message, make_person
from tests.query_baseline import QueryBaseline

SIDEBAR = [page.view_name for group in GROUPS for page in group.pages]
INSTALLATIONS = {
    page.view_name for group in GROUPS for page in group.pages if page.is_installations or page.action
}
LISTS = [
    f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry
]
PAGES = list(dict.fromkeys([*SIDEBAR, "dashboard:search", *LISTS]))


def _address(view_name: str, cast: Cast) -> str:
    """The page's address, after some calls in conversations of the project."""
    for _ in range(3):
        conversation, person = make_conversation(cast.project), make_person()
        message = make_message(conversation)
        event = make_event(
            cast.project, conversation_id=conversation.pk, message_id=message.pk, person_id=person.pk
        )
        [outcome] = record_usage([event])
    if view_name == "chat:transcript":
        return reverse(view_name, args=[conversation.pk])
    if view_name in {"billing:cost", "admin:billing_tokenusage_change"}:
        return reverse(view_name, args=[outcome.usage_id])
    if view_name == "admin:projects_project_change":
        return reverse(view_name, args=[cast.project.pk])
    return reverse(view_name) + ("?q=conversation" if view_name == "dashboard:search" else "")


@pytest.mark.parametrize("who", ["owner", "member"])
@pytest.mark.parametrize(
    "view_name",
    [
        *PAGES,
        "chat:transcript",
        "billing:cost",
        "admin:billing_tokenusage_change",
        "admin:projects_project_change",
    ],
)
def test_the_page_keeps_to_its_count(
    view_name: str, who: str, cast: Cast, query_baseline: QueryBaseline
) -> None:
    address = _address(view_name, cast)
    client = getattr(cast, who).client
    # Once beforehand: what a process reads once and keeps is not the page's.
    client.get(address)
    with query_baseline(f"{view_name} as {who}"):
        response = client.get(address)
    is_closed = who == "member" and view_name in INSTALLATIONS
    assert response.status_code == (403 if is_closed else 200)
