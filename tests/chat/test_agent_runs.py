"""Runs of agents: a tree whose runs' own tokens contain their children's."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from chat.models import AgentRun
from chat.services.net_tokens import recompute_net_tokens
from projects.models import Project
from projects.models.work_status import WORK_STEPS
from tests.chat.content import make_run
from tests.core.state_machines import assert_steps
from tests.factories import make_project

pytestmark = pytest.mark.django_db

ALLOWED = {
    ("queued", "running"),
    ("queued", "failed"),
    ("queued", "cancelled"),
    ("running", "succeeded"),
    ("running", "failed"),
    ("running", "cancelled"),
}


@pytest.fixture
def project() -> Project:
    return make_project()


def test_every_step_at_the_model_and_at_the_database(project: Project) -> None:
    assert_steps(lambda status: make_run(project, status=status), WORK_STEPS, ALLOWED)


def run(project: Project, label: str, own: tuple[int | None, int | None], **fields: Any) -> AgentRun:
    return make_run(project, agent_label=label, input_tokens=own[0], output_tokens=own[1], **fields)


def net(project: Project) -> dict[str, tuple[int | None, int | None]]:
    rows = AgentRun.objects.filter(project=project)
    return {row.agent_label: (row.net_input_tokens, row.net_output_tokens) for row in rows}


def test_net_is_own_without_the_direct_children_and_never_below_nothing(project: Project) -> None:
    top = run(project, "top", (1_000, 100))
    middle = run(project, "middle", (700, None), parent=top)
    run(project, "bottom", (900, 10), parent=middle)
    run(project, "unknown", (None, 30), parent=top)
    run(project, "negative", (-50, 20), parent=top)
    wanted = {
        "top": (300, 50),
        "middle": (0, None),
        "bottom": (900, 10),
        "unknown": (None, 30),
        "negative": (0, 20),
    }
    assert recompute_net_tokens(project_id=project.pk) == 5
    assert net(project) == wanted
    assert recompute_net_tokens(project_id=project.pk) == 0


def test_only_what_changed_is_written_and_only_in_the_project(project: Project) -> None:
    top, elsewhere = run(project, "top", (100, 10)), make_project()
    run(elsewhere, "other", (5, 5), net_input_tokens=4)
    recompute_net_tokens(project_id=project.pk)
    run(project, "child", (40, 1), parent=top)
    assert recompute_net_tokens(project_id=project.pk) == 2
    assert net(project) == {"top": (60, 9), "child": (40, 1)}
    assert net(elsewhere) == {"other": (4, None)}


def test_what_became_unknown_is_unknown(project: Project) -> None:
    run(project, "top", (None, 0), net_input_tokens=7, net_output_tokens=0)
    assert recompute_net_tokens(project_id=project.pk) == 1
    assert net(project) == {"top": (None, 0)}


def test_nothing_stands_below_itself(project: Project) -> None:
    top = make_run(project)
    bottom = make_run(project, parent=make_run(project, parent=top))
    bottom.full_clean()
    top.parent = bottom
    with pytest.raises(ValidationError) as refused:
        top.full_clean()
    assert refused.value.message_dict == {"parent": ["It stands below this one already."]}
