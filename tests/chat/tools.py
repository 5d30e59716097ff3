"""Tool calls, tools and policies for tests."""

from typing import Any

from accounts.models import Person
from chat.models import AutoApprovalPolicy, Tool, ToolExecution
from projects.models import Project
from tests.factories import NOON


def make_execution(project: Project, **overrides: Any) -> ToolExecution:
    """A call of `issue_refund` that waits for approval since noon."""
    fields = {"project": project, "tool_name": "issue_refund", "requested_at": NOON, **overrides}
    return ToolExecution.objects.create(**fields)


def make_decided(project: Project, **overrides: Any) -> ToolExecution:
    """One that ended well, approved by Ada at noon."""
    fields = {"status": "completed", "decided_by": "Ada", "decided_at": NOON, **overrides}
    return make_execution(project, **fields)


def make_tool(project: Project, name: str = "issue_refund", **overrides: Any) -> Tool:
    return Tool.objects.create(project=project, name=name, **overrides)


def make_policy(person: Person, **overrides: Any) -> AutoApprovalPolicy:
    """One that lets every tool known before pass, without limits: named tools, read-only and low risk."""
    fields = {
        "allows_read_only": True,
        "allows_low_risk": True,
        "allowed_tools": ["file_search"],
        "new_tools_need_approval": False,
        **overrides,
    }
    return AutoApprovalPolicy.objects.create(person=person, **fields)
