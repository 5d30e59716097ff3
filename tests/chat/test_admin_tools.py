"""Tools, their calls and the policies in the admin: who sees them, what is found, what actions do."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from chat.models import AutoApprovalPolicy, Tool, ToolExecution
from projects.models import Membership
from tests.cast import Actor, Cast, signed_in
from tests.chat.tools import make_decided, make_execution, make_policy, make_tool
from tests.factories import (
    NOON,
    make_conversation,
    make_member,
    make_message,
    make_person,
    make_project,
    make_user,
)

pytestmark = pytest.mark.django_db

CALLS = reverse("admin:chat_toolexecution_changelist")
TOOLS = reverse("admin:chat_tool_changelist")
POLICIES = reverse("admin:chat_autoapprovalpolicy_changelist")


def change(row: Any) -> str:
    return reverse(f"admin:chat_{row._meta.model_name}_change", args=[row.pk])


def listed(client: Client, url: str, **params: Any) -> list[Any]:
    return list(client.get(url, params).context["cl"].result_list)


def act(client: Client, action: str, *executions: ToolExecution) -> list[str]:
    """Do an action on what is chosen; returns what the list says then."""
    chosen = [str(execution.pk) for execution in executions]
    response = client.post(CALLS, {"action": action, "_selected_action": chosen}, follow=True)
    return [str(message) for message in response.context["messages"]]


def statuses() -> list[tuple[str, str]]:
    return list(ToolExecution.objects.order_by("requested_at").values_list("status", "decided_by"))


@pytest.fixture
def operator(cast: Cast) -> Actor:
    return signed_in(make_member(cast.project, Membership.Role.OPERATOR, name="Olga"))


def test_calls_are_for_readers_of_the_project(cast: Cast) -> None:
    mine, theirs = make_execution(cast.project), make_execution(make_project())
    viewer = signed_in(make_member(cast.project, Membership.Role.VIEWER)).client
    assert set(listed(cast.owner.client, CALLS)) == {mine, theirs}
    assert listed(cast.member.client, CALLS) == [mine]
    for client in (viewer, cast.stranger.client, signed_in(make_user(role=User.Role.FINANCE)).client):
        assert listed(client, CALLS) == []
        assert client.get(change(mine)).status_code == 404


def test_calls_are_shown_and_never_written(cast: Cast) -> None:
    execution = make_decided(
        cast.project,
        conversation=make_conversation(cast.project),
        parameters={"amount": 5, "password": "hunter2", "html": "<b>"},
        result={"refunded": True},
        cost="0.123456789",
    )
    page = cast.owner.client.get(change(execution)).content.decode()
    for words in ("&lt;b&gt;", "••••••", "refunded", "$0.123456789", "Ada"):
        assert words in page
    assert "hunter2" not in page
    assert cast.owner.client.post(change(execution), {"status": "pending"}).status_code == 403
    assert cast.owner.client.get(reverse("admin:chat_toolexecution_add")).status_code == 403
    delete = reverse("admin:chat_toolexecution_delete", args=[execution.pk])
    assert cast.owner.client.post(delete, {"post": "yes"}).status_code == 403


def test_filters_tell_who_decided(cast: Cast) -> None:
    by_policy = make_decided(cast.project, decided_by="policy of Ines")
    by_source = make_decided(cast.project, decided_by="recorded by bestchat")
    by_staff = make_decided(cast.project, decided_by="Ada", decided_by_user=cast.owner.user)
    by_one_who_left = make_decided(cast.project, decided_by="Grace")
    nobody = make_execution(cast.project)
    found = {
        value: set(listed(cast.owner.client, CALLS, decided=value))
        for value in ("policy", "source", "staff", "nobody")
    }
    assert found == {
        "policy": {by_policy},
        "source": {by_source},
        "staff": {by_staff, by_one_who_left},
        "nobody": {nobody},
    }


def test_filters_by_risk_status_and_project(cast: Cast) -> None:
    other = make_project()
    for name, risk in (("read", "read_only"), ("note", "low"), ("pay", "high")):
        make_tool(cast.project, name, risk=risk)
    read, note, pay, unknown = (
        make_execution(cast.project, tool_name=name) for name in ("read", "note", "pay", "unknown")
    )
    elsewhere = make_decided(other, tool_name="read")
    client = cast.owner.client
    assert set(listed(client, CALLS, risk="read_only")) == {read}
    assert set(listed(client, CALLS, risk="low")) == {note}
    assert set(listed(client, CALLS, risk="high")) == {pay, unknown, elsewhere}
    assert set(listed(client, CALLS, status__exact="completed")) == {elsewhere}
    assert set(listed(client, CALLS, project=other.pk)) == {elsewhere}


def test_search_finds_names_and_ids(cast: Cast) -> None:
    talk, person = make_conversation(cast.project), make_person()
    message = make_message(talk)
    mail = make_execution(cast.project, tool_name="send_email", conversation=talk, message=message)
    refund = make_execution(cast.project, person=person)
    for term in ("EMAIL", mail.pk, talk.pk, message.pk):
        assert listed(cast.owner.client, CALLS, q=term) == [mail], term
    assert listed(cast.owner.client, CALLS, q=person.pk) == [refund]


@pytest.mark.parametrize("url", [CALLS, TOOLS, POLICIES])
def test_lists_take_the_same_queries_for_one_row_and_for_many(cast: Cast, url: str) -> None:
    def fill(number: int) -> None:
        for _ in range(number):
            person, project = make_person(), make_project()
            make_decided(project, conversation=make_conversation(project), person=person)
            make_policy(person)
            make_tool(project)

    def queries() -> list[str]:
        # Once beforehand: that words were read is told once in a while.
        cast.owner.client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert cast.owner.client.get(url).status_code == 200
        return [query["sql"] for query in captured]

    fill(1)
    before = queries()
    fill(10)
    after = queries()
    assert len(after) == len(before)
    if url == CALLS:
        for column in ("parameters", "result", "system_prompt"):
            assert not any(f'"{column}"' in sql for sql in after), column


def test_operators_approve_reject_and_cancel(cast: Cast, operator: Actor) -> None:
    calls = [
        make_execution(cast.project, requested_at=NOON + timedelta(minutes=minute)) for minute in range(4)
    ]
    assert act(operator.client, "approve_selected", *calls[:2]) == ["2 tool calls are approved."]
    assert act(operator.client, "reject_selected", calls[2]) == ["1 tool call is rejected."]
    assert act(operator.client, "cancel_selected", calls[1], calls[3]) == ["2 tool calls are cancelled."]
    assert statuses() == [
        ("approved", "Olga"),
        ("cancelled", "Olga"),
        ("rejected", "Olga"),
        ("cancelled", ""),
    ]


def test_an_action_says_what_was_refused_and_why(cast: Cast, operator: Actor) -> None:
    waiting = make_execution(cast.project)
    done = make_decided(cast.project, requested_at=NOON + timedelta(minutes=1))
    first, second = act(operator.client, "approve_selected", waiting, done)
    assert first == "1 tool call is approved."
    assert second == f"{done}: Ada approved it already, on 18 Nov 2026 at 12:00 UTC."
    again = act(operator.client, "approve_selected", waiting)
    assert [message.partition(" already")[0] for message in again] == [f"{waiting}: Olga approved it"]
    assert statuses() == [("approved", "Olga"), ("completed", "Ada")]


def test_each_calls_project_is_asked_about(cast: Cast, operator: Actor) -> None:
    elsewhere = make_project()
    Membership.objects.create(user=operator.user, project=elsewhere, role=Membership.Role.ANALYST)
    execution = make_execution(elsewhere)
    [message] = act(operator.client, "approve_selected", execution)
    assert "Operators and managers of the project" in message
    assert statuses() == [("pending", "")]


def test_many_refusals_are_summed(cast: Cast) -> None:
    done = [make_decided(cast.project) for _ in range(8)]
    messages = act(cast.owner.client, "cancel_selected", *done)
    assert len(messages) == 6
    assert messages[-1] == "3 more were refused for the like."


def test_analysts_are_offered_no_decision(cast: Cast) -> None:
    execution = make_execution(cast.project)
    offered = {
        name: "approve_selected" in client.get(CALLS).content.decode()
        for name, client in (("owner", cast.owner.client), ("analyst", cast.member.client))
    }
    assert offered == {"owner": True, "analyst": False}
    act(cast.member.client, "approve_selected", execution)
    assert statuses() == [("pending", "")]


def test_a_conversation_shows_its_first_calls_and_can_still_be_saved(cast: Cast) -> None:
    talk = make_conversation(cast.project, title="Before")
    for minute in range(25):
        moment = NOON + timedelta(minutes=minute)
        make_execution(cast.project, conversation=talk, tool_name=f"tool_{minute:02}", requested_at=moment)
    response = cast.owner.client.get(change(talk))
    html = response.content.decode()
    assert ("tool_19" in html, "tool_20" in html) == (True, False)
    [inline] = [
        formset.formset
        for formset in response.context["inline_admin_formsets"]
        if formset.formset.model is ToolExecution
    ]
    sent = {
        "title": "After",
        "person": "",
        "agent_label": "",
        "environment": "",
        "tags": "[]",
        **{
            f"{prefix}-{name}_FORMS": "0"
            for prefix in ("participants", "participants-2")
            for name in ("TOTAL", "INITIAL")
        },
        "tool_executions-TOTAL_FORMS": "20",
        "tool_executions-INITIAL_FORMS": "20",
        **{f"{form.prefix}-id": str(form.instance.pk) for form in inline.forms},
    }
    assert cast.owner.client.post(change(talk), sent).status_code == 302
    talk.refresh_from_db()
    assert (talk.title, talk.tool_executions.count()) == ("After", 25)


def test_a_manager_says_how_risky_a_tool_is(cast: Cast) -> None:
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER)).client
    add = reverse("admin:chat_tool_add")
    sent = {"project": cast.project.pk, "name": "web_fetch", "risk": "low", "description": "", "agent": ""}
    assert manager.post(add, {**sent, "input_schema": "{}"}).status_code == 302
    tool = Tool.objects.get()
    assert (tool.project, tool.name, tool.risk) == (cast.project, "web_fetch", "low")
    again = manager.post(add, {**sent, "input_schema": "{}"})
    assert "has a tool of this name already" in again.content.decode()
    sent = {"name": "web_fetch", "risk": "read_only", "description": "x", "agent": "", "input_schema": "{}"}
    assert manager.post(change(tool), sent).status_code == 302
    tool.refresh_from_db()
    assert tool.risk == "read_only"
    assert cast.member.client.post(change(tool), sent).status_code == 403
    assert listed(manager, TOOLS, q="FETCH") == [tool]
    assert listed(cast.stranger.client, TOOLS) == []


POLICY = {
    "is_active": "on",
    "allows_read_only": "on",
    "allowed_tools": " file_search \n\nweb_fetch\r\nfile_search",
    "new_tools_need_approval": "on",
    "max_cost_per_tool": "0.5",
    "max_cost_per_hour": "",
}


def test_an_owner_writes_a_policy_one_tool_a_line(cast: Cast) -> None:
    person = make_person(name="Ines")
    add = reverse("admin:chat_autoapprovalpolicy_add")
    assert cast.owner.client.post(add, {**POLICY, "person": person.pk}).status_code == 302
    policy = AutoApprovalPolicy.objects.get()
    assert (
        policy.person,
        policy.is_active,
        policy.allows_read_only,
        policy.allows_low_risk,
        policy.allowed_tools,
        policy.max_cost_per_tool,
        policy.max_cost_per_hour,
        policy.new_tools_need_approval,
    ) == (person, True, True, False, ["file_search", "web_fetch"], Decimal("0.5"), None, True)
    page = cast.owner.client.get(change(policy)).content.decode()
    assert "file_search\nweb_fetch</textarea>" in page
    assert cast.owner.client.post(change(policy), {**POLICY, "allowed_tools": ""}).status_code == 302
    policy.refresh_from_db()
    assert policy.allowed_tools == []
    assert listed(cast.owner.client, POLICIES, q="nes") == [policy]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_cost_per_tool": "-1"}, "Give 0 or more"),
        ({"max_cost_per_tool": "2", "max_cost_per_hour": "1"}, "cannot cost more than the hour"),
        ({"allowed_tools": "x" * 201}, "longer than 200 letters"),
        ({"person": ""}, "This field is required"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(cast: Cast, changes: dict[str, str], words: str) -> None:
    sent = {**POLICY, "person": make_person().pk, **changes}
    response = cast.owner.client.post(reverse("admin:chat_autoapprovalpolicy_add"), sent)
    assert words in response.content.decode()
    assert not AutoApprovalPolicy.objects.exists()


def test_only_owners_write_policies(cast: Cast) -> None:
    person = make_person()
    make_conversation(cast.project, person=person)
    policy = make_policy(person)
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER)).client
    assert listed(manager, POLICIES) == [policy]
    assert manager.post(change(policy), POLICY).status_code == 403
    assert manager.get(reverse("admin:chat_autoapprovalpolicy_add")).status_code == 403
    assert listed(cast.stranger.client, POLICIES) == []
