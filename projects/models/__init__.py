from projects.models.membership import Membership
from projects.models.project import Project

__all__ = ["Membership", "Project"]
