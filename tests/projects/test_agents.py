"""Agents: who switches them on and off, and their pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from projects.models import Agent, Membership
from projects.services.agents import activate_agent, deactivate_agent
from tests.cast import Cast, signed_in
from tests.factories import NOON, make_member, make_owner, make_person, make_project
from tests.projects.makers import make_agent, make_job

pytestmark = pytest.mark.django_db

LIST = reverse("admin:projects_agent_changelist")
FORM = {
    "name": "triage",
    "display_name": "Triage",
    "status": "active",
    "owner": "",
    "person": "",
    "provider": "anthropic",
    "model": "claude-sonnet-4-5",
    "settings": "",
    "keywords": '["refund"]',
    "priority": "",
    "system_prompt": "Be kind.",
    "providers-TOTAL_FORMS": 0,
    "providers-INITIAL_FORMS": 0,
}


def status(agent: Agent) -> str:
    return str(Agent.objects.values_list("status", flat=True).get(pk=agent.pk))


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        (activate_agent, "inactive", "active"),
        (deactivate_agent, "active", "inactive"),
        (deactivate_agent, "busy", "inactive"),
    ],
)
def test_an_agent_is_switched_once(step: Callable[..., None], before: str, after: str) -> None:
    agent = make_agent(make_project(), status=before)
    stale = Agent.objects.get(pk=agent.pk)
    step(agent, make_owner(), now=NOON)
    with pytest.raises(ValidationError, match=f"It is {after} already"):
        step(stale, make_owner())
    assert Agent.objects.values_list("status", "updated_at").get() == (after, NOON)
    assert (agent.status, stale.status) == (after, after)


def test_one_that_is_busy_is_active() -> None:
    agent = make_agent(make_project(), status="busy")
    with pytest.raises(ValidationError, match="active already"):
        activate_agent(agent, make_owner())
    assert status(agent) == "busy"


@pytest.mark.parametrize(("role", "may"), [("analyst", False), ("operator", True), ("manager", True)])
def test_operators_of_the_project_switch(role: str, may: bool) -> None:
    agent = make_agent(make_project())
    with pytest.raises(PermissionDenied):
        deactivate_agent(agent, make_member(make_project(), Membership.Role.MANAGER))
    member = make_member(agent.project, role)
    if may:
        deactivate_agent(agent, member)
        activate_agent(agent, member)
    else:
        for step in (deactivate_agent, activate_agent):
            with pytest.raises(PermissionDenied):
                step(agent, member)


def test_actions_switch_the_chosen_ones(cast: Cast) -> None:
    one, other = make_agent(cast.project, name="one"), make_agent(cast.project, name="two", status="inactive")
    for action, told in (
        ("deactivate_selected", ["1 agent is inactive.", "two: It is inactive already."]),
        ("activate_selected", ["2 agents are active."]),
    ):
        sent = {"action": action, "_selected_action": [one.pk, other.pk]}
        response = cast.owner.client.post(LIST, sent, follow=True)
        assert [str(message) for message in response.context["messages"]] == told
    assert (status(one), status(other)) == ("active", "active")


def test_a_manager_adds_and_changes_agents_of_their_project(cast: Cast) -> None:
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    add = reverse("admin:projects_agent_add")
    foreign = make_project()
    assert manager.client.post(add, {**FORM, "project": foreign.pk}).status_code == 200
    assert manager.client.post(add, {**FORM, "project": cast.project.pk}).status_code == 302
    agent = Agent.objects.get()
    assert (agent.name, agent.settings, agent.keywords, agent.project) == (
        "triage",
        {},
        ["refund"],
        cast.project,
    )
    url = reverse("admin:projects_agent_change", args=[agent.pk])
    sent = {**FORM, "name": "support", "project": foreign.pk, "settings": '{"temperature": 0.2}'}
    assert manager.client.post(url, sent).status_code == 302
    agent.refresh_from_db()
    assert (agent.name, agent.project, agent.settings) == ("support", cast.project, {"temperature": 0.2})


def test_the_list_counts_jobs_and_leads_to_them(cast: Cast) -> None:
    agent = make_agent(cast.project)
    make_job(cast.project, agent=agent)
    make_job(cast.project, agent=agent, status="failed", cleared_at=NOON)
    make_job(cast.project, agent=make_agent(cast.project))
    content = cast.owner.client.get(LIST, {"q": agent.pk}).content.decode()
    jobs = f"{reverse('admin:projects_backgroundjob_changelist')}?agent={agent.pk}&amp;cleared=all"
    assert f'<a href="{jobs}">2</a>' in content
    assert len(cast.owner.client.get(jobs.replace("&amp;", "&")).context["cl"].result_list) == 2


@pytest.mark.parametrize(("role", "reads"), [("viewer", False), ("analyst", True)])
def test_prompts_are_for_those_who_may_read_words(role: str, reads: bool, cast: Cast) -> None:
    agent = make_agent(cast.project, system_prompt="Be kind.")
    reader: Any = signed_in(make_member(cast.project, role)).client
    page = reader.get(reverse("admin:projects_agent_change", args=[agent.pk]))
    assert page.status_code == (200 if reads else 404)
    assert list(reader.get(LIST).context["cl"].result_list) == ([agent] if reads else [])


def test_ids_of_its_people_find_it(cast: Cast) -> None:
    owner, writer = make_person(), make_person()
    agent = make_agent(cast.project, owner=owner, person=writer)
    make_agent(cast.project)
    for wanted in (agent, owner, writer):
        assert list(cast.owner.client.get(LIST, {"q": wanted.pk}).context["cl"].result_list) == [agent]
