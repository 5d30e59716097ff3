"""Rows that tests of provider configs share."""

from itertools import count
from typing import Any

from integrations.models import AgentProvider, ProviderConfig
from projects.models import Agent, Project

_number = count(1)


def make_config(**values: Any) -> ProviderConfig:
    fields = {"name": f"Config {next(_number)}", "provider": "anthropic", **values}
    return ProviderConfig.objects.create(**fields)


def make_agent_provider(project: Project, config: ProviderConfig, **values: Any) -> AgentProvider:
    """An agent of `project` that speaks with `config`."""
    agent = Agent.objects.create(project=project, name=f"agent-{next(_number)}")
    return AgentProvider.objects.create(project=project, agent=agent, config=config, **values)
