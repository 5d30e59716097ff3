"""What stands in the code-session tool's columns: awkward values, secrets, and what changed since."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from billing.models import TokenUsage
from integrations.models import ImportedRow, RejectedRecord
from integrations.systems.s4.directories import directory_name, path_hash
from projects.models import BackgroundJob, Project, SessionFile, StoredValue, WorkSession
from tests.integrations.systems import codesessions as code
from tests.integrations.systems.builder import opened
from tests.integrations.systems.codesessions import DESKTOP, JOB, SESSION, SHOP
from tests.integrations.systems.support import assert_none_stored, assert_nothing_changes, imported

pytestmark = pytest.mark.django_db

SECONDS = datetime(2025, 4, 30, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("directory", "name"),
    [
        ("/Users/dev/code/shop", "shop"),
        ("/srv/code/shop//", "shop"),
        ("C:\\Users\\me\\repo", "repo"),
        ("C:/Users/me/repo/", "repo"),
        ("/srv/项目/主站", "主站"),
        ("repo", "repo"),
        ("/", "/"),
    ],
)
def test_a_project_is_called_like_its_directory(directory: str, name: str) -> None:
    assert directory_name(directory) == name


@pytest.mark.parametrize(
    ("directory", "digest"),
    [
        ("/Users/dev/code/shop", "6d8d046d"),
        ("C:/Users/Łukasz/repo", "11424656"),
        ("/srv/项目/主站", "aeac5816"),
        ("", "00001505"),
        ("/", "00028bca"),
    ],
)
def test_a_directory_has_the_applications_hash(directory: str, digest: str) -> None:
    assert path_hash(directory) == digest


def test_a_job_belongs_to_its_own_directory_else_metadata_else_its_sessions(tmp_path: Path) -> None:
    path = code.live(
        tmp_path / "live.db",
        {"project_directory": "/srv/code/api", "metadata": {"projectDirectory": "/srv/code/web"}},
        {"project_directory": "", "metadata": {"projectDirectory": "/srv/code/web"}},
        {"metadata": {"projectDirectory": 7}},
        {"session_id": "gone", "metadata": {}},
        {"session_id": "gone", "project_directory": "global", "metadata": {}},
    )
    result = imported("s4", path)
    assert result["awkward"] == {"dangling_links": 2, "no_project": 2, "session_of_another_project": 2}
    jobs = BackgroundJob.objects.order_by("project__name").values_list(
        "project__name", "session__name", "metadata"
    )
    kept = {"chars_received": 0, "visible": 1}
    assert list(jobs) == [
        ("Unassigned (s4)", None, {**kept, "session_id": "gone"}),
        ("Unassigned (s4)", None, {**kept, "session_id": "gone"}),
        ("api", None, {**kept, "session_id": "s"}),
        ("shop", "Fix login", kept),
        ("web", None, {**kept, "session_id": "s"}),
    ]
    usage = TokenUsage.objects.order_by("project__name").values_list("project__name", "session_id")
    assert [tuple(row) for row in usage] == [
        ("Unassigned (s4)", "gone"),
        ("Unassigned (s4)", "gone"),
        ("api", "s"),
        ("shop", "s"),
        ("web", "s"),
    ]
    assert_nothing_changes(imported("s4", path))


METADATA: dict[str, tuple[Any, Any, str]] = {
    "null": (None, None, "no_metadata"),
    "JSON null": ("null", None, "no_metadata"),
    "an object": ({"a": [1]}, {"a": [1]}, ""),
    "twice encoded": (json.dumps(json.dumps({"a": 1})), {"a": 1}, "double_encoded_json"),
    "broken": ('{"a": 1, "broken', None, "invalid_json"),
    "a list": ([1], None, ""),
}


@pytest.mark.parametrize("form", METADATA)
def test_metadata_in_any_form(tmp_path: Path, form: str) -> None:
    given, payload, flag = METADATA[form]
    result = imported("s4", code.live(tmp_path / "live.db", {"metadata": given}))
    assert result["awkward"] == ({flag: 1} if flag else {})
    job = BackgroundJob.objects.get()
    left = {"broken": {"metadata": given}, "a list": {"metadata": [1]}}.get(form, {})
    assert (job.payload, job.metadata) == (payload, {"chars_received": 0, "visible": 1, **left})


def test_awkward_values_are_kept_and_told(tmp_path: Path) -> None:
    path = code.live(
        tmp_path / "live.db",
        {"response": "one\x00two", "metadata": {}, "created_at": "2025-04-30 08:00:00"},
        {"status": "running", "metadata": {}, "tokens_received": None},
        {"end_time": None, "metadata": {}, "updated_at": code.SECONDS + 60},
        {"status": "thinking", "metadata": {}, "created_at": "soon", "tokens_sent": 0, "tokens_received": 0},
        {"tokens_sent": -1, "tokens_received": -1, "metadata": {}, "max_output_tokens": -5},
        {"response": None, "metadata": {}, "api_type": "mystery", "tokens_sent": "many"},
        {"tokens_received": 0, "metadata": {}},
    )
    result = imported("s4", path)
    assert result["awkward"] == {
        "negative_numbers": 1,
        "negative_tokens": 1,
        "replaced_nul": 1,
        "response_without_tokens": 1,
        "running_with_end_time": 1,
        "succeeded_without_response": 1,
        "terminal_without_end_time": 1,
        "unknown_models": 1,
        "unknown_words": 2,
        "unreadable_clock": 1,
        "unreadable_number": 1,
    }
    assert result["ledger_rejected"] == {"input_tokens: negative": 1}
    assert RejectedRecord.objects.get().reason == "input_tokens: -1 is negative"
    jobs = {job.metadata.get("n", key): job for key, job in _jobs_by_key().items()}
    assert jobs["job_0"].response == "one\N{REPLACEMENT CHARACTER}two"
    assert jobs["job_0"].created_at == SECONDS
    assert (jobs["job_1"].status, jobs["job_1"].finished_at) == ("running", SECONDS + timedelta(seconds=30))
    assert (jobs["job_2"].status, jobs["job_2"].finished_at) == ("succeeded", None)
    assert (jobs["job_3"].status, jobs["job_3"].source_status) == ("queued", "thinking")
    assert jobs["job_3"].metadata["created_at"] == "soon"
    assert (jobs["job_4"].input_tokens, jobs["job_4"].output_tokens) == (-1, -1)
    assert (jobs["job_4"].max_output_tokens, jobs["job_4"].metadata["max_output_tokens"]) == (None, -5)
    assert (jobs["job_5"].provider, jobs["job_5"].input_tokens) == ("mystery", None)
    assert jobs["job_5"].metadata["tokens_sent"] == "many"
    booked = {call.job_id: call for call in TokenUsage.objects.all()}
    statuses = {key: booked[job.pk].status if job.pk in booked else None for key, job in jobs.items()}
    assert statuses == {
        "job_0": "ok",
        "job_1": "partial",
        "job_2": "ok",
        "job_3": None,
        "job_4": None,
        "job_5": "ok",
        "job_6": "ok",
    }
    assert booked[jobs["job_2"].pk].occurred_at == SECONDS + timedelta(minutes=1)
    second = imported("s4", path)
    assert_nothing_changes(second)
    assert second["awkward"] == result["awkward"]


def _jobs_by_key() -> dict[str, BackgroundJob]:
    rows = ImportedRow.objects.filter(source_table="background_jobs").exclude(source_key__contains="#")
    return {key: BackgroundJob.objects.get(pk=pk) for key, pk in rows.values_list("source_key", "target_id")}


def test_costs_are_exact_and_a_negative_one_is_none(tmp_path: Path) -> None:
    costs = (0.1, 1.125e-05, -0.5, None, 0.0)
    jobs = [
        {**JOB, "id": f"job_{number}", "actual_cost": cost, "metadata": {}}
        for number, cost in enumerate(costs)
    ]
    waiting = {"status": "created", "tokens_sent": 0, "tokens_received": 0, "metadata": {}}
    jobs += [
        {**JOB, **waiting, "id": "free", "actual_cost": 0.0},
        {**JOB, **waiting, "id": "paid", "actual_cost": 2.5},
    ]
    path = code.database(tmp_path / "appdata.db", DESKTOP, sessions=[SESSION], background_jobs=jobs)
    result = imported("s4", path)
    assert (result["awkward"]["negative_costs"], result["ledger_rejected"]) == (1, {})
    ours = {key: job.reported_cost for key, job in _jobs_by_key().items()}
    assert ours == {
        "job_0": Decimal("0.1"),
        "job_1": Decimal("0.00001125"),
        "job_2": Decimal("-0.5"),
        "job_3": None,
        "job_4": Decimal(0),
        "free": Decimal(0),
        "paid": Decimal("2.5"),
    }
    booked = sorted(TokenUsage.objects.values_list("cost", flat=True), key=lambda cost: (cost is None, cost))
    assert booked == [Decimal(0), Decimal("0.00001125"), Decimal("0.1"), Decimal("2.5"), None, None]


def test_too_long_paths_and_nameless_values_are_refused_alone(tmp_path: Path) -> None:
    long = "d/" * 1_001
    path = code.live(
        tmp_path / "live.db",
        included_files=[{"session_id": "s", "path": path} for path in ("a.ts", long, "", "a.ts")],
        key_value_store=[{"key": key, "value": "v", "updated_at": code.SECONDS} for key in ("k", "")],
    )
    for _ in range(2):
        result = imported("s4", path)
        reasons = result["tables"]["included_files"]["reasons"]
        assert reasons.pop("path: longer than 2000 bytes") == 1
        assert reasons.pop("path: missing") == 1
        assert list(reasons.values()) == [1], "a file is named once a session"
        assert result["tables"]["key_value_store"]["rejected"] == 1
    assert SessionFile.objects.get().path == "a.ts"


def test_what_changed_at_the_source_is_updated(tmp_path: Path) -> None:
    path = code.live(
        tmp_path / "live.db",
        {"status": "running", "end_time": None, "tokens_received": 10, "metadata": {}},
        {"metadata": {}},
        key_value_store=[{"key": "k", "value": "old", "updated_at": code.SECONDS}],
    )
    imported("s4", path)
    with opened(path) as database:
        database.execute("UPDATE sessions SET name = 'Fix logout', updated_at = 1746000120000")
        database.execute("UPDATE key_value_store SET value = 'new', updated_at = 1746000120")
        database.execute(
            "UPDATE background_jobs SET status = 'completed', tokens_received = 300, end_time = 1746000120,"
            " updated_at = 1746000120, cleared = 1 WHERE id = 'job_0'"
        )
        database.execute("UPDATE background_jobs SET status = 'running' WHERE id = 'job_1'")
    result = imported("s4", path)
    outcomes = {name: (table["updated"], table["reasons"]) for name, table in result["tables"].items()}
    assert {name: outcomes[name] for name in ("sessions", "background_jobs", "key_value_store")} == {
        "sessions": (1, {}),
        "background_jobs": (1, {"status: “succeeded” here cannot become “running”": 1}),
        "key_value_store": (1, {}),
    }
    later = SECONDS + timedelta(minutes=2)
    session, value = WorkSession.objects.get(), StoredValue.objects.get()
    assert (session.name, session.updated_at, session.created_at) == (
        "Fix logout",
        later,
        SECONDS + timedelta(minutes=1),
    )
    assert (value.value, value.updated_at, value.created_at) == ("new", later, SECONDS)
    job = _jobs_by_key()["job_0"]
    assert (job.status, job.output_tokens, job.cleared_at, job.finished_at) == (
        "succeeded",
        300,
        later,
        later,
    )
    call = TokenUsage.objects.booked().get(job=job)
    assert (call.status, call.output_tokens, call.occurred_at) == ("ok", 300, later)


def test_what_was_deleted_here_stays_deleted(tmp_path: Path) -> None:
    path = code.live(
        tmp_path / "live.db", {"metadata": {}}, included_files=[{"session_id": "s", "path": "a.ts"}]
    )
    imported("s4", path)
    WorkSession.objects.get().delete()
    result = imported("s4", path)
    assert_nothing_changes({"tables": {"sessions": result["tables"]["sessions"]}})
    assert result["tables"]["included_files"]["reasons"] == {"session_id: there is no such session": 1}
    assert (WorkSession.objects.count(), SessionFile.objects.count()) == (0, 0)
    assert TokenUsage.objects.booked().count() == 1


def test_installations_stand_side_by_side(tmp_path: Path) -> None:
    path = code.live(
        tmp_path / "live.db", {"metadata": {}}, key_value_store=[{"key": "k", "value": "v", "updated_at": 1}]
    )
    imported("s4", path, source_name="laptop")
    second = imported("s4", path, source_name="desktop")
    assert second["awkward"] == {"project_name_taken": 1}
    assert set(Project.objects.values_list("name", "local_path")) == {
        ("shop", SHOP),
        ("shop (desktop)", SHOP),
        ("laptop", ""),
        ("desktop", ""),
    }
    assert BackgroundJob.objects.count() == TokenUsage.objects.count() == WorkSession.objects.count() == 2
    for name in ("laptop", "desktop"):
        assert_nothing_changes(imported("s4", path, source_name=name))


def test_no_secret_is_taken_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    secrets = [
        f"planted/{place}+secret==" for place in ("job", "nested", "list", "name", "row", "refused", "twice")
    ]
    in_job, nested, listed, named, column, refused, twice = secrets
    shaped = "sk-ant-planted0123456789abcdef"
    payload = {"jobPayloadForWorker": {"apiKey": in_job, "options": [{"authorization": nested}]}}
    path = code.live(
        tmp_path / "live.db",
        {
            "metadata": payload,
            "error_message": f"401 for {in_job} and {shaped}",
            "status_message": nested,
            "prompt": f"Use {in_job}",
            "response": f"I used {nested}",
        },
        {"tokens_sent": -1, "metadata": {"api_key": refused}, "error_message": refused},
        {"metadata": json.dumps(json.dumps({"password": twice})), "error_message": f"no {twice}"},
        cached_state=[
            {
                "project_directory": SHOP,
                "project_hash": "h",
                "key": "models",
                "value": {"a": [{"token": listed}]},
            }
        ],
        key_value_store=[
            {"key": "gemini.api-key", "value": named, "updated_at": 1},
            {"key": "note", "value": f"the key is {shaped}", "updated_at": 1},
        ],
    )
    with opened(path) as database:
        database.execute("ALTER TABLE sessions ADD COLUMN access_token TEXT")
        database.execute("UPDATE sessions SET access_token = ?", [column])
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_system", "s4", str(path), "--format", "json", stdout=out)
    assert_none_stored([*secrets, shaped], out.getvalue(), caplog.text)
    assert json.loads(out.getvalue())["awkward"]["secrets_removed"] == 3
    removed = {"jobPayloadForWorker": {"apiKey": "[removed]", "options": [{"authorization": "[removed]"}]}}
    job = _jobs_by_key()["job_0"]
    assert (job.payload, job.prompt) == (removed, "Use [removed]")
    assert dict(StoredValue.objects.values_list("key", "value")) == {
        "models": '{"a": [{"token": "[removed]"}]}',
        "gemini.api-key": "[removed]",
        "note": "the key is [removed]",
    }
