"""Files are deleted when an import is cancelled, and 30 days after its last step."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from integrations.models import ImportUpload
from integrations.services.uploads.clearing import clear_uploads
from integrations.services.uploads.store import discard, incoming_folder
from tests.cast import Cast
from tests.integrations.imports.browsing import GOOD, csv_file, read, take, upload

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def sent(cast: Cast, work) -> ImportUpload:
    sent = upload(cast.owner.client, csv_file(GOOD), project=cast.project.pk)
    work()
    return sent


def folders(uploads: Path) -> list[str]:
    return sorted(path.name for path in uploads.iterdir() if path.name != "incoming")


def age(upload: ImportUpload, by: timedelta, **columns: object) -> None:
    ImportUpload.objects.filter(pk=upload.pk).update(updated_at=timezone.now() - by, **columns)


def make_old(path: Path, by: timedelta) -> None:
    moment = time.time() - by.total_seconds()
    os.utime(path, (moment, moment))


def test_cancelling_deletes_the_files(cast: Cast, sent: ImportUpload, uploads) -> None:
    assert folders(uploads) == [sent.stored_name]
    take(cast.owner.client, sent, "cancel")
    sent.refresh_from_db()
    assert (sent.status, sent.stored_name, folders(uploads)) == ("cancelled", "", [])
    page = read(cast.owner.client, sent)
    assert "its files are deleted" in page
    assert 'name="step"' not in page


@pytest.mark.parametrize(
    ("status", "then"), [("completed", "completed"), ("failed", "failed"), ("previewed", "cancelled")]
)
def test_files_are_kept_for_30_days(sent: ImportUpload, uploads, status: str, then: str) -> None:
    age(sent, 29 * DAY, status=status)
    assert clear_uploads()
    assert folders(uploads) == [sent.stored_name]
    age(sent, 31 * DAY)
    assert not clear_uploads()
    sent.refresh_from_db()
    assert (sent.status, sent.stored_name, folders(uploads)) == (then, "", [])


def test_files_that_are_worked_on_stay(sent: ImportUpload, uploads) -> None:
    age(sent, 31 * DAY, status="importing")
    assert clear_uploads()
    assert folders(uploads) == [sent.stored_name]


def test_leftovers_go_and_nothing_else(sent: ImportUpload, uploads) -> None:
    orphan, young, strange = uploads / ("a" * 32), uploads / ("b" * 32), uploads / "notes"
    broken = incoming_folder() / "tmp1"
    broken.write_text("half")
    for folder in (orphan, young, strange):
        folder.mkdir()
        (folder / "file").write_text("x")
    for path in (orphan, strange, broken, uploads / sent.stored_name):
        make_old(path, 2 * DAY)
    clear_uploads()
    assert folders(uploads) == sorted([young.name, strange.name, sent.stored_name])
    assert list(incoming_folder().iterdir()) == []


@pytest.mark.parametrize("name", ["", ".", "..", "incoming", "../outside", "a" * 31])
def test_only_folders_of_uploads_are_deleted(uploads, tmp_path: Path, name: str) -> None:
    incoming_folder()
    (tmp_path / "outside").mkdir()
    discard(name)
    assert uploads.is_dir()
    assert (uploads / "incoming").is_dir()
    assert (tmp_path / "outside").is_dir()


def test_the_worker_clears_day_by_day(sent: ImportUpload, uploads, work) -> None:
    planned = DBTaskResult.objects.filter(task_path__endswith="clear_uploads", status="READY")
    assert planned.count() == 1
    age(sent, 31 * DAY)
    planned.update(run_after=timezone.now())
    work()
    assert folders(uploads) == []
    assert planned.count() == 0
