"""What people set: providers, and which tools may run unasked."""

from collections.abc import Iterator

from chat.models import AutoApprovalPolicy
from core.encryption import Secret
from integrations.models import ProviderConfig
from integrations.models.provider_config import ProviderConfigKind
from integrations.systems.declarations import AnyDraft, Draft, Links, RefusedError
from integrations.systems.fields import money, provider_slug, times
from integrations.systems.row import Row

_CONFIG_KINDS = {kind: kind for kind in ProviderConfigKind.values}
_KEY_FIELDS = ("apiKey", "api_key", "key")
_ADDRESS_FIELDS = ("baseUrl", "baseURL", "base_url")
_MODEL_FIELDS = ("defaultModel", "default_model", "model")


def provider_config(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = links.to(row, "user_id")
    if person is None:
        raise RefusedError("user_id: there is no such user")
    provider = provider_slug(row)
    is_active, is_default = row.boolean("is_active") is not False, bool(row.boolean("is_default"))
    is_first = is_default and is_active and links.claim(row, "default_config", str(person.id))
    if is_default and is_active and not is_first:
        row.flag("second_default")
    settings = _settings(row) if links.with_secrets else {}
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
        secrets=settings,
    )
    if is_first:
        yield Draft(ProviderConfig, {}, into=links.id(row), remembered_as=("default_config", str(person.id)))


def _settings(row: Row) -> dict[str, str]:
    """What the config holds, which is read with --with-secrets only: key, address, model."""
    config = row.secret_mapping("config")
    key, base_url, model = (
        next((str(config[name]) for name in names if config.get(name)), "")
        for names in (_KEY_FIELDS, _ADDRESS_FIELDS, _MODEL_FIELDS)
    )
    settings = {
        "api_key": key,
        "api_key_last4": Secret(key).last4,
        "base_url": base_url[:1000],
        "default_model": model[:200],
    }
    return {name: value for name, value in settings.items() if value}


def policy(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = links.to(row, "user_id")
    if person is None:
        raise RefusedError("user_id: there is no such user")
    allowed = _allowed_tools(row)
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


def _allowed_tools(row: Row) -> list[str]:
    """Names in a list, or those that an object maps to true. All else allows nothing, and is flagged."""
    tools = row.json("specific_tools")
    if tools in (None, {}, []):
        return []
    row.keep("specific_tools", tools)
    if isinstance(tools, dict):
        is_clear = all(isinstance(is_allowed, bool) for is_allowed in tools.values())
        allowed = [name for name, is_allowed in tools.items() if is_allowed is True]
    else:
        names = tools if isinstance(tools, list) else []
        allowed = [name for name in names if isinstance(name, str)]
        is_clear = isinstance(tools, list) and len(allowed) == len(names)
    if not is_clear:
        row.flag("unclear_tools")
    return sorted(set(allowed))
