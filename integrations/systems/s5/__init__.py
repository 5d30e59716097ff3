"""S5, BestChat: PostgreSQL.

Clocks are timestamps without a zone, in UTC. There are no projects: everything goes into the source's main
one. Input and output tokens are disjoint; `usage_logs.cost` is what the source reckons, and null where it
was 0 or unknown, so that a null cost stays unknown. Provider configs hold keys in plain text, and accounts
tokens and password hashes: those columns are not read. JSON columns hold objects, arrays, strings (which may
hold JSON once more) and null.
"""

from integrations.databases.source import Order
from integrations.systems.declarations import System, Table
from integrations.systems.s5.people import account, subscription, user
from integrations.systems.s5.settings import policy, provider_config
from integrations.systems.s5.talk import conversation, message, optimization, tool_execution
from integrations.systems.s5.uploads import file_upload
from integrations.systems.s5.usage import usage

_IN_TIME = (Order("created_at", is_clock=True), Order("id"))
_OF_USER = {"user_id": "user"}
_OF_CONVERSATION = {"conversation_id": "conversations"}
_CONVERSATION_FIELDS = {"conversations": ("person_id", "started_at")}
_ACCOUNT_SECRETS = frozenset(
    {"access_token", "access_secret", "refresh_token", "id_token", "password", "access_token_secret"}
)

S5 = System(
    kind="s5",
    title="BestChat",
    tables=(
        Table("user", ("user", "users"), user),
        Table("account", ("account",), account, links=_OF_USER, secret=_ACCOUNT_SECRETS),
        Table("subscription", ("subscription",), subscription, links=_OF_USER),
        Table("conversations", ("conversations",), conversation, links=_OF_USER),
        Table(
            "messages",
            ("messages",),
            message,
            order=_IN_TIME,
            links=_OF_CONVERSATION,
            link_fields=_CONVERSATION_FIELDS,
        ),
        Table(
            "tool_executions",
            ("tool_executions",),
            tool_execution,
            links={**_OF_CONVERSATION, "message_id": "messages"},
            link_fields=_CONVERSATION_FIELDS,
        ),
        Table(
            "context_optimizations",
            ("context_optimizations",),
            optimization,
            links=_OF_CONVERSATION,
            link_fields=_CONVERSATION_FIELDS,
        ),
        Table("file_uploads", ("file_uploads",), file_upload, links={**_OF_USER, **_OF_CONVERSATION}),
        Table(
            "provider_configs",
            ("provider_configs",),
            provider_config,
            order=_IN_TIME,
            links=_OF_USER,
            secret=frozenset({"config"}),
            with_secrets=frozenset({"config"}),
        ),
        Table(
            "usage_logs",
            ("usage_logs",),
            usage,
            links={**_OF_USER, **_OF_CONVERSATION},
            link_fields=_CONVERSATION_FIELDS,
        ),
        Table("auto_approval_settings", ("auto_approval_settings",), policy, links=_OF_USER),
    ),
    never={
        "session": "sign-in sessions are secrets and are never imported",
        "verification": "verification codes are secrets and are never imported",
    },
    costs_in=("usage_logs", "cost"),
)
