"""How jobs stand, and every step between."""

import pytest

from projects.models import BackgroundJob
from projects.models.work_status import WORK_STEPS
from tests.core.state_machines import assert_steps
from tests.factories import make_project

pytestmark = pytest.mark.django_db


def test_jobs_take_the_steps_of_work_and_no_others() -> None:
    project = make_project()
    assert_steps(
        lambda status: BackgroundJob.objects.create(project=project, status=status),
        WORK_STEPS,
        {
            ("queued", "running"),
            ("queued", "failed"),
            ("queued", "cancelled"),
            ("running", "succeeded"),
            ("running", "failed"),
            ("running", "cancelled"),
        },
    )
