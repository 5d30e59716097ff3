"""Processes that tag, react and upload at once: nothing is there twice, nothing is lost, nobody fails."""

import json
from pathlib import Path

import pytest

from tests.billing.scratch import scratch_database

pytestmark = pytest.mark.django_db

_MAKE = """
from accounts.models import User
from chat.models import Conversation
from django.utils import timezone
from projects.models import Project
User.objects.create_user(email="ada@example.com", role="owner")
shop, now = Project.objects.create(name="Shop"), timezone.now()
Conversation.objects.create(project=shop, title="Talk", started_at=now, last_activity_at=now)
"""
_MARK = """
from accounts.models import User
from chat.models import Conversation, FileUpload
from chat.services.reactions import react
from chat.services.tags import add_tag
from chat.services.uploads import delete_uploads, store_upload
ada, talk = User.objects.get(), Conversation.objects.select_related("project").get()
for number in range(15):
    add_tag(talk, f"tag {number}", ada)
    react(talk, "up", ada)
    passing = store_upload(talk.project, "passing.txt", "passing", 7)
    delete_uploads(FileUpload.objects.filter(pk=passing.pk))
    store_upload(talk.project, "kept.txt", f"kept {number % 3}", 9)
"""
_COUNT = """
import json
from chat.models import FileContent, FileUpload, Reaction, Tag, Tagging
contents = sorted(FileContent.objects.values_list("content_hash", flat=True))
counts = [model.objects.count() for model in (Tag, Tagging, Reaction, FileUpload)]
print(json.dumps([contents, counts]))
"""


def test_three_processes_leave_one_of_each(tmp_path: Path) -> None:
    with scratch_database(tmp_path) as scratch:
        made = scratch.manage("shell", "--no-imports", "-c", _MAKE)
        assert made.returncode == 0, made.stderr
        for process in [scratch.start("shell", "--no-imports", "-c", _MARK) for _ in range(3)]:
            _, err = process.communicate(timeout=300)
            assert process.returncode == 0, err
        counted = scratch.manage("shell", "--no-imports", "-c", _COUNT)
        assert json.loads(counted.stdout) == [["kept 0", "kept 1", "kept 2"], [15, 15, 1, 45]]
