"""S5, BestChat: PostgreSQL.

Clocks are timestamps without a zone, in UTC. There are no projects: everything goes into the source's main
one. Input and output tokens are disjoint; `usage_logs.cost` is what the source reckons, and null where it
was 0 or unknown, so that a null cost stays unknown. Provider configs hold keys in plain text, and accounts
tokens and password hashes: those columns are not read.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from accounts.models import Person
from billing.ledger.events import UsageEvent
from billing.models import Subscription
from billing.models.subscription import SubscriptionStatus
from chat.models import (
    AutoApprovalPolicy,
    ContextOptimization,
    Conversation,
    FileContent,
    FileUpload,
    Message,
    ToolExecution,
)
from chat.models.context_optimization import OptimizationStrategy, OptimizationTrigger
from chat.models.tool_execution import ToolStatus
from core.fields import MAX_NANOS, NANOS
from integrations.databases.source import Order
from integrations.models import LinkedAccount, ProviderConfig
from integrations.models.provider_config import ProviderConfigKind
from integrations.systems.declarations import (
    AnyDraft,
    Draft,
    Found,
    Links,
    RefusedError,
    System,
    Table,
    UsageDraft,
)
from integrations.systems.fields import person_fields, provider_slug, timed, times
from integrations.systems.row import Row
from integrations.systems.vocabularies import ROLES, translated

_TOOL_STATUS = {
    **{status: status for status in ToolStatus.values},
    "approval_required": ToolStatus.PENDING,
    "canceled": ToolStatus.CANCELLED,
}
_TRIGGERS = {word: word for word in OptimizationTrigger.values}
_STRATEGIES = {word: word for word in OptimizationStrategy.values}
_PLAN_STATUS = {status: status for status in SubscriptionStatus.values} | {
    "canceled": SubscriptionStatus.CANCELLED
}
_CONFIG_KINDS = {kind: kind for kind in ProviderConfigKind.values}
_KEY_FIELDS = ("apiKey", "api_key", "key")
_RECORDED_BY = "recorded by {}"


def _user(row: Row, links: Links) -> Iterator[AnyDraft]:
    fields = {
        **person_fields(row, name=row.text("name"), email=row.text("email"), source=links.source_name),
        "avatar_url": row.text("image"),
        **times(row),
    }
    yield Draft(Person, {**fields, "preferences": row.rest()})


def _account(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = links.to(row, "user_id")
    if person is None:
        raise RefusedError("user_id: there is no such user")
    yield Draft(
        LinkedAccount,
        {
            "person_id": person.id,
            "provider": row.text("provider_id") or "unknown",
            "external_id": row.text("account_id"),
            "scope": row.text("scope"),
            "has_source_secret": True,
            **times(row),
            "metadata": row.rest(),
        },
    )


def _subscription(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = links.to(row, "user_id")
    start, end = row.time("current_period_start"), row.time("current_period_end")
    if person is None:
        raise RefusedError("user_id: there is no such user")
    if start is None or end is None:
        raise RefusedError("current_period_start, current_period_end: missing")
    yield Draft(
        Subscription,
        {
            "person_id": person.id,
            "plan": row.text("plan") or "unknown",
            "status": translated(row, "status", _PLAN_STATUS, SubscriptionStatus.EXPIRED),
            "source_status": row.text("status"),
            "provider": "polar",
            "external_id": row.text("polar_id"),
            "period_start": start,
            "period_end": end,
            "cancel_at_period_end": bool(row.boolean("cancel_at_period_end")),
            "cancelled_at": row.time("canceled_at"),
            "ends_at": row.time("ends_at"),
            "ended_at": row.time("ended_at"),
            **times(row),
            "metadata": row.rest(),
        },
    )


def _conversation(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = links.to(row, "user_id")
    moments = times(row)
    start, last = moments.get("created_at"), moments.get("updated_at")
    fields: dict[str, Any] = {
        "person_id": None if person is None else person.id,
        "title": row.text("title"),
        "provider": row.text("provider").lower(),
        "model": row.text("model"),
        "system_prompt": row.text("system_prompt"),
        "context_window": row.integer("context_window_size"),
        "source": links.source_name,
        "external_id": links.key(row),
        **moments,
    }
    if start is not None and last is not None:
        once = {}
        fields |= {"started_at": start, "last_activity_at": max(start, last)}
    else:
        moment = links.time_of(row, start, last)
        once = {"started_at": moment, "last_activity_at": moment}
    settings = row.mapping("auto_approval_settings")
    metadata = {**row.mapping("metadata"), **({"auto_approval_settings": settings} if settings else {})}
    fields["metadata"] = {**row.rest(), **metadata}
    yield Draft(Conversation, fields, project_id=links.main, once=once)


def _message(row: Row, links: Links) -> Iterator[AnyDraft]:
    conversation = _its_conversation(row, links)
    known, once = timed(links, row, "sent_at", row.time("created_at"), conversation.values["started_at"])
    role = translated(row, "role", ROLES, Message.Role.OTHER)
    said = row.mapping("provider_metadata")
    fields = {
        "conversation_id": conversation.id,
        "role": role,
        "source_role": row.text("role"),
        "content": row.text("content"),
        "provider": str(said.get("provider") or ""),
        "model": str(said.get("model") or ""),
        "token_count": row.integer("token_count"),
        "attachments": [
            {"kind": kind, "value": value}
            for kind, column in (("image", "images"), ("file", "files"))
            for value in row.items(column)
        ],
        **known,
        **times(row),
        "metadata": said,
    }
    fields["metadata"] = {**row.rest(), **said}
    is_mine = role == Message.Role.USER
    if is_mine:
        fields["author_id"] = conversation.values["person_id"]
    yield Draft(Message, fields, project_id=conversation.project_id, once=once)


def _its_conversation(row: Row, links: Links) -> Found:
    conversation = links.to(row, "conversation_id")
    if conversation is None:
        raise RefusedError("conversation_id: there is no such conversation")
    return conversation


def _tool_execution(row: Row, links: Links) -> Iterator[AnyDraft]:
    conversation = _its_conversation(row, links)
    message = links.to(row, "message_id")
    status = translated(row, "status", _TOOL_STATUS, ToolStatus.PENDING)
    asked, decided, made = row.time("approval_requested_at"), row.time("approved_at"), row.time("created_at")
    known, once = timed(links, row, "requested_at", asked or made, conversation.values["started_at"])
    if status == ToolStatus.PENDING and decided is not None:
        row.flag("decided_but_waiting")
        row.keep("approved_at", decided.isoformat())
        decided = None
    if status == ToolStatus.APPROVED and decided is None:
        row.flag("decided_without_time")
    yield Draft(
        ToolExecution,
        {
            "conversation_id": conversation.id,
            "message_id": None if message is None else message.id,
            "person_id": conversation.values["person_id"],
            "tool_name": row.text("tool_name") or "unknown",
            "parameters": row.json("parameters"),
            "result": row.json("result"),
            "status": status,
            "source_status": row.text("status"),
            **known,
            "decided_at": decided,
            "decided_by": "" if decided is None else _RECORDED_BY.format(links.source_name),
            "executed_at": row.time("executed_at"),
            "completed_at": row.time("completed_at"),
            "duration_ms": _not_negative(row, "execution_time_ms"),
            "cost": money(row, "cost"),
            "error": row.text("error_message"),
            **times(row),
            "metadata": row.rest(),
        },
        project_id=conversation.project_id,
        once=once,
    )


def _not_negative(row: Row, column: str) -> int | None:
    number = row.integer(column)
    if number is not None and number < 0:
        row.flag("negative_numbers")
        row.keep(column, number)
        return None
    return number


def money(row: Row, column: str) -> Decimal | None:
    """Dollars; what our columns cannot hold is flagged, kept and unknown."""
    amount = row.decimal(column)
    if amount is not None and abs(amount * NANOS) > MAX_NANOS:
        row.flag("unreadable_number")
        row.keep(column, str(amount))
        return None
    return amount


def _optimization(row: Row, links: Links) -> Iterator[AnyDraft]:
    conversation = _its_conversation(row, links)
    before, after = row.integer("tokens_before"), row.integer("tokens_after")
    if before is None or after is None:
        raise RefusedError("tokens_before, tokens_after: missing")
    known, once = timed(links, row, "occurred_at", row.time("created_at"), conversation.values["started_at"])
    yield Draft(
        ContextOptimization,
        {
            "conversation_id": conversation.id,
            "trigger": translated(row, "trigger_reason", _TRIGGERS, OptimizationTrigger.OTHER),
            "source_trigger": row.text("trigger_reason"),
            "strategy": translated(row, "optimization_type", _STRATEGIES, OptimizationStrategy.OTHER),
            "source_strategy": row.text("optimization_type"),
            "tokens_before": before,
            "tokens_after": after,
            "summary": row.text("summary"),
            "affected_messages": row.items("affected_messages"),
            **known,
            **times(row),
            "metadata": row.rest(),
        },
        project_id=conversation.project_id,
        once=once,
    )


def _file(row: Row, links: Links) -> Iterator[AnyDraft]:
    """An upload; its content is shared with every upload of the same hash."""
    person, conversation = links.to(row, "user_id"), links.to(row, "conversation_id")
    digest, project_id = row.text("content_hash").strip().lower(), links.main
    size, mime_type = _not_negative(row, "file_size"), row.text("mime_type")
    path = row.text("storage_path")

    def content() -> Draft:
        kept = {"content_hash": digest, "size_bytes": size, "mime_type": mime_type, "storage_path": path}
        return Draft(FileContent, kept, project_id, adopts={"content_hash": digest})

    shared = links.shared("file_content", digest, content) if digest else None
    if not digest:
        row.flag("no_content_hash")
    yield Draft(
        FileUpload,
        {
            "conversation_id": None if conversation is None else conversation.id,
            "person_id": None if person is None else person.id,
            "content_id": None if shared is None else shared.id,
            "name": row.text("original_name") or row.text("filename") or links.key(row),
            "stored_name": row.text("filename"),
            "mime_type": mime_type,
            "size_bytes": size,
            "storage_path": path,
            **times(row),
            "metadata": {**row.mapping("metadata"), **row.rest()},
        },
        project_id=project_id,
    )


def _provider_config(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = links.to(row, "user_id")
    if person is None:
        raise RefusedError("user_id: there is no such user")
    provider = provider_slug(row)
    is_active, is_default = row.boolean("is_active") is not False, bool(row.boolean("is_default"))
    is_first = is_default and is_active and links.claim(row, "default_config", str(person.id))
    if is_default and is_active and not is_first:
        row.flag("second_default")
    key = _api_key(row) if links.with_secrets else ""
    yield Draft(
        ProviderConfig,
        {
            "person_id": person.id,
            "name": row.text("provider") or provider,
            "provider": provider,
            "kind": _CONFIG_KINDS.get(provider, ProviderConfigKind.CUSTOM),
            "is_active": is_active,
            "is_default": is_first or (is_default and not is_active),
            "has_source_key": True,
            **times(row),
            "metadata": row.rest(),
        },
        secrets={"api_key": key, "api_key_last4": key[-4:]} if key else {},
    )
    if is_first:
        yield Draft(ProviderConfig, {}, into=links.id(row), remembered_as=("default_config", str(person.id)))


def _api_key(row: Row) -> str:
    """The key inside the config, which is read with --with-secrets only."""
    config = row.secret_mapping("config")
    return next((str(config[name]) for name in _KEY_FIELDS if config.get(name)), "")


def _usage(row: Row, links: Links) -> Iterator[AnyDraft]:
    person, conversation = links.to(row, "user_id"), links.to(row, "conversation_id")
    began = None if conversation is None else conversation.values["started_at"]
    yield UsageDraft(
        UsageEvent(
            occurred_at=links.time_of(row, row.time("created_at"), began),
            provider=provider_slug(row),
            model=row.text("model"),
            source="",
            native_id="",
            dedup_scope="",
            project_id=links.main,
            input_tokens=row.integer("input_tokens"),
            output_tokens=row.integer("output_tokens"),
            reported_cost=money(row, "cost"),
            person_id=None if person is None else person.id,
            person_label="" if person is None else person.label,
            conversation_id=None if conversation is None else conversation.id,
            raw_usage={
                name: str(row.values[name])
                for name in ("provider", "input_tokens", "output_tokens", "cost")
                if row.values.get(name) is not None
            },
        )
    )


def _policy(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = links.to(row, "user_id")
    if person is None:
        raise RefusedError("user_id: there is no such user")
    tools = row.json("specific_tools")
    if isinstance(tools, dict):
        allowed = sorted(name for name, is_allowed in tools.items() if is_allowed is True)
    else:
        allowed = sorted(name for name in tools if isinstance(name, str)) if isinstance(tools, list) else []
    if tools not in (None, {}, []):
        row.keep("specific_tools", tools)
    fields = {
        "person_id": person.id,
        "allows_read_only": bool(row.boolean("read_only_operations")),
        "allows_low_risk": bool(row.boolean("low_risk_operations")),
        "allowed_tools": allowed,
        "max_cost_per_tool": money(row, "max_cost_per_tool"),
        "max_cost_per_hour": money(row, "max_cost_per_hour"),
        "new_tools_need_approval": row.boolean("require_approval_for_new_tools") is not False,
        **times(row, created="created_at" if "created_at" in row else "updated_at"),
    }
    yield Draft(AutoApprovalPolicy, {**fields, "metadata": row.rest()})


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
        Table("user", ("user", "users"), _user),
        Table("account", ("account",), _account, links=_OF_USER, secret=_ACCOUNT_SECRETS),
        Table("subscription", ("subscription",), _subscription, links=_OF_USER),
        Table("conversations", ("conversations",), _conversation, links=_OF_USER),
        Table(
            "messages",
            ("messages",),
            _message,
            order=_IN_TIME,
            links=_OF_CONVERSATION,
            link_fields=_CONVERSATION_FIELDS,
        ),
        Table(
            "tool_executions",
            ("tool_executions",),
            _tool_execution,
            links={**_OF_CONVERSATION, "message_id": "messages"},
            link_fields=_CONVERSATION_FIELDS,
        ),
        Table(
            "context_optimizations",
            ("context_optimizations",),
            _optimization,
            links=_OF_CONVERSATION,
            link_fields=_CONVERSATION_FIELDS,
        ),
        Table("file_uploads", ("file_uploads",), _file, links={**_OF_USER, **_OF_CONVERSATION}),
        Table(
            "provider_configs",
            ("provider_configs",),
            _provider_config,
            order=_IN_TIME,
            links=_OF_USER,
            secret=frozenset({"config"}),
            with_secrets=frozenset({"config"}),
        ),
        Table(
            "usage_logs",
            ("usage_logs",),
            _usage,
            links={**_OF_USER, **_OF_CONVERSATION},
            link_fields=_CONVERSATION_FIELDS,
        ),
        Table("auto_approval_settings", ("auto_approval_settings",), _policy, links=_OF_USER),
    ),
    never={
        "session": "sign-in sessions are secrets and are never imported",
        "verification": "verification codes are secrets and are never imported",
    },
    costs_in=("usage_logs", "cost"),
)
