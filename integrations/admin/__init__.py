"""Registers sources and their imports, providers and their keys, and what projects are connected with."""

import django_tasks_db.admin  # noqa: F401 - registers what is taken away below
from django.contrib import admin
from django_tasks_db.models import DBTaskResult

from integrations.admin.agent import ProvidedAgentAdmin
from integrations.admin.agent_provider import AgentProviderAdmin
from integrations.admin.deployment import DeploymentAdmin
from integrations.admin.import_run import ImportRunAdmin
from integrations.admin.import_upload import ImportUploadAdmin
from integrations.admin.imported_row import ImportedRowAdmin
from integrations.admin.ingest_activity import IngestActivityAdmin
from integrations.admin.ingest_key import IngestKeyAdmin
from integrations.admin.integration import IntegrationAdmin
from integrations.admin.linked_account import LinkedAccountAdmin
from integrations.admin.provider_config import ProviderConfigAdmin
from integrations.admin.provider_model import ProviderModelAdmin
from integrations.admin.rejected_record import RejectedRecordAdmin
from integrations.admin.repository import GitHubRepositoryAdmin
from integrations.admin.source import SourceAdmin
from integrations.admin.telegram_session import TelegramSessionAdmin

__all__ = [
    "AgentProviderAdmin",
    "DeploymentAdmin",
    "GitHubRepositoryAdmin",
    "ImportRunAdmin",
    "ImportUploadAdmin",
    "ImportedRowAdmin",
    "IngestActivityAdmin",
    "IngestKeyAdmin",
    "IntegrationAdmin",
    "LinkedAccountAdmin",
    "ProvidedAgentAdmin",
    "ProviderConfigAdmin",
    "ProviderModelAdmin",
    "RejectedRecordAdmin",
    "SourceAdmin",
    "TelegramSessionAdmin",
]

# The worker's own book-keeping: what became of an upload stands with the upload, by project.
admin.site.unregister(DBTaskResult)
