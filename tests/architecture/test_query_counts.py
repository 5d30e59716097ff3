"""Each page of the sidebar asks the database as often as tests/query_counts.json says, on both engines."""

import pytest
from django.urls import reverse

from billing.ledger.record import record_usage
from dashboard.navigation import GROUPS
from tests.cast import Cast
from tests.factories import make_conversation, make_event, make_message, make_person
from tests.query_baseline import QueryBaseline

PAGES = [page.view_name for group in GROUPS for page in group.pages]


@pytest.mark.parametrize("who", ["owner", "member"])
@pytest.mark.parametrize("view_name", PAGES)
def test_the_page_keeps_to_its_count(
    view_name: str, who: str, cast: Cast, query_baseline: QueryBaseline
) -> None:
    for _ in range(3):
        conversation, person = make_conversation(cast.project), make_person()
        make_message(conversation)
        record_usage([make_event(cast.project, conversation_id=conversation.pk, person_id=person.pk)])
    client = getattr(cast, who).client
    address = reverse(view_name)
    # Once beforehand: what a process reads once and keeps is not the page's.
    client.get(address)
    with query_baseline(f"{view_name} as {who}"):
        response = client.get(address)
    assert response.status_code == 200
