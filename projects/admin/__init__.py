"""Registers projects, what belongs to them, and the staff accounts with their memberships."""

from projects.admin.agent import AgentAdmin
from projects.admin.background_job import BackgroundJobAdmin
from projects.admin.channel import ChannelAdmin
from projects.admin.container import ContainerAdmin
from projects.admin.invitation import InvitationAdmin
from projects.admin.membership import MembershipAdmin
from projects.admin.project import ProjectAdmin
from projects.admin.session_files import SessionFileAdmin
from projects.admin.stored_value import StoredValueAdmin
from projects.admin.user import MemberUserAdmin
from projects.admin.work_session import WorkSessionAdmin

__all__ = [
    "AgentAdmin",
    "BackgroundJobAdmin",
    "ChannelAdmin",
    "ContainerAdmin",
    "InvitationAdmin",
    "MemberUserAdmin",
    "MembershipAdmin",
    "ProjectAdmin",
    "SessionFileAdmin",
    "StoredValueAdmin",
    "WorkSessionAdmin",
]
