"""The applications whose conversations are imported, by the name that the command takes."""

from integrations.conversations import chatgpt, claude_ai, librechat, open_webui
from integrations.conversations.drafts import ConversationFormat

CONVERSATION_FORMATS: dict[str, ConversationFormat] = {
    each.kind: each for each in (chatgpt.FORMAT, claude_ai.FORMAT, librechat.FORMAT, open_webui.FORMAT)
}
