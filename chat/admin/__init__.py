"""Registers conversations and messages."""

from chat.admin.conversation import ConversationAdmin
from chat.admin.message import MessageAdmin

__all__ = ["ConversationAdmin", "MessageAdmin"]
