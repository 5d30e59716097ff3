"""Jobs are cancelled while they are not done, and cleared when they are."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.transitions import IllegalStepError
from projects.models import BackgroundJob, Membership
from projects.services.jobs import Cleared, cancel_job, clear_done_jobs, clear_jobs
from tests.cast import Cast, signed_in
from tests.factories import NOON, make_member, make_owner, make_project
from tests.projects.makers import make_job

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
LIST = reverse("admin:projects_backgroundjob_changelist")


def stored(job: BackgroundJob, *names: str) -> tuple[Any, ...]:
    return BackgroundJob.objects.values_list(*names).get(pk=job.pk)


def listed(client: Any, **query: str) -> set[BackgroundJob]:
    return set(client.get(LIST, query).context["cl"].result_list)


def act(client: Any, action: str, *jobs: BackgroundJob) -> list[str]:
    sent = {"action": action, "_selected_action": [job.pk for job in jobs]}
    response = client.post(f"{LIST}?cleared=all", sent, follow=True)
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("status", ["queued", "running"])
def test_what_is_not_done_is_cancelled(status: str) -> None:
    job = make_job(make_project(), status=status)
    cancel_job(job, make_owner(name="Ada"), now=NOON)
    assert stored(job, "status", "finished_at", "cancelled_by", "updated_at") == (
        "cancelled",
        NOON,
        "Ada",
        NOON,
    )
    assert job.status == "cancelled"


@pytest.mark.parametrize("status", ["succeeded", "failed", "cancelled"])
def test_what_is_done_stays(status: str) -> None:
    job = make_job(make_project(), status=status, finished_at=NOON)
    with pytest.raises(IllegalStepError) as refused:
        cancel_job(job, make_owner())
    assert refused.value.messages == [f"It is “{status}” already."]
    assert stored(job, "status", "finished_at", "cancelled_by") == (status, NOON, "")


def test_of_two_who_cancel_at_once_one_does_and_the_other_is_told() -> None:
    job = make_job(make_project())
    hers, his = (BackgroundJob.objects.get(pk=job.pk) for _ in range(2))
    cancel_job(hers, make_owner(name="Ada"), now=NOON)
    with pytest.raises(IllegalStepError, match="already by Ada"):
        cancel_job(his, make_owner(name="Grace"), now=LATER)
    assert stored(job, "finished_at", "cancelled_by") == (NOON, "Ada")


def test_one_that_began_meanwhile_is_cancelled_and_one_that_ended_is_not() -> None:
    began, ended = make_job(make_project()), make_job(make_project(), status="running")
    BackgroundJob.objects.filter(pk=began.pk).update(status="running")
    BackgroundJob.objects.filter(pk=ended.pk).update(status="succeeded")
    cancel_job(began, make_owner())
    with pytest.raises(IllegalStepError, match="“succeeded” already"):
        cancel_job(ended, make_owner())
    assert (began.status, ended.status) == ("cancelled", "succeeded")


def test_a_job_that_was_deleted_meanwhile() -> None:
    job = make_job(make_project())
    BackgroundJob.objects.all().delete()
    with pytest.raises(ValidationError, match="deleted meanwhile"):
        cancel_job(job, make_owner())


@pytest.mark.parametrize(
    ("role", "may"), [("viewer", False), ("analyst", False), ("operator", True), ("manager", True)]
)
def test_operators_of_the_project_cancel_and_clear(role: str, may: bool) -> None:
    project = make_project()
    job, done = make_job(project), make_job(project, status="failed")
    for user in (make_member(make_project(), Membership.Role.MANAGER), make_member(project, role)):
        if may and user.memberships.get().project == project:
            cancel_job(job, user)
            assert clear_done_jobs(project, user) == 2
        else:
            with pytest.raises(PermissionDenied):
                cancel_job(job, user)
            with pytest.raises(PermissionDenied):
                clear_done_jobs(project, user)
            assert clear_jobs(BackgroundJob.objects.all(), user) == Cleared(0, 1, 1)
    assert (stored(done, "cleared_at") != (None,)) == may


def test_only_what_is_done_is_cleared_and_only_once() -> None:
    project, other, owner = make_project(), make_project(), make_owner()
    done = [make_job(project, status=status) for status in ("succeeded", "failed", "cancelled")]
    open_ = [make_job(project, status=status) for status in ("queued", "running")]
    before = make_job(project, status="failed", cleared_at=NOON - timedelta(days=1))
    elsewhere = make_job(other, status="failed")
    assert clear_jobs(BackgroundJob.objects.order_by("-created_at"), owner, now=NOON) == Cleared(4, 2, 0)
    assert clear_jobs(BackgroundJob.objects.all(), owner, now=LATER) == Cleared(0, 2, 0)
    for job in (*done, elsewhere):
        assert stored(job, "cleared_at", "updated_at") == (NOON, NOON)
    assert [stored(job, "cleared_at") for job in open_] == [(None,), (None,)]
    assert stored(before, "cleared_at") == (NOON - timedelta(days=1),)


def test_all_done_jobs_of_one_project() -> None:
    project, owner = make_project(), make_owner()
    done, waiting = make_job(project, status="succeeded"), make_job(project)
    elsewhere = make_job(make_project(), status="succeeded")
    assert clear_done_jobs(project, owner, now=NOON) == 1
    assert clear_done_jobs(project, owner, now=LATER) == 0
    assert [stored(job, "cleared_at") for job in (done, waiting, elsewhere)] == [(NOON,), (None,), (None,)]


def test_the_list_leaves_out_what_was_cleared(cast: Cast) -> None:
    job = make_job(cast.project)
    cleared = make_job(cast.project, status="failed", cleared_at=NOON)
    assert listed(cast.owner.client) == {job}
    assert listed(cast.owner.client, cleared="yes") == {cleared}
    assert listed(cast.owner.client, cleared="all") == {job, cleared}


def test_actions_say_what_was_done_and_what_was_not(cast: Cast) -> None:
    seen = make_project()
    operator = signed_in(make_member(cast.project, Membership.Role.OPERATOR))
    Membership.objects.create(user=operator.user, project=seen, role=Membership.Role.ANALYST)
    waiting, done, foreign = (
        make_job(cast.project),
        make_job(cast.project, status="failed"),
        make_job(seen, status="failed"),
    )
    assert act(operator.client, "cancel_selected", foreign, done, waiting) == [
        "1 background job is cancelled.",
        f"{foreign}: Not allowed with your role: cancel and clear background jobs.",
        f"{done}: It is “failed” already.",
    ]
    running = make_job(cast.project, status="running")
    assert act(operator.client, "clear_selected", waiting, done, running, foreign) == [
        "2 jobs are cleared.",
        "1 job is not done: cancel first what should not go on.",
        "1 job is in projects that you do not operate.",
    ]
    assert act(operator.client, "clear_selected", waiting) == ["All of them are cleared already."]


def test_many_refusals_are_summed_up(cast: Cast) -> None:
    jobs = [make_job(cast.project, status="failed") for _ in range(7)]
    told = act(cast.owner.client, "cancel_selected", *jobs)
    assert (len(told), told[-1]) == (6, "2 more were refused for the like.")


def test_a_project_is_freed_of_its_done_jobs(cast: Cast) -> None:
    make_job(cast.project, status="failed")
    make_job(cast.project, status="succeeded")
    waiting = make_job(cast.project)
    url = reverse("admin:projects_project_changelist")
    sent = {"action": "clear_jobs_selected", "_selected_action": cast.project.pk}
    response = cast.owner.client.post(url, sent, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "1 project is free of jobs that are done.",
        "2 jobs were cleared.",
    ]
    assert listed(cast.owner.client) == {waiting}


def test_nobody_rewrites_or_deletes_a_job(cast: Cast) -> None:
    job = make_job(cast.project, prompt="<script>alert(1)</script>", started_at=NOON, finished_at=LATER)
    page = reverse("admin:projects_backgroundjob_change", args=[job.pk])
    shown = cast.owner.client.get(page).content.decode()
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown
    assert cast.owner.client.post(page, {"status": "succeeded"}).status_code == 403
    for name, args in (("add", []), ("delete", [job.pk])):
        url = reverse(f"admin:projects_backgroundjob_{name}", args=args)
        assert cast.owner.client.get(url).status_code == 403
