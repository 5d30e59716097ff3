"""Several processes that record at once: no position is left out, and nobody waits for ever."""

import json
from pathlib import Path

import pytest

from tests.billing.scratch import scratch_database

DEEDS = 12

ACTING = """
from django.core.exceptions import ValidationError
from accounts.models import User
from projects.models import Project
from projects.services.archiving import archive_project, restore_project

by = User.objects.get(role="owner")
shop, store = Project.objects.get(name="Shop"), Project.objects.get(name="Store")
# Each goes about both projects in another order: rows are locked before the log is.
for turn in range({deeds}):
    for project in (shop, store) if {number} else (store, shop):
        for step in (archive_project, restore_project):
            try:
                step(project, by)
            except ValidationError:
                pass
            project.refresh_from_db()
"""
SETTING = """
from tests.factories import make_owner, make_project
make_owner()
make_project(name="Shop")
make_project(name="Store")
"""


@pytest.mark.django_db
def test_entries_follow_one_another_without_a_gap(tmp_path: Path) -> None:
    with scratch_database(tmp_path) as scratch:
        made = scratch.manage("shell", "--no-imports", "-c", SETTING)
        assert made.returncode == 0, made.stderr
        processes = [
            scratch.start("shell", "--no-imports", "-c", ACTING.format(number=number, deeds=DEEDS))
            for number in range(2)
        ]
        answers = [process.communicate(timeout=300) for process in processes]
        assert [process.returncode for process in processes] == [0, 0], answers
        verified = scratch.manage("verify_audit", "--format", "json")
        assert verified.returncode == 0, verified.stdout
        entries = json.loads(verified.stdout)["checked"]
        assert entries == scratch.count("accounts_auditentry") >= 2 * DEEDS
        # Every step that was taken has its entry: both projects stand where their last entries say.
        last = scratch.count(
            "projects_project p JOIN accounts_auditentry a ON a.project_id = p.id WHERE a.position ="
            " (SELECT max(b.position) FROM accounts_auditentry b WHERE b.project_id = p.id)"
            " AND (a.action = 'closed') = (p.status = 'archived')"
        )
        assert last == 2
