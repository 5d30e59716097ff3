"""Registers conversations, messages, tools, their calls and the policies that approve them."""

from chat.admin.approval_policy import AutoApprovalPolicyAdmin
from chat.admin.conversation import ConversationAdmin
from chat.admin.message import MessageAdmin
from chat.admin.tool import ToolAdmin
from chat.admin.tool_execution import ToolExecutionAdmin

__all__ = [
    "AutoApprovalPolicyAdmin",
    "ConversationAdmin",
    "MessageAdmin",
    "ToolAdmin",
    "ToolExecutionAdmin",
]
