"""Sources are shared by projects: an import into one rewrites nothing of another."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing.models import TokenUsage
from chat.models import Conversation, Message
from integrations.services.import_kinds import IMPORT_KINDS, ImportOrder
from tests.cast import Cast, signed_in
from tests.factories import make_member, make_project
from tests.integrations.conversations.exports import START, dialogue
from tests.integrations.imports.browsing import read, take, upload
from tests.integrations.rollouts import meta, record, turn, usage

pytestmark = pytest.mark.django_db


def chat(title: str, at: int) -> str:
    return json.dumps([dialogue(2, title=title, update_time=at)])


def rollout(written: int) -> str:
    return "\n".join(json.dumps(line) for line in (meta(), turn(), record("r1", usage(10, written))))


def rows() -> list[list[dict[str, Any]]]:
    return [list(model.objects.order_by("pk").values()) for model in (Conversation, Message, TokenUsage)]


@pytest.mark.parametrize(
    ("kind", "name", "told", "forged"),
    [
        ("chatgpt", "conversations.json", chat("Oslo", START), chat("Forged", START + 999)),
        ("codex", "rollout-1.jsonl", rollout(2), rollout(9_000)),
    ],
)
def test_who_knows_an_id_of_another_project_changes_nothing_there(
    cast: Cast, work, tmp_path, kind: str, name: str, told: str, forged: str
) -> None:
    theirs = make_project(name="Theirs")
    path = tmp_path / name
    path.write_text(told)
    IMPORT_KINDS[kind].run(ImportOrder([path], theirs.name, None, dry_run=False))
    before = rows()
    operator = signed_in(make_member(cast.project, "operator"))
    file = SimpleUploadedFile(name, forged.encode())
    sent = upload(operator.client, file, kind=kind, project=cast.project.pk)
    work()
    take(operator.client, sent, "import")
    work()
    assert rows() == before
    sent.refresh_from_db()
    counts = sent.result["counts"]
    assert (counts["read"], counts["created"], counts["rejected"]) == (1, 0, 0)
    assert counts["unchanged"] + counts["duplicates"] == 1
    assert theirs.name not in read(operator.client, sent)
