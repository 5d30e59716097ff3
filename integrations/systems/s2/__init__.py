"""S2, the assistant platform: PostgreSQL, in two generations and a later step.

The document's tables (messaging.messages, telegram.sessions, `metadata`) and the code's
(messaging.chat_messages, messaging.telegram_sessions, `task_metadata`) are both read; agents and tools have
tables of their own since migration 005. Every clock has its zone. There are no projects: everything goes
into the source's main one. Agents and people are known by name only ("telegram:<id>", "api:<user>").

Usage stands in three places: in an execution, again in the one that delegated it, and in the metadata of the
answer. The ledger takes the executions, net of their direct children's; the rest is kept where it stands.
Input and output tokens are disjoint. There is no cost.
"""

from integrations.databases.source import Order
from integrations.systems.declarations import System, Table
from integrations.systems.s2.calls import OWN_FIELDS, call, recompute_net
from integrations.systems.s2.executions import execution
from integrations.systems.s2.routing import agent, tool
from integrations.systems.s2.talk import chat, message, telegram_session
from integrations.systems.s2.todos import todo

_OF_CHAT = {"chat_id": "chats"}
_EXECUTIONS = ("agents.executions", "executions")

S2 = System(
    kind="s2",
    title="Assistant platform",
    tables=(
        Table("chats", ("messaging.chats", "chats"), chat),
        Table(
            "messages",
            ("messaging.chat_messages", "messaging.messages", "chat_messages", "messages"),
            message,
            order=(Order("created_on", is_clock=True), Order("created_at", is_clock=True), Order("id")),
            links=_OF_CHAT,
        ),
        Table(
            "telegram_sessions",
            ("messaging.telegram_sessions", "telegram.sessions", "telegram_sessions"),
            telegram_session,
            key=("telegram_chat_id",),
            keys={"telegram.sessions": ("id",)},
            links={"active_chat_id": "chats"},
        ),
        Table("agent", ("routing.agents",), agent, key=("name",)),
        Table("tool", ("routing.tools",), tool, key=("agent_name", "tool_name")),
        Table(
            "todos",
            ("tasks.todos", "todos"),
            todo,
            links=_OF_CHAT,
            late_links={"parent_todo_id": "parent"},
        ),
        Table(
            "executions",
            _EXECUTIONS,
            execution,
            links={**_OF_CHAT, "todo_id": "todos"},
            late_links={"parent_execution_id": "parent"},
        ),
        Table("executions", _EXECUTIONS, call, is_pass=True, own_fields=OWN_FIELDS, before=recompute_net),
    ),
)
