"""What belongs to projects, for tests."""

from itertools import count
from typing import Any

from projects.models import Agent, BackgroundJob, Channel, Project, SessionFile, WorkSession

_number = count(1)


def make_channel(project: Project, **overrides: Any) -> Channel:
    return Channel.objects.create(**{"project": project, "name": f"channel-{next(_number)}", **overrides})


def make_agent(project: Project, **overrides: Any) -> Agent:
    return Agent.objects.create(**{"project": project, "name": f"agent-{next(_number)}", **overrides})


def make_session(project: Project, **overrides: Any) -> WorkSession:
    return WorkSession.objects.create(**{"project": project, "name": f"Session {next(_number)}", **overrides})


def make_file(session: WorkSession, path: str, kind: str = SessionFile.Kind.INCLUDED) -> SessionFile:
    return SessionFile.objects.create(project=session.project, session=session, path=path, kind=kind)


def make_job(project: Project, **overrides: Any) -> BackgroundJob:
    """One that waits."""
    return BackgroundJob.objects.create(**{"project": project, "task_type": "write", **overrides})
