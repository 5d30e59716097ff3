from projects.models.agent import Agent
from projects.models.background_job import BackgroundJob
from projects.models.channel import Channel
from projects.models.container import Container
from projects.models.invitation import Invitation
from projects.models.membership import Membership
from projects.models.project import Project
from projects.models.stored_value import StoredValue
from projects.models.work_session import SessionFile, WorkSession

__all__ = [
    "Agent",
    "BackgroundJob",
    "Channel",
    "Container",
    "Invitation",
    "Membership",
    "Project",
    "SessionFile",
    "StoredValue",
    "WorkSession",
]
