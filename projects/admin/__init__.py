"""Registers projects, memberships, and the staff accounts with their memberships."""

from projects.admin.membership import MembershipAdmin
from projects.admin.project import ProjectAdmin
from projects.admin.user import MemberUserAdmin

__all__ = ["MemberUserAdmin", "MembershipAdmin", "ProjectAdmin"]
