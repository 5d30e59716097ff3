from chat.models.conversation import Conversation
from chat.models.message import Message

__all__ = ["Conversation", "Message"]
