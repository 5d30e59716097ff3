"""Registers all that is said and done in conversations."""

from chat.admin.agent_memory import AgentMemoryAdmin
from chat.admin.agent_run import AgentRunAdmin
from chat.admin.approval_policy import AutoApprovalPolicyAdmin
from chat.admin.context_optimization import ContextOptimizationAdmin
from chat.admin.conversation import ConversationAdmin
from chat.admin.file_upload import FileContentAdmin, FileUploadAdmin
from chat.admin.memory_relation import MemoryRelationAdmin
from chat.admin.message import MessageAdmin
from chat.admin.participant import ParticipantAdmin
from chat.admin.reaction import ReactionAdmin
from chat.admin.tag import TagAdmin, TaggingAdmin
from chat.admin.todo import TodoAdmin
from chat.admin.tool import ToolAdmin
from chat.admin.tool_execution import ToolExecutionAdmin

__all__ = [
    "AgentMemoryAdmin",
    "AgentRunAdmin",
    "AutoApprovalPolicyAdmin",
    "ContextOptimizationAdmin",
    "ConversationAdmin",
    "FileContentAdmin",
    "FileUploadAdmin",
    "MemoryRelationAdmin",
    "MessageAdmin",
    "ParticipantAdmin",
    "ReactionAdmin",
    "TagAdmin",
    "TaggingAdmin",
    "TodoAdmin",
    "ToolAdmin",
    "ToolExecutionAdmin",
]
