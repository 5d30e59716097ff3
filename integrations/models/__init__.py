from integrations.models.deployment import Deployment
from integrations.models.import_run import ImportRun, RejectedRecord
from integrations.models.ingest import IngestActivity, IngestKey
from integrations.models.integration import Integration
from integrations.models.linked_account import LinkedAccount
from integrations.models.provider_config import AgentProvider, ProviderConfig, ProviderModel
from integrations.models.repository import GitHubRepository
from integrations.models.source import ImportedRow, Source
from integrations.models.telegram_session import TelegramSession
from integrations.models.upload import ImportUpload

__all__ = [
    "AgentProvider",
    "Deployment",
    "GitHubRepository",
    "ImportRun",
    "ImportUpload",
    "ImportedRow",
    "IngestActivity",
    "IngestKey",
    "Integration",
    "LinkedAccount",
    "ProviderConfig",
    "ProviderModel",
    "RejectedRecord",
    "Source",
    "TelegramSession",
]
