"""llm_providers: whose key opens which provider. The key, encrypted by the source, is not read."""

from collections.abc import Iterator
from typing import Any

from integrations.models import ProviderConfig
from integrations.models.provider_config import ProviderConfigKind
from integrations.systems.declarations import AnyDraft, Draft, Links
from integrations.systems.fields import provider_slug, times
from integrations.systems.row import Row
from integrations.systems.s3.addresses import address
from integrations.systems.s3.people import disabled_at
from integrations.systems.vocabularies import translated

_KINDS = {kind: kind for kind in ProviderConfigKind.values}


def provider(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A config. Which one is the person's default is settled by `default`, when all of them are there.

    With --with-secrets the key is taken over as it stands at the source: encrypted by the application.
    """
    person = links.to(row, row.first("user_id", "owner_id"))
    slug, kind = provider_slug(row, "type"), translated(row, "type", _KINDS, ProviderConfigKind.CUSTOM)
    ended = disabled_at(row) if "deactivated_at" in row else None
    is_active = ended is None and row.boolean("is_active") is not False
    key = row.text("api_key") if "api_key" in row else ""
    fields: dict[str, Any] = {
        "person_id": None if person is None else person.id,
        "name": row.text("name") or slug,
        "provider": slug,
        "kind": kind,
        "base_url": address(row, "base_url"),
        "default_model": row.text("default_model"),
        "is_active": is_active,
        "has_source_key": bool(key) or "api_key" in links.withheld,
        **times(row),
    }
    if not row.boolean("is_default"):
        fields["is_default"] = False
    elif person is None:
        # Here, a default of nobody would be the installation's own.
        row.flag("default_of_nobody")
        row.keep("is_default", True)
    if ended is not None:
        row.keep("deactivated_at", ended.isoformat())
    fields["metadata"] = row.rest()
    yield Draft(ProviderConfig, fields, secrets={"api_key": key} if key else {})


def default(row: Row, links: Links) -> Iterator[AnyDraft]:
    """Of several active configs that a person calls the default, the first by time is it."""
    own = links.own(row)
    if own is None:
        return
    person, is_active = own.values["person_id"], own.values["is_active"]
    is_default = person is not None and bool(row.boolean("is_default"))
    if is_default and is_active and not links.claim(row, "default_config", str(person)):
        row.flag("second_default")
        is_default = False
    yield Draft(ProviderConfig, {"is_default": is_default}, part="default", into=own.id)
