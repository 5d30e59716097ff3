"""Projects in the admin."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.ledger.record import record_usage
from projects.models import Membership, Project
from tests.cast import Cast, signed_in
from tests.factories import (
    NOON,
    make_conversation,
    make_event,
    make_member,
    make_person,
    make_price,
    make_project,
    make_user,
)
from tests.projects.makers import make_agent, make_channel, make_job, make_session

pytestmark = pytest.mark.django_db

LIST = reverse("admin:projects_project_changelist")


def change(project: Project) -> str:
    return reverse("admin:projects_project_change", args=[project.pk])


def form(project: Project, **changes: Any) -> dict[str, Any]:
    """What the browser sends for `project`; members stay as they are."""
    members = list(project.memberships.order_by("id"))
    rows: dict[str, Any] = {
        "memberships-TOTAL_FORMS": len(members),
        "memberships-INITIAL_FORMS": len(members),
    }
    for number, membership in enumerate(members):
        rows |= {f"memberships-{number}-id": membership.pk, f"memberships-{number}-role": membership.role}
    rows |= {"memberships-2-TOTAL_FORMS": 0, "memberships-2-INITIAL_FORMS": 0}
    return {"name": project.name, "description": project.description, "owner": "", **rows, **changes}


def cells(client: Any, project: Project) -> dict[str, Any]:
    [row] = [row for row in client.get(LIST).context["cl"].result_list if row.pk == project.pk]
    return {
        name: getattr(row, name)
        for name in ("members", "conversations_number", "recent_cost", "recent_unpriced")
    }


def test_an_owner_adds_a_project(cast: Cast) -> None:
    owner = make_person()
    sent = {**form(Project(name="Helpdesk")), "owner": owner.pk, "prefers_reported_cost": "on"}
    assert cast.owner.client.post(reverse("admin:projects_project_add"), sent).status_code == 302
    project = Project.objects.get(name="Helpdesk")
    assert (project.owner, project.prefers_reported_cost, project.kind) == (owner, True, "regular")


def test_the_list_counts_members_conversations_and_the_last_thirty_days(cast: Cast) -> None:
    make_price()
    now, event = timezone.now(), {"provider": "acme", "model": "acme-1"}
    record_usage(
        [
            make_event(cast.project, occurred_at=now, **event),
            make_event(cast.project, occurred_at=now - timedelta(days=29), **event),
            make_event(cast.project, occurred_at=now - timedelta(days=30), **event),
            make_event(cast.project, occurred_at=now, model="nobody-knows"),
            make_event(make_project(), occurred_at=now, **event),
        ]
    )
    make_conversation(cast.project)
    make_conversation(cast.project)
    assert cells(cast.owner.client, cast.project) == {
        "members": 1,
        "conversations_number": 2,
        "recent_cost": Decimal("0.0024"),
        "recent_unpriced": 1,
    }
    assert cells(cast.owner.client, make_project()) == {
        "members": 0,
        "conversations_number": 0,
        "recent_cost": None,
        "recent_unpriced": None,
    }


def test_a_manager_changes_the_description_and_the_members_but_not_how_costs_are_booked(cast: Cast) -> None:
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    fellow = make_member(cast.project)
    name = cast.project.name
    sent = form(cast.project, description="For customers", name="Renamed", prefers_reported_cost="on")
    number = [*cast.project.memberships.order_by("id").values_list("user", flat=True)].index(fellow.pk)
    sent[f"memberships-{number}-role"] = "viewer"
    assert manager.client.post(change(cast.project), sent).status_code == 302
    cast.project.refresh_from_db()
    assert (cast.project.description, cast.project.name, cast.project.prefers_reported_cost) == (
        "For customers",
        name,
        False,
    )
    assert cast.project.memberships.get(user=fellow).role == "viewer"


def test_a_manager_adds_only_people_they_can_see(cast: Cast) -> None:
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    elsewhere = make_project()
    acquaintance, unknown = make_member(elsewhere), make_user()
    Membership.objects.create(user=manager.user, project=elsewhere)
    for user, status in ((unknown, 200), (acquaintance, 302)):
        row = {
            "memberships-2-TOTAL_FORMS": 1,
            "memberships-2-0-user": user.pk,
            "memberships-2-0-role": "viewer",
        }
        assert manager.client.post(change(cast.project), form(cast.project, **row)).status_code == status
    assert cast.project.memberships.filter(user=acquaintance).exists()
    assert not cast.project.memberships.filter(user=unknown).exists()


def test_other_members_only_look(cast: Cast) -> None:
    page = cast.member.client.get(change(cast.project))
    assert (page.status_code, page.context["has_change_permission"]) == (200, False)
    assert cast.member.client.post(change(cast.project), form(cast.project)).status_code == 403
    assert cast.member.client.get(reverse("admin:projects_project_add")).status_code == 403


def test_a_manager_of_one_project_only_looks_at_another(cast: Cast) -> None:
    other = make_project()
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    Membership.objects.create(user=manager.user, project=other, role=Membership.Role.VIEWER)
    assert manager.client.get(change(other)).status_code == 200
    assert manager.client.post(change(other), form(other)).status_code == 403


def test_owners_put_a_project_into_the_bin(cast: Cast) -> None:
    empty, used = make_project(), make_project()
    record_usage([make_event(used)])
    for project in (empty, used):
        url = reverse("admin:projects_project_delete", args=[project.pk])
        assert cast.owner.client.post(url, {"post": "yes"}).status_code == 302
    visible = Project.objects.visible_to(cast.owner.user)
    assert not visible.filter(pk__in=[empty.pk, used.pk]).exists()
    assert Project.objects.filter(pk__in=[empty.pk, used.pk], deleted_at__isnull=False).count() == 2
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    assert (
        manager.client.get(reverse("admin:projects_project_delete", args=[cast.project.pk])).status_code
        == 403
    )


def test_the_page_of_a_project_takes_as_many_queries_for_ten_members_as_for_two(cast: Cast) -> None:
    make_member(cast.project)
    cast.owner.client.get(change(cast.project))
    with CaptureQueriesContext(connection) as few:
        cast.owner.client.get(change(cast.project))
    for _ in range(8):
        make_member(cast.project)
    with CaptureQueriesContext(connection) as many:
        cast.owner.client.get(change(cast.project))
    assert len(many) == len(few)


def test_the_list_counts_what_a_project_holds_and_leads_to_it(cast: Cast) -> None:
    session, agent = make_session(cast.project), make_agent(cast.project)
    make_channel(cast.project)
    for overrides in ({"session": session}, {"agent": agent}, {"status": "failed", "cleared_at": NOON}):
        make_job(cast.project, **overrides)
    content = cast.owner.client.get(LIST).content.decode()
    for model, number in (("channel", 2), ("agent", 1), ("worksession", 1), ("backgroundjob", 2)):
        url = f"{reverse(f'admin:projects_{model}_changelist')}?project={cast.project.pk}"
        assert f'<a href="{url}">{number}</a>' in content
        assert len(cast.owner.client.get(url).context["cl"].result_list) == number


def test_a_project_keeps_where_its_code_lies_as_text(cast: Cast) -> None:
    sent = form(cast.project, git_url="javascript:alert(1)", branch="main", port="8080")
    assert cast.owner.client.post(change(cast.project), sent).status_code == 302
    cast.project.refresh_from_db()
    assert (cast.project.git_url, cast.project.branch, cast.project.port) == (
        "javascript:alert(1)",
        "main",
        8080,
    )
    content = cast.owner.client.get(change(cast.project)).content.decode()
    assert 'href="javascript' not in content


def test_a_page_leads_to_what_the_project_holds(cast: Cast) -> None:
    for link in cast.owner.client.get(change(cast.project)).context["object_links"]:
        assert cast.owner.client.get(link.url).status_code == 200, link.label


def test_a_project_goes_into_the_bin_with_what_nobody_may_delete_alone(cast: Cast) -> None:
    job = make_job(cast.project)
    url = reverse("admin:projects_project_delete", args=[cast.project.pk])
    assert "can be restored" in cast.owner.client.get(url).content.decode()
    assert cast.owner.client.post(url, {"post": "yes"}).status_code == 302
    page = reverse("admin:projects_backgroundjob_change", args=[job.pk])
    assert cast.owner.client.get(page).status_code == 404
