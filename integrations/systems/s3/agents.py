"""agents: who answers, with which prompts and model.

No state of the schema gives an agent a project: it serves all of its owner's. So agents stand in the source's
project "Unassigned", like everything else of the source that names none, beside their conversations and
memories, which must be of the same project.
"""

from collections.abc import Iterator
from uuid import UUID

from integrations.models import AgentProvider
from integrations.systems.declarations import AnyDraft, Draft, Found, Links
from integrations.systems.fields import times
from integrations.systems.row import Row
from integrations.systems.s3.people import AGENT_PEOPLE, disabled_at
from integrations.systems.vocabularies import translated
from projects.models import Agent
from projects.models.agent import AgentStatus

_STATUS = {
    **{status: status for status in AgentStatus.values},
    **dict.fromkeys(("archived", "deleted"), AgentStatus.INACTIVE),
}
_BY_PERSON = "agents.person"


def agent(row: Row, links: Links) -> Iterator[AnyDraft]:
    """An agent, the config with which it speaks, and as whom it writes.

    It may be named by its user alone, and be that user (the same id).
    """
    user = links.to(row, "user_id") if "user_id" in row else links.maybe(row, "id")
    person = user or links.met(AGENT_PEOPLE, row.text("id"))
    owner, config = links.to(row, "owner_id"), links.to(row, "provider_id")
    settings = row.mapping("model_config")
    model = row.text("model") or str(settings.get("model") or "")
    status = translated(row, "status", _STATUS, AgentStatus.INACTIVE, empty=AgentStatus.ACTIVE)
    ended = disabled_at(row)
    if ended is not None:
        status = AgentStatus.INACTIVE
        row.keep("deactivated_at", ended.isoformat())
    project = links.unassigned
    name = row.text("name") or ("" if person is None else person.label) or f"Agent {row.text('id')}"
    yield Draft(
        Agent,
        {
            "name": name,
            "person_id": None if person is None else person.id,
            "owner_id": None if owner is None else owner.id,
            "status": status,
            "source_status": row.text("status"),
            **{column: row.text(column) for column in ("role", "backstory", "goal", "system_prompt")},
            "provider": "" if config is None else config.values["provider"],
            "model": model,
            "settings": {name: value for name, value in settings.items() if name != "model"},
            **times(row),
            "metadata": row.rest(),
        },
        project,
    )
    if config is not None:
        fields = {"agent_id": links.id(row), "config_id": config.id, "model": model}
        yield Draft(AgentProvider, fields, project, part="provider")
    if person is not None:
        yield Draft(Agent, {}, project, into=links.id(row), remembered_as=(_BY_PERSON, str(person.id)))


def agent_of(links: Links, person: UUID | None) -> Found | None:
    """The agent that writes as this person of ours."""
    return None if person is None else links.met(_BY_PERSON, str(person))
