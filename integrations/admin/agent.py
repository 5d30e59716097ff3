from django.contrib import admin

from integrations.admin.agent_provider_inline import AgentProviderInline
from projects.admin.agent import AgentAdmin
from projects.models import Agent

# An agent's config stands above agents: the page is registered anew from up here, with the config on it.
admin.site.unregister(Agent)


@admin.register(Agent)
class ProvidedAgentAdmin(AgentAdmin):
    """Agents with the provider config that each speaks with."""

    inlines = (*AgentAdmin.inlines, AgentProviderInline)
