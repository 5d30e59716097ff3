"""From a file in the browser to booked calls: upload, preview, import, result."""

import gzip
import stat
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from billing.models import TokenUsage
from integrations.models import ImportRun, ImportUpload, RejectedRecord
from projects.models import Membership, Project
from tests.cast import Actor, Cast, signed_in
from tests.factories import make_member
from tests.integrations.imports.browsing import (
    BAD,
    GOOD,
    HEADER,
    OTHER,
    csv_file,
    page_of,
    read,
    take,
    upload,
)

pytestmark = pytest.mark.django_db

CONTENTS = {
    "first": "2026-11-18T12:00:00+00:00",
    "last": "2026-11-18T13:00:00+00:00",
    "groups": [
        {
            "project": "",
            "provider": "anthropic",
            "model": "claude-sonnet-4-5",
            "calls": 1,
            "input_tokens": 1000,
            "output_tokens": 100,
        },
        {
            "project": "",
            "provider": "openai",
            "model": "gpt-4o",
            "calls": 1,
            "input_tokens": 2000,
            "output_tokens": 200,
        },
    ],
    "other": None,
}


@pytest.fixture
def operator(cast: Cast) -> Actor:
    return signed_in(make_member(cast.project, Membership.Role.OPERATOR))


def counts(read: int, created: int, unchanged: int = 0, duplicates: int = 0, rejected: int = 0):
    return {
        "read": read,
        "created": created,
        "unchanged": unchanged,
        "duplicates": duplicates,
        "rejected": rejected,
    }


def test_a_file_is_kept_looked_at_and_imported(cast: Cast, operator: Actor, work, uploads) -> None:
    sent = upload(operator.client, csv_file(GOOD, OTHER, BAD), project=cast.project.pk, source_name="nightly")
    assert (sent.status, sent.file_name, sent.created_by) == ("uploaded", "usage.csv", operator.user)
    kept = uploads / sent.stored_name / "usage.csv"
    body = (HEADER + GOOD + OTHER + BAD).encode()
    assert kept.read_bytes() == body
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert (sent.size, bytes(sent.sha256)) == (len(body), sha256(body).digest())
    assert "Waiting for a look" in read(operator.client, sent)

    work()
    sent.refresh_from_db()
    assert sent.status == "previewed"
    reason = sent.preview["rejections"][0].pop("reason")
    assert reason.startswith("input_tokens")
    assert sent.preview == {
        "counts": counts(3, 2, rejected=1),
        "ignored": {},
        "notices": [],
        "rejections": [{"record": "usage.csv:4"}],
        "contents": CONTENTS,
    }
    assert TokenUsage.objects.count() == ImportRun.objects.count() == RejectedRecord.objects.count() == 0
    page = read(operator.client, sent)
    assert "Ready to import" in page
    assert "usage.csv:4" in page
    assert reason in page

    take(operator.client, sent, "import")
    sent.refresh_from_db()
    assert sent.status == "queued"
    work()
    sent.refresh_from_db()
    assert (sent.status, sent.result["counts"], sent.error) == ("completed", counts(3, 2, rejected=1), "")
    booked = TokenUsage.objects.values_list("project_id", "source", "model", "input_tokens")
    assert sorted(booked) == [
        (cast.project.pk, "nightly", "claude-sonnet-4-5", 1000),
        (cast.project.pk, "nightly", "gpt-4o", 2000),
    ]
    run = ImportRun.objects.get()
    assert (sent.run, run.label, run.project, run.status) == (run, "usage.csv", cast.project, "completed")
    assert list(RejectedRecord.objects.values_list("run", "record")) == [(run.pk, "usage.csv:4")]
    page = read(operator.client, sent)
    assert "Imported in part" in page
    assert f"/admin/integrations/importrun/{run.pk}/" in page
    assert "source=nightly" in page


def test_several_files_are_one_upload(cast: Cast, operator: Actor, work, uploads) -> None:
    packed = SimpleUploadedFile("more.csv.gz", gzip.compress((HEADER + OTHER).encode()))
    sent = upload(operator.client, csv_file(GOOD), packed, csv_file(GOOD), project=cast.project.pk)
    assert sent.file_name == "usage.csv and 2 more"
    names = sorted(path.name for path in (uploads / sent.stored_name).iterdir())
    assert names == ["2-usage.csv", "more.csv.gz", "usage.csv"]
    work()
    take(operator.client, sent, "import")
    work()
    sent.refresh_from_db()
    assert sent.result["counts"] == counts(3, 2, duplicates=1)


def test_an_owner_may_use_the_files_own_projects(cast: Cast, work) -> None:
    rows = "id,occurred_at,provider,model,input_tokens,project\nx,2026-11-18,openai,gpt-4o,7,Website\n"
    file = SimpleUploadedFile("usage.csv", rows.encode())
    sent = upload(cast.owner.client, file)
    work()
    take(cast.owner.client, sent, "import")
    work()
    assert TokenUsage.objects.get().project == Project.objects.get(name="Website")


def test_a_hostile_name_is_shown_and_never_used(cast: Cast, operator: Actor, work, uploads) -> None:
    name = "..<b>usage&amp;\u202e.csv"
    sent = upload(operator.client, csv_file(GOOD, name=name), project=cast.project.pk)
    [kept] = (uploads / sent.stored_name).iterdir()
    assert kept.name == "_b_usage_.csv"
    assert sent.file_name == "..<b>usage&.csv"
    page = read(operator.client, sent)
    assert "<b>usage" not in page
    assert "&lt;b&gt;usage" in page


def test_the_wrong_kind_is_told_of_before_anything_happens(cast: Cast, operator: Actor, work) -> None:
    picture = SimpleUploadedFile("usage.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    sent = upload(operator.client, picture, project=cast.project.pk)
    work()
    sent.refresh_from_db()
    assert (sent.status, sent.preview["counts"]) == ("previewed", counts(1, 0, rejected=1))
    page = read(operator.client, sent)
    assert "Nothing in it can be imported as CSV" in page
    assert 'value="import"' not in page


def test_the_page_asks_for_its_state_until_it_stands_still(cast: Cast, operator: Actor, work) -> None:
    sent = upload(operator.client, csv_file(GOOD), project=cast.project.pk)
    part = operator.client.get(page_of(sent), headers={"HX-Request": "true", "HX-Target": "import-state"})
    text = part.content.decode()
    assert text.startswith('<div class="stack" id="import-state" hx-get=')
    assert "every 2s" in text
    work()
    part = operator.client.get(page_of(sent), headers={"HX-Request": "true", "HX-Target": "import-state"})
    assert "hx-get" not in part.content.decode()
    assert "Ready to import" in part.content.decode()


def test_the_list_tells_of_each(cast: Cast, operator: Actor, work) -> None:
    empty = operator.client.get("/imports/").content.decode()
    assert "Nothing was imported here yet" in empty
    assert "/imports/new/" in empty
    sent = upload(operator.client, csv_file(GOOD), project=cast.project.pk)
    assert page_of(sent) in operator.client.get("/imports/").content.decode()
    assert page_of(sent) not in operator.client.get(f"/imports/?project={sent.pk}").content.decode()
    assert ImportUpload.objects.count() == 1
