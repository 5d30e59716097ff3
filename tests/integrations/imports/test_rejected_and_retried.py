"""Rejected records to take home, and running a kept file again."""

import csv
import io
import json

import pytest

from billing.models import TokenUsage
from integrations.models import ImportRun, ImportUpload, RejectedRecord
from tests.cast import Cast
from tests.integrations.imports.browsing import BAD, GOOD, OTHER, csv_file, page_of, read, take, upload

pytestmark = pytest.mark.django_db

FORMULA = "=1+1,2026-11-18T14:00:00Z,openai,gpt-4o,x,200\n"


@pytest.fixture
def imported(cast: Cast, work) -> ImportUpload:
    sent = upload(cast.owner.client, csv_file(GOOD, BAD, FORMULA), project=cast.project.pk)
    work()
    take(cast.owner.client, sent, "import")
    work()
    return sent


def download(cast: Cast, sent: ImportUpload, form: str) -> str:
    answer = cast.owner.client.get(f"{page_of(sent)}rejected/?format={form}")
    assert answer["Content-Disposition"] == f'attachment; filename="rejected-{sent.pk}.{form}"'
    return b"".join(answer.streaming_content).decode()


def test_rejected_records_come_as_csv_and_jsonl(cast: Cast, imported: ImportUpload) -> None:
    rows = list(csv.DictReader(io.StringIO(download(cast, imported, "csv"))))
    lines = [json.loads(line) for line in download(cast, imported, "jsonl").splitlines()]
    assert [row["record"] for row in rows] == ["usage.csv:3", "usage.csv:4"]
    assert [line["record"] for line in lines] == ["usage.csv:3", "usage.csv:4"]
    assert [line["reason"] for line in lines] == [row["reason"] for row in rows]
    assert cast.owner.client.get(f"{page_of(imported)}rejected/?format=xlsx").status_code == 400


def test_a_spreadsheet_runs_nothing(cast: Cast, imported: ImportUpload) -> None:
    RejectedRecord.objects.update(raw="=1+1")
    rows = list(csv.DictReader(io.StringIO(download(cast, imported, "csv"))))
    assert {row["raw"] for row in rows} == {"'=1+1"}


def test_a_retry_books_only_what_was_rejected(cast: Cast, imported: ImportUpload, work, uploads) -> None:
    assert "Retry" in read(cast.owner.client, imported)
    stored = uploads / ImportUpload.objects.get().stored_name / "usage.csv"
    stored.write_text(stored.read_text().replace("-5", "5"))
    take(cast.owner.client, imported, "retry")
    work()
    imported.refresh_from_db()
    assert imported.status == "completed"
    assert imported.result["counts"] == {
        "read": 3,
        "created": 1,
        "unchanged": 1,
        "duplicates": 0,
        "rejected": 1,
    }
    assert TokenUsage.objects.count() == 2
    assert imported.run == ImportRun.objects.latest("created_at")
    assert [row.split(",")[0] for row in download(cast, imported, "csv").splitlines()[1:]] == ["usage.csv:4"]


def test_a_corrected_file_is_a_new_upload(cast: Cast, imported: ImportUpload, work) -> None:
    again = f"/imports/new/?kind=csv&amp;source_name=&amp;project={cast.project.pk}"
    assert again in read(cast.owner.client, imported)
    form = cast.owner.client.get(again.replace("&amp;", "&")).content.decode()
    assert 'value="csv" required checked' in form
    assert f'value="{cast.project.pk}" selected' in form
    second = upload(cast.owner.client, csv_file(GOOD, OTHER), project=cast.project.pk)
    work()
    take(cast.owner.client, second, "import")
    work()
    second.refresh_from_db()
    assert (second.result["counts"]["created"], second.result["counts"]["unchanged"]) == (1, 1)
