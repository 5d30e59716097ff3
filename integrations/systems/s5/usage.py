"""The calls that the client logged."""

from collections.abc import Iterator

from billing.ledger.events import UsageEvent
from integrations.systems.declarations import AnyDraft, Links, UsageDraft
from integrations.systems.fields import money, provider_slug
from integrations.systems.row import Row


def usage(row: Row, links: Links) -> Iterator[AnyDraft]:
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
