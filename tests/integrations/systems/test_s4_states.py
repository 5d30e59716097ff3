"""The code-session tool in the states of its schema: what each table's rows become, whole."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from billing.models import TokenUsage
from integrations.models import Source
from projects.models import BackgroundJob, Project, SessionFile, StoredValue, WorkSession
from tests.integrations.databases.making import make_and_die
from tests.integrations.systems import codesessions as code
from tests.integrations.systems.builder import opened
from tests.integrations.systems.codesessions import CORE, DESKTOP, JOB, SESSION, SHOP, SHOP_HASH, V1
from tests.integrations.systems.support import assert_nothing_changes, imported

pytestmark = pytest.mark.django_db

SECONDS = datetime(2025, 4, 30, 8, tzinfo=UTC)
MILLISECONDS = SECONDS + timedelta(minutes=1)
ENDED = SECONDS + timedelta(seconds=30)


def without(row: dict[str, object], *columns: str) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in columns}


def test_v1_has_no_creation_time_no_input_tokens_and_no_response(tmp_path: Path) -> None:
    job = {
        **without(JOB, "tokens_sent", "updated_at", "response"),
        "xml_path": "/srv/out.xml",
        "last_update": code.SECONDS + 31,
        "chars_received": 900,
        "api_type": "claude",
        "model_used": "claude-3-7-sonnet-20250219",
        "cleared": 1,
    }
    path = code.database(
        tmp_path / "v1.db",
        V1,
        sessions=[{**without(SESSION, "created_at"), "pasted_paths": "a.ts\nb.ts", "title_regex": "^a"}],
        active_sessions=[
            {
                "project_directory": SHOP,
                "project_hash": SHOP_HASH,
                "session_id": "s",
                "updated_at": code.SECONDS,
            }
        ],
        background_jobs=[job],
    )
    result = imported("s4", path)
    assert result["awkward"] == {"no_time": 1}
    assert result["unknown_tables"] == {"meta": 0, "migrations": 1}
    assert result["missing_columns"] == {
        "background_jobs": ["response", "tokens_sent"],
        "sessions": ["created_at"],
    }
    session = WorkSession.objects.get()
    assert (session.created_at, session.updated_at) == (MILLISECONDS, MILLISECONDS)
    assert session.settings == {
        "title_regex": "^a",
        "is_regex_active": 1,
        "pasted_paths": "a.ts\nb.ts",
        "diff_temperature": 0.9,
    }
    made = BackgroundJob.objects.get()
    assert (made.output_path, made.response, made.input_tokens, made.output_tokens) == (
        "/srv/out.xml",
        "",
        None,
        200,
    )
    assert made.updated_at == made.cleared_at == SECONDS + timedelta(seconds=31)
    assert made.metadata == {"chars_received": 900, "last_update": code.SECONDS + 31}
    usage = TokenUsage.objects.get()
    assert (usage.provider, usage.input_tokens, usage.output_tokens) == ("anthropic", None, 200)
    active = StoredValue.objects.get()
    assert (active.project, active.scope, active.key, active.value) == (
        session.project,
        SHOP_HASH,
        "activeSession",
        "s",
    )
    assert_nothing_changes(imported("s4", path))


def test_a_used_database_of_today(tmp_path: Path) -> None:
    path = code.live(
        tmp_path / "live.db",
        {"metadata": {"temperature": 0.7, "jobPayloadForWorker": {"sessionId": "s"}}, "visible": 0},
        {
            "status": "failed",
            "error_message": "429",
            "tokens_received": 0,
            "response": None,
            "metadata": {"a": 1},
            "task_type": "transcription",
            "api_type": "groq",
            "model_used": "whisper-large-v3",
            "created_at": code.MILLISECONDS,
            "updated_at": None,
        },
        included_files=[{"session_id": "s", "path": "src/a.ts"}],
        excluded_files=[{"session_id": "s", "path": "src/a.ts"}, {"session_id": "gone", "path": "b"}],
        cached_state=[
            {
                "project_directory": "global",
                "project_hash": "global",
                "key": "output-file-editor-command",
                "value": "code --wait",
                "updated_at": code.SECONDS,
            },
            {"project_directory": SHOP, "project_hash": "3f07b0f5", "key": "history", "value": None},
        ],
        key_value_store=[
            {"key": f"activeSession:{SHOP_HASH}", "value": "s", "updated_at": code.MILLISECONDS},
            {"key": "activeSession:00000000", "value": "deleted", "updated_at": code.MILLISECONDS},
        ],
    )
    result = imported("s4", path)
    assert result["unknown_tables"] == {
        "db_diagnostic_logs": 0,
        "meta": 0,
        "migrations": 1,
        "schema_version": 2,
    }
    assert result["tables"]["excluded_files"]["reasons"] == {"session_id: there is no such session": 1}
    assert result["awkward"] == {"dangling_links": 2}
    session, shop = WorkSession.objects.get(), Project.objects.get(name="shop")
    assert (session.project, shop.local_path, shop.metadata) == (shop, SHOP, {"path_hash": SHOP_HASH})
    assert (session.name, session.task_description, session.search_term, session.metadata) == (
        "Fix login",
        "The button does nothing.",
        "login",
        {"project_hash": SHOP_HASH},
    )
    files = SessionFile.objects.order_by("kind").values_list("kind", "path", "session", "created_at")
    assert list(files) == [
        ("excluded", "src/a.ts", session.pk, MILLISECONDS),
        ("included", "src/a.ts", session.pk, MILLISECONDS),
    ]
    plan, speech = BackgroundJob.objects.order_by("created_at")
    assert (plan.session, plan.provider, plan.status, plan.source_status) == (
        session,
        "google",
        "succeeded",
        "completed",
    )
    assert plan.payload == {"temperature": 0.7, "jobPayloadForWorker": {"sessionId": "s"}}
    assert plan.metadata == {"chars_received": 0, "visible": 0}
    assert (plan.queued_at, plan.started_at, plan.finished_at) == (SECONDS, SECONDS, ENDED)
    assert (speech.created_at, speech.updated_at, speech.error) == (MILLISECONDS, MILLISECONDS, "429")
    calls = TokenUsage.objects.order_by("request_type").values_list(
        "provider", "request_type", "status", "input_tokens", "output_tokens", "session_id", "occurred_at"
    )
    assert list(calls) == [
        ("groq", "audio", "error", 1_000, 0, "s", ENDED),
        ("google", "chat", "ok", 1_000, 200, "s", ENDED),
    ]
    main = Source.objects.get().main_project
    values = StoredValue.objects.order_by("key").values_list("project", "scope", "key", "value", "updated_at")
    history = StoredValue.objects.get(key="history")
    assert list(values) == [
        (main and main.pk, "", "activeSession:00000000", "deleted", MILLISECONDS),
        (main and main.pk, "", f"activeSession:{SHOP_HASH}", "s", MILLISECONDS),
        (shop.pk, "3f07b0f5", "history", None, history.updated_at),
        (main and main.pk, "global", "output-file-editor-command", "code --wait", SECONDS),
    ]
    assert_nothing_changes(imported("s4", path))


def test_the_core_tables_name_their_columns_otherwise(tmp_path: Path) -> None:
    job = {
        **without(JOB, "prompt", "response", "tokens_sent", "tokens_received"),
        "raw_input": "Plan it.",
        "model_output": "So be it.",
        "response": "",
        "diff_patch": "--- a",
        "prompt_tokens": 1_000,
        "completion_tokens": 200,
        "total_tokens": 1_300,
        "api_type": "openrouter",
        "temperature": 0.5,
    }
    path = code.database(
        tmp_path / "core.db",
        CORE,
        sessions=[SESSION],
        session_files=[
            {"session_id": "s", "file_path": "a.ts", "included": 1},
            {"session_id": "s", "file_path": "b.ts", "included": 0},
        ],
        active_sessions=[{"project_hash": SHOP_HASH, "session_id": "gone", "updated_at": code.SECONDS}],
        background_jobs=[job],
        cached_state=[
            {"project_hash": SHOP_HASH, "key": "k", "value": "1", "updated_at": code.SECONDS},
            {"project_hash": "ffffffff", "key": "k", "value": "2", "updated_at": code.SECONDS},
        ],
        project_settings=[
            {
                "project_hash": SHOP_HASH,
                "project_directory": SHOP,
                "settings": {"model": "gemini"},
                "updated_at": code.SECONDS,
            }
        ],
    )
    result = imported("s4", path)
    assert result["awkward"] == {
        "dangling_links": 1,
        "no_metadata": 1,
        "total_differs": 1,
        "unknown_models": 1,
        "unknown_words": 1,
    }
    shop, main = Project.objects.get(name="shop"), Source.objects.get().main_project
    assert sorted(SessionFile.objects.values_list("kind", "path")) == [
        ("excluded", "b.ts"),
        ("included", "a.ts"),
    ]
    made = BackgroundJob.objects.get()
    assert (made.prompt, made.response, made.input_tokens, made.output_tokens) == (
        "Plan it.",
        "So be it.",
        1_000,
        200,
    )
    assert made.metadata == {"diff_patch": "--- a", "temperature": 0.5, "total_tokens": 1_300, "visible": 1}
    assert TokenUsage.objects.values_list("provider", "input_tokens", "output_tokens").get() == (
        "openrouter",
        1_000,
        200,
    )
    assert set(StoredValue.objects.values_list("project", "scope", "key", "value")) == {
        (shop.pk, SHOP_HASH, "k", "1"),
        (main and main.pk, "ffffffff", "k", "2"),
        (shop.pk, SHOP_HASH, "project_settings", '{"model": "gemini"}'),
        (shop.pk, SHOP_HASH, "activeSession", "gone"),
    }
    assert_nothing_changes(imported("s4", path))


def test_the_desktop_lists_files_in_its_sessions_and_states_costs(tmp_path: Path) -> None:
    job = {
        **JOB,
        "model_used": "anthropic/claude-opus-4-5-20251101",
        "actual_cost": 0.0115675,
        "cache_read_tokens": 300,
        "cache_write_tokens": 100,
        "is_finalized": 1,
        "server_request_id": "req_1",
        "metadata": {"projectDirectory": "C:\\Users\\me\\repo"},
        "session_id": "lines",
    }
    sessions = [
        {**SESSION, "included_files": ["a.ts", "b.ts", "a.ts", 7], "force_excluded_files": []},
        {
            **SESSION,
            "id": "lines",
            "project_directory": "C:\\Users\\me\\repo",
            "project_hash": "11424656",
            "included_files": "c.ts\r\nd e.ts\n",
            "force_excluded_files": '["broken',
            "merge_instructions": "Keep both.",
        },
    ]
    free = {**job, "id": "job_free", "actual_cost": None, "model_used": None, "status": "completed_by_tag"}
    path = code.database(tmp_path / "appdata.db", DESKTOP, sessions=sessions, background_jobs=[job, free])
    result = imported("s4", path)
    assert result["unknown_tables"] == {"terminal_sessions": 1}
    assert result["awkward"] == {
        "invalid_json": 1,
        "no_model": 1,
        "no_provider": 1,
        "unreadable_paths": 1,
    }
    assert sorted(SessionFile.objects.values_list("project__name", "kind", "path")) == [
        ("repo", "included", "c.ts"),
        ("repo", "included", "d e.ts"),
        ("shop", "included", "a.ts"),
        ("shop", "included", "b.ts"),
    ]
    assert WorkSession.objects.get(project__name="repo").settings == {
        "search_selected_files_only": 0,
        "merge_instructions": "Keep both.",
        "task_history_version": 1,
    }
    made = BackgroundJob.objects.get(reported_cost__isnull=False)
    assert (made.project.name, made.api_type, made.provider) == ("repo", "", "anthropic")
    assert made.metadata == {
        "cache_read_tokens": 300,
        "cache_write_tokens": 100,
        "is_finalized": 1,
        "server_request_id": "req_1",
    }
    calls = TokenUsage.objects.order_by("provider").values_list(
        "provider", "input_tokens", "cache_read_tokens", "cache_write_tokens", "cost", "cost_source", "status"
    )
    assert list(calls) == [
        ("anthropic", 1_000, 300, 100, Decimal("0.0115675"), "reported", "ok"),
        ("unknown", 1_000, 300, 100, None, "none", "ok"),
    ]
    assert_nothing_changes(imported("s4", path))
    with opened(path) as database:
        database.execute("UPDATE sessions SET included_files = '[\"a.ts\", \"z.ts\"]' WHERE id = 's'")
    assert imported("s4", path)["awkward"].get("unreadable_paths", 0) == 0
    assert SessionFile.objects.filter(project__name="shop").count() == 3


@pytest.mark.parametrize("key", [7, "7b0d1c52-4a3f-4d8b-9f57-2f2f6f1f0c11", "session_1746946246960_423"])
def test_ids_of_any_kind(tmp_path: Path, key: object) -> None:
    schema = code.LIVE.replace("(id TEXT PRIMARY KEY", "(id INTEGER PRIMARY KEY") if key == 7 else code.LIVE
    path = code.database(
        tmp_path / "ids.db",
        schema,
        sessions=[{**SESSION, "id": key}],
        background_jobs=[{**JOB, "id": 8 if key == 7 else "job_a", "session_id": key}],
        included_files=[{"session_id": key, "path": "a.ts"}],
        key_value_store=[{"key": f"activeSession:{SHOP_HASH}", "value": str(key), "updated_at": 1}],
    )
    assert imported("s4", path)["awkward"] == {"no_metadata": 1}
    assert BackgroundJob.objects.get().session == SessionFile.objects.get().session
    assert TokenUsage.objects.get().session_id == str(key)
    assert_nothing_changes(imported("s4", path))


def test_the_first_schema_names_files_and_settings_otherwise(tmp_path: Path) -> None:
    path = code.database(
        tmp_path / "first.db",
        """
        CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT, project_directory TEXT, project_hash TEXT,
            pattern_description TEXT, output_format TEXT, created_at INTEGER, updated_at INTEGER);
        CREATE TABLE included_files (id INTEGER PRIMARY KEY, session_id TEXT, file_path TEXT);
        CREATE TABLE project_settings (project_hash TEXT, output_format TEXT, active_session_id TEXT,
            updated_at INTEGER, PRIMARY KEY (project_hash, output_format));
        """,
        sessions=[{**without(SESSION, "task_description", "search_term"), "output_format": "xml"}],
        included_files=[{"session_id": "s", "file_path": "a.ts"}],
        project_settings=[
            {
                "project_hash": SHOP_HASH,
                "output_format": "xml",
                "active_session_id": "s",
                "updated_at": code.SECONDS,
            }
        ],
    )
    result = imported("s4", path)
    assert result["awkward"] == {}
    assert result["missing_tables"] == [
        "excluded_files",
        "session_files",
        "background_jobs",
        "cached_state",
        "key_value_store",
        "active_sessions",
    ]
    assert WorkSession.objects.get().metadata == {"output_format": "xml", "project_hash": SHOP_HASH}
    assert SessionFile.objects.get().path == "a.ts"
    assert StoredValue.objects.values_list("project__name", "scope", "key", "value").get() == (
        "shop",
        SHOP_HASH,
        "xml",
        "s",
    )
    assert_nothing_changes(imported("s4", path))


def test_rows_in_the_log_beside_the_file_are_read(tmp_path: Path) -> None:
    path = tmp_path / "wal.db"
    make_and_die(
        "sqlite3",
        path,
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE key_value_store (key TEXT PRIMARY KEY, value TEXT, updated_at INTEGER)",
        "INSERT INTO key_value_store VALUES ('k', 'in the log', 1746000000)",
    )
    assert path.with_name("wal.db-wal").stat().st_size > 0
    assert imported("s4", path)["tables"]["key_value_store"]["created"] == 1
    assert StoredValue.objects.get().value == "in the log"
