"""Two purges and a writer at once; and what is left in the file."""

import json
from pathlib import Path

import pytest
from django.db import connection

from tests.billing.scratch import scratch_database

MESSAGES = 600
MAKING = f"""
from datetime import timedelta
from django.utils import timezone
from chat.models import Message
from tests.factories import make_conversation, make_project

old = timezone.now() - timedelta(days=40)
project = make_project(name="Shop", message_days=30)
talk = make_conversation(project, title="zanzibar", started_at=old, last_activity_at=old)
said = dict(project=project, conversation=talk, role="user", content="zanzibar " * 40, sent_at=old)
Message.objects.bulk_create(
    Message(position=place, **said)
    for place in range(1, {MESSAGES} + 1)
)
"""
WRITING = """
from chat.models import Conversation, Message
from tests.factories import make_message

talk = Conversation.objects.get()
for place in range(5):
    make_message(talk, position=10_000 + place, content="new", sent_at=talk.started_at.replace(year=2100))
"""


@pytest.mark.django_db
def test_each_row_is_purged_once_and_others_write_meanwhile(tmp_path: Path) -> None:
    with scratch_database(tmp_path) as scratch:
        made = scratch.manage("shell", "--no-imports", "-c", MAKING)
        assert made.returncode == 0, made.stderr
        purging = ["purge_expired", "--batch-size", "20", "--pause", "0.01", "--format", "json"]
        purges = [scratch.start(*purging) for _ in range(2)]
        written = scratch.manage("shell", "--no-imports", "-c", WRITING)
        answers = [process.communicate(timeout=300) for process in purges]
        assert written.returncode == 0, written.stderr
        assert [process.returncode for process in purges] == [0, 0], answers
        counts = [json.loads(out)["rows"].get("chat.message", 0) for out, _ in answers]
        assert sum(counts) == MESSAGES
        assert scratch.count("chat_message WHERE content <> ''") == 5
        assert scratch.count("chat_message WHERE purged_at IS NOT NULL") == MESSAGES
        again = scratch.manage(*purging)
        assert json.loads(again.stdout)["rows"] == {}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite's file")
@pytest.mark.django_db
def test_no_purged_word_is_left_in_the_file(tmp_path: Path) -> None:
    with scratch_database(tmp_path) as scratch:
        scratch.manage("shell", "--no-imports", "-c", MAKING)
        scratch.execute("UPDATE chat_conversation SET title = ''")
        assert found_in(tmp_path, b"zanzibar")
        done = scratch.manage("purge_expired", "--pause", "0", "--format", "json")
        assert json.loads(done.stdout)["rows"]["chat.message"] == MESSAGES
        scratch.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        assert not found_in(tmp_path, b"zanzibar")


def found_in(folder: Path, word: bytes) -> bool:
    return any(word in path.read_bytes() for path in folder.rglob("*.sqlite3*") if path.is_file())
