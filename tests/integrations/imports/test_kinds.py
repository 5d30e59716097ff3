"""Every kind of file can be brought in the browser; what belongs to no project only by owners."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing.models import ProviderReportedUsage
from chat.models import Conversation
from integrations.conversations.formats import CONVERSATION_FORMATS
from integrations.formats import FORMATS
from integrations.models import ImportUpload, Source
from integrations.services.import_kinds import IMPORT_KINDS
from integrations.vendor_reports.registry import REPORTS
from projects.models import Membership
from tests.cast import Cast, signed_in
from tests.factories import make_member
from tests.integrations.imports.browsing import read, send, take, upload

pytestmark = pytest.mark.django_db

CHAT = {
    "uuid": "7a4f0c52-5d0f-4c8e-9d42-52f3a2f6b001",
    "name": "Harbour tariffs",
    "created_at": "2026-11-18T12:00:00Z",
    "updated_at": "2026-11-18T12:01:00Z",
    "account": {"uuid": "acc"},
    "chat_messages": [
        {
            "uuid": "m1",
            "sender": "human",
            "text": "What does a berth cost?",
            "content": [],
            "created_at": "2026-11-18T12:00:00Z",
        }
    ],
}
COSTS = {
    "object": "page",
    "data": [
        {
            "object": "bucket",
            "start_time": 1763424000,
            "end_time": 1763510400,
            "results": [
                {
                    "object": "organization.costs.result",
                    "amount": {"value": 1.25, "currency": "usd"},
                    "line_item": "gpt-4o, input",
                    "project_id": "proj_1",
                }
            ],
        }
    ],
    "has_more": False,
    "next_page": None,
}


def archive(**members: str) -> SimpleUploadedFile:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as packed:
        for name, text in members.items():
            packed.writestr(f"{name}.json", text)
    return SimpleUploadedFile("export.zip", body.getvalue())


def imported(cast: Cast, work, file: SimpleUploadedFile, **fields: object) -> ImportUpload:
    sent = upload(cast.owner.client, file, **fields)
    work()
    take(cast.owner.client, sent, "import")
    work()
    sent.refresh_from_db()
    return sent


def test_every_format_that_a_terminal_takes_is_offered() -> None:
    assert set(IMPORT_KINDS) == {*FORMATS, *CONVERSATION_FORMATS, *REPORTS}
    assert set(IMPORT_KINDS) <= set(Source.Kind.values)


def test_conversations_come_from_an_archive(cast: Cast, work) -> None:
    sent = imported(
        cast, work, archive(conversations=json.dumps([CHAT])), kind="claude-ai", project=cast.project.pk
    )
    assert (sent.status, sent.error) == ("completed", "")
    assert (sent.result["counts"]["created"], sent.result["counts"]["rejected"]) == (1, 0)
    assert Conversation.objects.get(title="Harbour tariffs").project == cast.project
    assert sent.run is not None
    assert sent.run.label == "export.zip"
    assert "Messages: 1 new" in read(cast.owner.client, sent)


def test_an_archive_with_a_way_out_is_refused_in_words(cast: Cast, work, uploads) -> None:
    sent = upload(cast.owner.client, archive(**{"../conversations": "[]"}), kind="chatgpt")
    work()
    sent.refresh_from_db()
    assert sent.status == "failed"
    assert sent.error.startswith("export.zip")
    assert str(uploads) not in read(cast.owner.client, sent)


def test_a_vendors_report_belongs_to_no_project(cast: Cast, work) -> None:
    file = SimpleUploadedFile("costs.json", json.dumps(COSTS).encode())
    sent = imported(cast, work, file, kind="openai-costs", project=cast.project.pk)
    assert (sent.status, sent.project) == ("completed", None)
    assert ProviderReportedUsage.objects.count() == sent.result["counts"]["created"] == 1
    assert "for the whole installation" in read(cast.owner.client, sent)


def test_operators_are_not_offered_vendors_reports(cast: Cast) -> None:
    operator = signed_in(make_member(cast.project, Membership.Role.OPERATOR))
    page = operator.client.get("/imports/new/").content.decode()
    assert 'value="chatgpt"' in page
    assert 'value="openai-costs"' not in page
    file = SimpleUploadedFile("costs.json", json.dumps(COSTS).encode())
    answer = send(operator.client, file, kind="openai-costs", project=cast.project.pk)
    assert answer.status_code == 422
    assert ImportUpload.objects.count() == 0
