"""One worker an upload; what a dead one left can be started again; what a person took back is let go."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.models import TokenUsage
from integrations.models import ImportRun, ImportUpload
from integrations.services import import_kinds
from integrations.services.import_kinds import ImportKind, ImportOrder
from integrations.services.runs import STALE_AFTER
from integrations.services.uploads import claims, tasks, working
from tests.cast import Cast
from tests.integrations.imports.browsing import GOOD, OTHER, csv_file, read, take, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(cast: Cast, work) -> ImportUpload:
    sent = upload(cast.owner.client, csv_file(GOOD, OTHER), project=cast.project.pk)
    work()
    take(cast.owner.client, sent, "import")
    sent.refresh_from_db()
    return sent


@pytest.fixture(autouse=True)
def beats(monkeypatch) -> None:
    """Every report of progress is a heartbeat."""
    monkeypatch.setattr(claims, "_BEAT_EVERY_S", 0.0)


def meanwhile(monkeypatch, act, *, before: bool = True) -> None:
    """`act()` once, before the files are read, or after."""
    kind = import_kinds.IMPORT_KINDS["csv"]
    done: list[bool] = []

    def run(order: ImportOrder):
        result = None if before else kind.run(order)
        if not done:
            done.append(True)
            act()
        return result or kind.run(order)

    changed = ImportKind(kind.kind, kind.group, kind.description, kind.endings, run)
    monkeypatch.setitem(import_kinds.IMPORT_KINDS, "csv", changed)


def test_the_second_of_two_tasks_finds_it_taken(queued: ImportUpload, monkeypatch, work) -> None:
    meanwhile(monkeypatch, lambda: working.run_import(queued.pk))
    tasks.import_upload.enqueue(str(queued.pk))
    work()
    assert ImportRun.objects.count() == 1
    assert TokenUsage.objects.count() == 2
    assert ImportUpload.objects.get().status == "completed"


def test_the_second_press_of_a_button_changes_nothing(cast: Cast, queued: ImportUpload, work) -> None:
    take(cast.owner.client, queued, "import")
    page = read(cast.owner.client, queued)
    assert "the import has moved on meanwhile" in page
    work()
    assert ImportRun.objects.count() == 1


def make_killed(upload: ImportUpload, status: str, ago: timedelta) -> None:
    ImportUpload.objects.filter(pk=upload.pk).update(
        status=status, result={"claim": "gone"}, updated_at=timezone.now() - ago
    )


def test_a_killed_import_is_shown_and_started_again(cast: Cast, queued: ImportUpload, work) -> None:
    make_killed(queued, "importing", STALE_AFTER - timedelta(minutes=1))
    assert "Interrupted" not in read(cast.owner.client, queued)
    take(cast.owner.client, queued, "restart")
    assert ImportUpload.objects.get().status == "importing"

    make_killed(queued, "importing", STALE_AFTER + timedelta(minutes=1))
    page = read(cast.owner.client, queued)
    assert "Interrupted" in page
    assert "hx-get" not in page.split('id="import-state"')[1]
    take(cast.owner.client, queued, "restart")
    work()
    assert ImportUpload.objects.get().status == "completed"
    assert TokenUsage.objects.count() == 2


def test_a_killed_preview_is_started_again(cast: Cast, work) -> None:
    sent = upload(cast.owner.client, csv_file(GOOD), project=cast.project.pk)
    make_killed(sent, "previewing", STALE_AFTER + timedelta(minutes=1))
    take(cast.owner.client, sent, "restart")
    work()
    assert ImportUpload.objects.get().status == "previewed"


def test_a_worker_that_was_taken_for_dead_gives_up(queued: ImportUpload, monkeypatch, work) -> None:
    meanwhile(monkeypatch, lambda: make_killed(queued, "importing", timedelta()))
    work()
    upload = ImportUpload.objects.get()
    assert (upload.status, upload.result) == ("importing", {"claim": "gone"})
    run = ImportRun.objects.get()
    assert (run.status, run.label, run.error) == (
        "interrupted",
        "usage.csv",
        "It was cancelled, or started again.",
    )


@pytest.mark.parametrize("before", [True, False])
def test_cancelling_a_running_import_ends_it(
    cast: Cast, queued: ImportUpload, monkeypatch, work, uploads, before: bool
) -> None:
    folder = uploads / queued.stored_name
    meanwhile(monkeypatch, lambda: take(cast.owner.client, queued, "cancel"), before=before)
    work()
    upload = ImportUpload.objects.get()
    assert (upload.status, upload.stored_name, folder.exists()) == ("cancelled", "", False)
    assert TokenUsage.objects.count() == (0 if before else 2)


def test_a_stopped_worker_leaves_it_to_the_next(queued: ImportUpload, monkeypatch, work) -> None:
    def stop() -> None:
        raise SystemExit(1)

    meanwhile(monkeypatch, stop)
    work()
    assert ImportUpload.objects.get().status == "completed"
    assert TokenUsage.objects.count() == 2


def test_a_fault_is_told_without_its_details(cast: Cast, queued: ImportUpload, monkeypatch, work) -> None:
    def fail() -> None:
        raise RuntimeError("password=hunter2")

    meanwhile(monkeypatch, fail)
    work()
    page = read(cast.owner.client, queued)
    assert "a fault of ours (RuntimeError)" in page
    assert "hunter2" not in page
    take(cast.owner.client, queued, "retry")
    work()
    assert ImportUpload.objects.get().status == "completed"


def test_progress_is_shown(cast: Cast, queued: ImportUpload) -> None:
    claim = claims.Claim(queued.pk, "importing")
    assert claim.take("queued")
    claim.beat(450, 1000)
    assert '<progress class="bar bar--tall" max="100" value="45"' in read(cast.owner.client, queued)
