"""Small databases of the code-session tool in the states of its schema, filled row by row."""

import json
from pathlib import Path
from typing import Any

from tests.integrations.systems.builder import insert, opened

SECONDS, MILLISECONDS = 1_746_000_000, 1_746_000_060_000
"""2025-04-30 08:00:00 and 08:01:00 UTC."""
SHOP, SHOP_HASH = "/srv/code/shop", "ffc45036"
"""A directory, and the application's hash of it."""

_BOOKKEEPING = """
CREATE TABLE migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, applied_at INTEGER);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO migrations (name, applied_at) VALUES ('consolidated_migrations.sql', 1746000000);
"""
_FILES = """
CREATE TABLE included_files (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT, path TEXT NOT NULL);
CREATE TABLE excluded_files (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT, path TEXT NOT NULL);
"""
_STATE = """
CREATE TABLE cached_state (id INTEGER PRIMARY KEY AUTOINCREMENT, project_directory TEXT NOT NULL,
    project_hash TEXT NOT NULL, key TEXT NOT NULL, value TEXT, updated_at INTEGER, UNIQUE(project_hash, key));
"""
_KEY_VALUES = "CREATE TABLE key_value_store (key TEXT PRIMARY KEY, value TEXT, updated_at INTEGER NOT NULL);"

V1 = f"""{_BOOKKEEPING}{_FILES}{_STATE}
CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT NOT NULL, project_directory TEXT NOT NULL,
    project_hash TEXT, task_description TEXT DEFAULT '', search_term TEXT DEFAULT '',
    pasted_paths TEXT DEFAULT '', title_regex TEXT DEFAULT '', content_regex TEXT DEFAULT '',
    is_regex_active INTEGER DEFAULT 1, diff_temperature REAL DEFAULT 0.9, codebase_structure TEXT DEFAULT '',
    updated_at INTEGER NOT NULL, model_used TEXT);
CREATE TABLE active_sessions (id INTEGER PRIMARY KEY AUTOINCREMENT, project_directory TEXT NOT NULL,
    project_hash TEXT NOT NULL UNIQUE, session_id TEXT, updated_at INTEGER);
CREATE TABLE background_jobs (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, prompt TEXT NOT NULL,
    status TEXT DEFAULT 'idle' NOT NULL, start_time INTEGER, end_time INTEGER, xml_path TEXT,
    status_message TEXT, tokens_received INTEGER DEFAULT 0, chars_received INTEGER DEFAULT 0,
    last_update INTEGER, created_at INTEGER NOT NULL, cleared INTEGER DEFAULT 0,
    api_type TEXT DEFAULT 'gemini' NOT NULL, task_type TEXT DEFAULT 'xml_generation' NOT NULL,
    model_used TEXT, max_output_tokens INTEGER);
"""
LIVE = f"""{_BOOKKEEPING}{_FILES}{_STATE}{_KEY_VALUES}
CREATE TABLE db_diagnostic_logs (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp INTEGER NOT NULL,
    error_type TEXT NOT NULL, error_message TEXT NOT NULL, additional_info TEXT);
CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL);
INSERT INTO schema_version VALUES (1, 1746000000), (2, 1746000000);
CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT NOT NULL, project_directory TEXT NOT NULL,
    project_hash TEXT, task_description TEXT DEFAULT '', search_term TEXT DEFAULT '',
    title_regex TEXT DEFAULT '', content_regex TEXT DEFAULT '', negative_title_regex TEXT DEFAULT '',
    negative_content_regex TEXT DEFAULT '', is_regex_active INTEGER DEFAULT 1,
    codebase_structure TEXT DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    model_used TEXT, search_selected_files_only INTEGER DEFAULT 0);
CREATE TABLE background_jobs (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, prompt TEXT NOT NULL,
    status TEXT DEFAULT 'created' NOT NULL, start_time INTEGER, end_time INTEGER, output_file_path TEXT,
    status_message TEXT, tokens_received INTEGER DEFAULT 0, tokens_sent INTEGER DEFAULT 0,
    chars_received INTEGER DEFAULT 0, last_update INTEGER, created_at INTEGER NOT NULL, updated_at INTEGER,
    cleared INTEGER DEFAULT 0, api_type TEXT DEFAULT 'gemini' NOT NULL,
    task_type TEXT DEFAULT 'xml_generation' NOT NULL, model_used TEXT, max_output_tokens INTEGER,
    response TEXT, error_message TEXT, metadata TEXT, project_directory TEXT, visible BOOLEAN DEFAULT 1);
"""
CORE = f"""{_KEY_VALUES}
CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT NOT NULL, project_directory TEXT NOT NULL,
    project_hash TEXT, task_description TEXT, search_term TEXT, pasted_paths TEXT, title_regex TEXT,
    content_regex TEXT, negative_title_regex TEXT, negative_content_regex TEXT,
    is_regex_active INTEGER DEFAULT 0, diff_temperature REAL, created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, codebase_structure TEXT);
CREATE TABLE session_files (session_id TEXT NOT NULL, file_path TEXT NOT NULL, included INTEGER NOT NULL,
    PRIMARY KEY (session_id, file_path));
CREATE TABLE active_sessions (project_hash TEXT PRIMARY KEY, session_id TEXT, updated_at INTEGER NOT NULL);
CREATE TABLE background_jobs (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, status TEXT NOT NULL,
    status_message TEXT, raw_input TEXT, model_output TEXT, diff_patch TEXT, prompt_tokens INTEGER,
    completion_tokens INTEGER, total_tokens INTEGER, api_type TEXT NOT NULL, task_type TEXT NOT NULL,
    model_used TEXT, max_output_tokens INTEGER, include_syntax INTEGER, temperature REAL, error_message TEXT,
    response TEXT, metadata TEXT, start_time INTEGER, end_time INTEGER, created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, cleared INTEGER DEFAULT 0, visible BOOLEAN DEFAULT 1);
CREATE TABLE cached_state (id INTEGER PRIMARY KEY AUTOINCREMENT, project_hash TEXT, key TEXT NOT NULL,
    value TEXT NOT NULL, updated_at INTEGER NOT NULL, UNIQUE(project_hash, key));
CREATE TABLE project_settings (project_hash TEXT PRIMARY KEY, project_directory TEXT NOT NULL,
    settings TEXT NOT NULL, updated_at INTEGER NOT NULL);
"""
DESKTOP = f"""{_KEY_VALUES}
CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT NOT NULL, project_directory TEXT NOT NULL,
    project_hash TEXT NOT NULL, task_description TEXT, search_term TEXT, created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, model_used TEXT, search_selected_files_only INTEGER DEFAULT 0,
    included_files TEXT, force_excluded_files TEXT, video_analysis_prompt TEXT, merge_instructions TEXT,
    task_history_version INTEGER DEFAULT 1);
CREATE TABLE terminal_sessions (id TEXT PRIMARY KEY, job_id TEXT);
INSERT INTO terminal_sessions VALUES ('t', 'job_a');
CREATE TABLE background_jobs (id TEXT PRIMARY KEY, session_id TEXT NOT NULL,
    task_type TEXT DEFAULT 'unknown' NOT NULL, status TEXT DEFAULT 'created' NOT NULL, prompt TEXT NOT NULL,
    response TEXT, error_message TEXT, tokens_sent INTEGER DEFAULT 0, tokens_received INTEGER DEFAULT 0,
    cache_write_tokens INTEGER DEFAULT 0, cache_read_tokens INTEGER DEFAULT 0, model_used TEXT,
    actual_cost REAL, metadata TEXT, system_prompt_template TEXT, created_at INTEGER NOT NULL,
    updated_at INTEGER, start_time INTEGER, end_time INTEGER, is_finalized INTEGER DEFAULT 0,
    server_request_id TEXT);
"""

CLOCKS = {"created_at": MILLISECONDS, "updated_at": MILLISECONDS}
SESSION: dict[str, Any] = {
    "id": "s",
    "name": "Fix login",
    "project_directory": SHOP,
    "project_hash": SHOP_HASH,
    "task_description": "The button does nothing.",
    "search_term": "login",
    **CLOCKS,
}
JOB: dict[str, Any] = {
    "id": "job_a",
    "session_id": "s",
    "prompt": "Plan it.",
    "status": "completed",
    "task_type": "implementation_plan",
    "model_used": "gemini-2.5-pro-preview-05-06",
    "response": "First, read the schema.",
    "tokens_sent": 1_000,
    "tokens_received": 200,
    "start_time": SECONDS,
    "end_time": SECONDS + 30,
    "created_at": SECONDS,
    "updated_at": SECONDS + 30,
}


def database(path: Path, schema: str, **tables: list[dict[str, Any]]) -> Path:
    """A database in one of the states, with these rows; JSON values are written as text."""
    with opened(path) as made:
        made.executescript(schema)
        for table, rows in tables.items():
            for row in rows:
                insert(made, table, **{name: _text(value) for name, value in row.items()})
    return path


def live(path: Path, *jobs: dict[str, Any], **tables: list[dict[str, Any]]) -> Path:
    """A used database with one session, and jobs that differ from JOB in these columns."""
    rows = [{**JOB, "id": f"job_{number}", **job} for number, job in enumerate(jobs)]
    return database(path, LIVE, **{"sessions": [SESSION], "background_jobs": rows, **tables})


def _text(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
