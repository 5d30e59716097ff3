from chat.models.agent_memory import AgentMemory, MemoryRelation
from chat.models.agent_run import AgentRun
from chat.models.approval_policy import AutoApprovalPolicy
from chat.models.context_optimization import ContextOptimization
from chat.models.conversation import Conversation
from chat.models.file_upload import FileContent, FileUpload
from chat.models.message import Message
from chat.models.participant import Participant
from chat.models.reaction import Reaction
from chat.models.tag import Tag, Tagging
from chat.models.todo import Todo
from chat.models.tool import Tool
from chat.models.tool_execution import ToolExecution

__all__ = [
    "AgentMemory",
    "AgentRun",
    "AutoApprovalPolicy",
    "ContextOptimization",
    "Conversation",
    "FileContent",
    "FileUpload",
    "MemoryRelation",
    "Message",
    "Participant",
    "Reaction",
    "Tag",
    "Tagging",
    "Todo",
    "Tool",
    "ToolExecution",
]
