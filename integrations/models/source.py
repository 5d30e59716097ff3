from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import known
from core.models import BaseModel, ProjectScopedModel
from integrations.querysets import SourceQuerySet
from projects.querysets import ContentQuerySet


class SourceKind(models.TextChoices):
    CLAUDE_CODE = "claude-code", "Claude Code"
    LITELLM = "litellm", "LiteLLM"
    CSV = "csv", "CSV"
    CODEX = "codex", "Codex"
    GEMINI_CLI = "gemini-cli", "Gemini CLI"
    OPENROUTER = "openrouter", "OpenRouter"
    LANGFUSE = "langfuse", "Langfuse"
    HELICONE = "helicone", "Helicone"
    PHOENIX = "phoenix", "Phoenix"
    OTLP = "otlp", "OpenTelemetry"
    API = "api", "Our own API"
    CHATGPT = "chatgpt", "ChatGPT"
    CLAUDE_AI = "claude-ai", "Claude.ai"
    OPEN_WEBUI = "open-webui", "Open WebUI"
    LIBRECHAT = "librechat", "LibreChat"
    OPENAI_USAGE = "openai-usage", "OpenAI usage report"
    OPENAI_COSTS = "openai-costs", "OpenAI cost report"
    ANTHROPIC_USAGE = "anthropic-usage", "Anthropic usage report"
    ANTHROPIC_COST = "anthropic-cost", "Anthropic cost report"
    S1 = "s1", "AI app builder (S1)"
    S2 = "s2", "Assistant platform (S2)"
    S3 = "s3", "Project Wiz (S3)"
    S4 = "s4", "Code-session tool (S4)"
    S5 = "s5", "BestChat (S5)"
    DEMO = "demo", "Demo data"


class Source(BaseModel):
    """A tool or installation that tells us of usage: a LiteLLM proxy, a team's coding agents, a format."""

    Kind = SourceKind

    kind = models.CharField(max_length=32, choices=Kind)
    name = models.CharField(max_length=100, help_text="What the ledger's rows carry as their source.")
    unassigned_project = models.ForeignKey(
        "projects.Project",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="unassigned_of",
        help_text="Where its records without a project land.",
    )
    main_project = models.ForeignKey(
        "projects.Project",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="main_of",
        help_text="The one project of a source that knows no projects of its own.",
    )
    last_received_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[SourceQuerySet] = SourceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Tools and installations that report usage"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="source_name_unique"),
            known("source_kind", "kind", SourceKind),
            models.CheckConstraint(name="source_is_named", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class ImportedRow(ProjectScopedModel):
    """Which of our rows a source's record became: a second import then knows what is new and what changed."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="imported_rows")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="imported_rows")
    source_table = models.CharField(max_length=100, help_text="The source's table or record type.")
    source_key = models.CharField(max_length=255, help_text="The record's key in the source.")
    target_model = models.CharField(max_length=100, help_text="Our model, as app_label.model_name.")
    target_id = models.UUIDField()
    content_hash = models.BinaryField(max_length=16, help_text="First 16 bytes of the record's SHA-256.")

    objects: ClassVar[ContentQuerySet] = ContentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Which of our rows each source record became"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "source", "source_table", "source_key"], name="imported_row_once"
            ),
        ]
        indexes = [
            # Importers that do not yet know the record's project.
            models.Index(fields=["source", "source_table", "source_key"], name="imported_row_key_idx"),
            # "Where did this come from" on a row's own page.
            models.Index(fields=["project", "target_id"], name="imported_row_target_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.source_table} {self.source_key}"
