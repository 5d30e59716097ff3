"""What was purged or erased does not come back when its source sends it again."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Person
from chat.models import Conversation, Message
from integrations.services.conversation_import import import_conversations
from integrations.services.erasure.erase import erase
from integrations.services.retention.purge import purge
from projects.models import Project
from tests.factories import make_project
from tests.integrations.conversations.exports import dialogue, write
from tests.integrations.retention.scenes import places_of
from tests.integrations.systems import wiz
from tests.integrations.systems.support import imported
from tests.integrations.test_captured_content import call, deliver, kept

pytestmark = pytest.mark.django_db


def purge_all_words() -> None:
    Project.objects.update(message_days=1)
    purge(now=timezone.now() + timedelta(days=3650), pause_s=0)
    assert not Message.objects.filter(purged_at__isnull=True).exists()


def test_an_export_that_comes_again_brings_no_purged_words(tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    import_conversations(source_kind="chatgpt", paths=[write(path, dialogue(2, title="Oslo"))])
    purge_all_words()
    newer = dialogue(3, title="Bergen")
    for node in newer["mapping"].values():
        node["message"]["content"]["parts"] = ["said anew"]
    result = import_conversations(source_kind="chatgpt", paths=[write(path, newer)])
    assert (result.messages["created"], result.messages["updated"]) == (1, 2)
    assert list(Message.objects.order_by("position").values_list("content", flat=True)) == [
        "",
        "",
        "said anew",
    ]
    assert Conversation.objects.get().title == ""


def test_nothing_comes_into_a_conversation_that_was_removed(tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    import_conversations(source_kind="chatgpt", paths=[write(path, dialogue(2))])
    Conversation.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    purge(pause_s=0)
    import_conversations(source_kind="chatgpt", paths=[write(path, dialogue(4, title="Bergen"))])
    assert (Message.objects.count(), Conversation.objects.get().title) == (0, "")


def test_a_live_client_that_repeats_its_history_brings_only_what_is_new() -> None:
    project = make_project(captures_content=True)
    deliver(project, call(project, 1, "s:Be kind", "u:Hi", "a:Hello"))
    purge_all_words()
    deliver(project, call(project, 2, "s:Be kind", "u:Hi", "a:Hello", "u:More", "a:Fine"))
    assert kept() == ["s:", "u:", "a:", "u:More", "a:Fine"]


def change(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as opened:
        opened.execute(statement)
        opened.commit()


def test_a_system_that_is_imported_again_brings_no_purged_words(tmp_path: Path) -> None:
    database = wiz.head(tmp_path / "wiz.db")
    imported("s3", database)
    purge_all_words()
    change(database, "UPDATE messages SET content = 'zanzibar', updated_at = 1753000099000")
    result = imported("s3", database)
    assert result["tables"]["messages"]["updated"] > 0
    assert places_of("zanzibar") == set()


def test_an_erased_person_stays_erased(tmp_path: Path) -> None:
    database = wiz.head(tmp_path / "wiz.db")
    imported("s3", database)
    ada = Person.objects.get(name="Ada")
    erase(ada)
    change(database, "UPDATE users SET name = 'Ada Zanzibar', avatar = 'zanzibar' WHERE name = 'Ada'")
    imported("s3", database)
    ada.refresh_from_db()
    assert (ada.name, ada.email, ada.external_ids, ada.preferences) == ("Erased person", "", {}, {})
    assert places_of("anzibar") == set()
