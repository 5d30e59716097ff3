"""S4, a code-session tool: SQLite, in five column sets of two applications; its backups are such files too.

Ids are TEXT. Clocks are seconds or milliseconds by table and age, each value by itself. A project is a
directory; what belongs to none stands in the source's main project. One job is one model call at most. The
desktop application states what a call cost: its figures are believed, and its silence too.
"""

from integrations.databases.source import Order
from integrations.systems.declarations import System, Table
from integrations.systems.s4 import jobs, sessions, values

_IN_TIME = (Order("created_at", is_clock=True), Order("id"))
_OF_SESSION = {"session_id": "sessions"}
_SESSION_FIELDS = {"sessions": ("created_at", "updated_at")}

S4 = System(
    kind="s4",
    title="Code-session tool",
    tables=(
        Table("sessions", ("sessions",), sessions.session, order=_IN_TIME),
        Table(
            "sessions",
            ("sessions",),
            sessions.listed_files,
            is_pass=True,
            own_fields=("created_at",),
        ),
        *(
            Table(name, (name,), convert, links=_OF_SESSION, link_fields=_SESSION_FIELDS)
            for name, convert in (
                ("included_files", sessions.included_file),
                ("excluded_files", sessions.excluded_file),
            )
        ),
        Table(
            "session_files",
            ("session_files",),
            sessions.session_file,
            key=("session_id", "file_path"),
            links=_OF_SESSION,
            link_fields=_SESSION_FIELDS,
        ),
        Table(
            "background_jobs",
            ("background_jobs",),
            jobs.job,
            order=_IN_TIME,
            links=_OF_SESSION,
            link_fields=_SESSION_FIELDS,
        ),
        Table("cached_state", ("cached_state",), values.cached_state),
        Table("key_value_store", ("key_value_store",), values.key_value, key=("key",)),
        Table(
            "project_settings",
            ("project_settings",),
            values.project_settings,
            key=("project_hash", "key", "setting_key", "output_format"),
        ),
        Table("active_sessions", ("active_sessions",), values.active_session, key=("project_hash",)),
    ),
    costs_in=("background_jobs", "actual_cost"),
)
