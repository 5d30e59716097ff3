"""The queue of waiting tool calls: who sees what of it, in which order, and what a decision does."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from billing.ledger.record import record_usage
from chat.approvals.steps import approve
from chat.models import ToolExecution
from chat.pages.approvals import SIZE
from projects.models import Membership
from tests.cast import Actor, Cast, signed_in
from tests.chat.tools import make_decided, make_execution, make_tool
from tests.factories import (
    NOON,
    make_conversation,
    make_event,
    make_member,
    make_owner,
    make_person,
    make_price,
    make_project,
    make_user,
)

pytestmark = pytest.mark.django_db

QUEUE = reverse("chat:approvals")
DECIDE = reverse("chat:decide_approvals")


@pytest.fixture
def operator(cast: Cast) -> Actor:
    return signed_in(make_member(cast.project, Membership.Role.OPERATOR, name="Olga"))


def page_of(client: Client, **params: Any) -> Any:
    return client.get(QUEUE, params).context["page"]


def listed(client: Client, **params: Any) -> list[ToolExecution]:
    return [card.execution for card in page_of(client, **params).cards]


def decide(client: Client, *executions: ToolExecution, **fields: Any) -> HttpResponse:
    chosen = [str(execution.pk) for execution in executions]
    return client.post(DECIDE, {"execution": chosen, "decision": "approve", **fields})


def said(client: Client, response: HttpResponse) -> list[str]:
    """The notes of the page to which a decision leads."""
    return [str(message) for message in client.get(response["Location"]).context["messages"]]


def stored(execution: ToolExecution) -> tuple[Any, ...]:
    names = ("status", "decided_by", "decided_by_user", "decision_rule")
    return ToolExecution.objects.values_list(*names).get(pk=execution.pk)


def test_only_what_waits_is_there_oldest_first(cast: Cast) -> None:
    late = make_execution(cast.project, requested_at=NOON + timedelta(minutes=5))
    make_decided(cast.project)
    early = make_execution(make_project(), requested_at=NOON - timedelta(days=2))
    assert listed(cast.owner.client) == [early, late]
    assert listed(cast.member.client) == [late]
    assert listed(cast.stranger.client) == []


def test_a_card_says_who_asks_for_what_and_why_it_waits(cast: Cast) -> None:
    make_price()
    make_tool(cast.project, risk="low")
    person = make_person(name="Ines")
    talk = make_conversation(cast.project, title="Refund for order 1", agent_label="Support agent")
    record_usage([make_event(cast.project, provider="acme", model="acme-1", conversation_id=talk.pk)])
    make_execution(
        cast.project,
        person=person,
        conversation=talk,
        cost="0.05",
        parameters={"order": "1 < 2", "api_key": "sk-very-secret"},
        metadata={"waits_because": "New tool. No call of it was approved for this person yet."},
    )
    [card] = page_of(cast.owner.client).cards
    assert (card.risk, card.risk_kind, card.agent, card.conversation_name, card.spent) == (
        "low",
        "info",
        "Support agent",
        "Refund for order 1",
        card.execution.conversation.usage.get().cost,
    )
    assert (card.why.head, card.why.text, card.why.kind) == (
        "New tool",
        "No call of it was approved for this person yet",
        "info",
    )
    html = cast.owner.client.get(QUEUE).content.decode()
    for words in ("issue_refund", "Ines", "1 &lt; 2", "low risk", "$0.0500", "••••••"):
        assert words in html
    assert "sk-very-secret" not in html
    assert reverse("chat:transcript", args=[talk.pk]) in html


def test_a_tool_that_nobody_described_is_of_high_risk(cast: Cast) -> None:
    make_tool(make_project(), risk="read_only")
    make_execution(cast.project)
    [card] = page_of(cast.owner.client).cards
    assert (card.risk, card.risk_kind) == ("high", "danger")


def test_filters_by_tool_and_project(cast: Cast) -> None:
    other = make_project()
    refund = make_execution(cast.project)
    mail = make_execution(cast.project, tool_name="send_email")
    elsewhere = make_execution(other)
    client = cast.owner.client
    assert listed(client, tool="send_email") == [mail]
    assert listed(client, project=other.pk) == [elsewhere]
    assert listed(client, tool="issue_refund", project=cast.project.pk) == [refund]
    assert listed(client, tool="nothing") == []
    assert listed(cast.member.client, project=other.pk) == []
    assert "Nothing waits here" in client.get(QUEUE, {"tool": "nothing"}).content.decode()


def test_choices_hold_what_the_reader_sees_and_what_is_chosen(cast: Cast) -> None:
    make_tool(cast.project, "ours")
    make_tool(make_project(name="Hidden"), "theirs")
    page = page_of(cast.member.client, tool="typed")
    assert [(choice.label, choice.is_chosen) for choice in page.tools] == [("ours", False), ("typed", True)]
    assert [choice.label for choice in page.projects] == [cast.project.name]


def test_pages_go_forth_and_back_and_lose_nothing(cast: Cast) -> None:
    number = 2 * SIZE + 5
    calls = [
        make_execution(cast.project, requested_at=NOON + timedelta(seconds=n // 2)) for n in range(number)
    ]
    calls.sort(key=lambda call: (call.requested_at, call.pk))
    seen, url, pages = [], QUEUE, []
    while url:
        page = cast.owner.client.get(url).context["page"]
        pages.append(page)
        seen += [card.execution for card in page.cards]
        url = QUEUE + page.newer_url if page.newer_url else ""
    assert seen == calls
    assert [(page.waiting, bool(page.older_url)) for page in pages] == [
        (number, False),
        (number, True),
        (number, True),
    ]
    back = cast.owner.client.get(QUEUE + pages[2].older_url).context["page"]
    assert [card.execution for card in back.cards] == calls[SIZE : 2 * SIZE]
    first = cast.owner.client.get(QUEUE + back.older_url).context["page"]
    assert [card.execution for card in first.cards] == calls[:SIZE]
    assert first.older_url == ""


def test_a_page_takes_the_same_queries_for_one_call_and_for_many(cast: Cast) -> None:
    def fill(number: int) -> None:
        for _ in range(number):
            talk = make_conversation(cast.project)
            make_execution(cast.project, conversation=talk, person=make_person(), parameters={"a": 1})
            make_decided(cast.project, requested_at=NOON + timedelta(days=2))

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert cast.owner.client.get(QUEUE).status_code == 200
        return len(captured)

    # The first reading begins the audit log.
    fill(1)
    queries()
    fill(1)
    before = queries()
    fill(12)
    assert queries() == before


@pytest.mark.parametrize("role", ["viewer", "analyst", "operator", "manager"])
def test_buttons_are_for_those_who_may_decide_and_words_for_readers(cast: Cast, role: str) -> None:
    talk = make_conversation(cast.project, title="Divorce papers")
    for _ in range(2):
        make_execution(cast.project, conversation=talk, parameters={"to": "Rumpelstiltskin"})
    client = signed_in(make_member(cast.project, role)).client
    html = client.get(QUEUE).content.decode()
    assert ('value="approve"' in html) == (role in ("operator", "manager"))
    assert ('id="several"' in html) == (role in ("operator", "manager"))
    assert ("Rumpelstiltskin" in html) == ("Divorce papers" in html) == (role != "viewer")


@pytest.mark.parametrize("role", [User.Role.FINANCE, User.Role.AUDITOR])
def test_installation_roles_see_the_queue_without_buttons(cast: Cast, role: str) -> None:
    make_execution(cast.project, parameters={"to": "Rumpelstiltskin"})
    html = signed_in(make_user(role=role)).client.get(QUEUE).content.decode()
    assert "issue_refund" in html
    assert 'value="approve"' not in html
    assert ("Rumpelstiltskin" in html) == (role == User.Role.AUDITOR)


def test_long_parameters_are_folded_and_no_markup_gets_through(cast: Cast) -> None:
    make_execution(
        cast.project,
        tool_name="<i>tool</i>",
        parameters={"<b>name</b>": "<script>", "lines": [f"line {n}" for n in range(40)]},
    )
    [card] = page_of(cast.owner.client).cards
    assert (card.parameters.lines, card.parameters.is_cut) == (45, False)
    assert "line 39" not in card.parameters.start
    assert "line 39" in card.parameters.whole
    html = cast.owner.client.get(QUEUE).content.decode()
    assert "<details>" in html
    for markup in ("<script>", "<b>name", "<i>tool"):
        assert markup not in html.partition("<main")[2]


def test_one_click_approves_and_the_row_says_so(cast: Cast, operator: Actor) -> None:
    execution, other = make_execution(cast.project), make_execution(cast.project)
    response = decide(operator.client, execution, tool="issue_refund")
    assert response["Location"] == f"{QUEUE}?tool=issue_refund&decided={execution.pk}"
    assert said(operator.client, response) == ["issue_refund is approved."]
    assert stored(execution) == ("approved", "Olga", operator.user.pk, "")
    cards = operator.client.get(response["Location"]).context["page"].cards
    assert [(card.execution, card.is_waiting) for card in cards] == [(execution, False), (other, True)]
    assert "by Olga" in operator.client.get(response["Location"]).content.decode()


def test_a_rejection_keeps_its_reason(cast: Cast, operator: Actor) -> None:
    execution = make_execution(cast.project)
    response = decide(operator.client, execution, decision="reject", reason="still in use")
    assert stored(execution) == ("rejected", "Olga", operator.user.pk, "still in use")
    assert "still in use" in operator.client.get(response["Location"]).content.decode()


def test_several_at_once_each_for_itself(cast: Cast, operator: Actor) -> None:
    first, second = make_execution(cast.project), make_execution(cast.project, tool_name="send_email")
    foreign = make_execution(make_project())
    approve(second, make_owner(name="Ada"), now=NOON)
    third = make_execution(cast.project)
    response = decide(operator.client, first, second, third, foreign, decision="reject")
    assert said(operator.client, response) == [
        "2 tool calls are rejected.",
        "send_email: Ada approved it already, on 18 Nov 2026 at 12:00 UTC.",
    ]
    assert [stored(execution)[:2] for execution in (first, second, third, foreign)] == [
        ("rejected", "Olga"),
        ("approved", "Ada"),
        ("rejected", "Olga"),
        ("pending", ""),
    ]


def test_a_second_click_changes_nothing(cast: Cast, operator: Actor) -> None:
    execution = make_execution(cast.project)
    said(operator.client, decide(operator.client, execution))
    before = stored(execution)
    [message] = said(operator.client, decide(operator.client, execution, decision="reject"))
    assert "Olga approved it already" in message
    assert stored(execution) == before


def test_those_who_may_not_decide_are_refused(cast: Cast) -> None:
    execution = make_execution(cast.project)
    assert decide(cast.member.client, execution).status_code == 403
    assert decide(cast.stranger.client, execution).status_code == 403
    elsewhere = signed_in(make_member(make_project(), "operator"))
    assert decide(elsewhere.client, execution).status_code == 404
    assert decide(Client(), execution).status_code == 302
    assert stored(execution)[0] == "pending"


def test_a_decision_needs_its_form(cast: Cast, operator: Actor) -> None:
    execution = make_execution(cast.project)
    assert decide(operator.client, execution, decision="shrug").status_code == 400
    assert operator.client.get(DECIDE).status_code == 405
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(operator.user)
    assert decide(guarded, execution).status_code == 403
    assert said(operator.client, decide(operator.client)) == ["Choose tool calls first."]
    [message] = said(operator.client, decide(operator.client, execution, decision="reject", reason="x" * 201))
    assert "at most 200" in message
    assert stored(execution)[0] == "pending"


def test_the_last_day_is_summed_and_its_latest_decisions_are_named(cast: Cast) -> None:
    now = NOON
    mine = {"requested_at": now - timedelta(hours=3), "decided_at": now - timedelta(hours=2)}
    make_decided(cast.project, **mine, decided_by="policy of Ines", decision_rule="tool x is named")
    make_decided(cast.project, **mine, status="failed", tool_name="web_fetch")
    make_decided(cast.project, **mine, status="rejected", decision_rule="in use", decided_by="Grace")
    make_execution(cast.project, status="cancelled", requested_at=now - timedelta(hours=1))
    long_ago = {"requested_at": now - timedelta(hours=48), "decided_at": now - timedelta(hours=25)}
    make_decided(cast.project, **long_ago)
    # Asked for long ago, decided today.
    make_decided(cast.project, **{**long_ago, "decided_at": now - timedelta(hours=3)}, tool_name="deploy")
    make_decided(make_project(), **mine)
    ToolExecution.objects.filter(decided_by="Grace").update(decided_at=now - timedelta(hours=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: now)
        viewer = signed_in(make_member(cast.project, Membership.Role.VIEWER))
        summary, hidden = (page_of(client).summary for client in (cast.member.client, viewer.client))
    assert (summary.by_rule, summary.by_person, summary.rejected, summary.cancelled) == (1, 2, 1, 1)
    assert [
        (decided.execution.tool_name, decided.execution.decided_by, decided.is_approved, decided.reason)
        for decided in summary.latest
    ] == [
        ("issue_refund", "Grace", False, "in use"),
        ("web_fetch", "Ada", True, ""),
        ("deploy", "Ada", True, ""),
    ]
    assert [decided.reason for decided in hidden.latest] == ["", "", ""]


def test_the_sidebar_counts_what_waits(cast: Cast) -> None:
    make_execution(cast.project)
    make_decided(cast.project)
    other = make_project()
    make_execution(other)

    def counted(client: Client, **params: Any) -> int:
        shell = client.get(QUEUE, params).context["shell"]
        return next(link.count for group in shell.groups for link in group.links if link.label == "Approvals")

    assert (counted(cast.owner.client), counted(cast.member.client), counted(cast.stranger.client)) == (
        2,
        1,
        0,
    )
    assert counted(cast.owner.client, project=other.pk) == 1
