"""Processes that ask for tools at once: together they keep below the hourly limit, to the call."""

import json
from pathlib import Path

import pytest

from tests.billing.scratch import scratch_database

pytestmark = pytest.mark.django_db

_MAKE = """
from accounts.models import Person
from chat.models import AutoApprovalPolicy
from projects.models import Project
Project.objects.create(name="Shop")
AutoApprovalPolicy.objects.create(
    person=Person.objects.create(name="Ada"), allowed_tools=["search"], max_cost_per_hour="1.00",
    new_tools_need_approval=False,
)
"""
_ASK = """
from decimal import Decimal
from accounts.models import Person
from chat.approvals.request import request_execution
from projects.models import Project
project, person = Project.objects.get(name="Shop"), Person.objects.get(name="Ada")
for _ in range(15):
    request_execution(project=project, person=person, tool_name="search", cost=Decimal("0.05"))
"""
_COUNT = """
import json
from chat.models import ToolExecution
statuses = ToolExecution.objects.values_list("status", flat=True)
print(json.dumps({status: list(statuses).count(status) for status in ("approved", "pending")}))
"""


def test_the_limit_holds_for_three_processes(tmp_path: Path) -> None:
    with scratch_database(tmp_path) as scratch:
        made = scratch.manage("shell", "--no-imports", "-c", _MAKE)
        assert made.returncode == 0, made.stderr
        for process in [scratch.start("shell", "--no-imports", "-c", _ASK) for _ in range(3)]:
            _, err = process.communicate(timeout=300)
            assert process.returncode == 0, err
        counted = scratch.manage("shell", "--no-imports", "-c", _COUNT)
        assert json.loads(counted.stdout) == {"approved": 20, "pending": 25}
