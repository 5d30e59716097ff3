"""The ledger."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce

from billing.querysets import AppendOnlyError, TokenUsageQuerySet
from core.fields import NanoUsdField
from core.ids import new_id

TOKEN_COLUMNS = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "input_audio_tokens",
    "output_tokens",
    "reasoning_tokens",
    "output_audio_tokens",
)
COUNT_COLUMNS = (*TOKEN_COLUMNS, "web_search_requests", "latency_ms", "time_to_first_token_ms")


def _within(part: str, whole: str) -> Q:
    """`part` is at most `whole`; unknown parts or wholes (null) satisfy it."""
    return Q(**{f"{part}__isnull": True}) | Q(**{f"{whole}__isnull": True}) | Q(**{f"{part}__lte": F(whole)})


class TokenUsage(models.Model):
    """One model call: the tokens it used, what it cost, and on whose behalf. Written once, never changed.

    Input counts all prompt tokens, cached ones included; output counts all generated tokens, reasoning
    included. Null means that the source does not know. A row that a more complete report of the same call
    replaced is kept, names its successor in `superseded_by`, and is out of every sum.
    """

    class RequestType(models.TextChoices):
        CHAT = "chat", "Chat"
        COMPLETION = "completion", "Completion"
        EMBEDDING = "embedding", "Embedding"
        IMAGE = "image", "Image"
        AUDIO = "audio", "Audio"
        RERANK = "rerank", "Rerank"
        TOOL = "tool", "Tool"
        OTHER = "other", "Other"

    class Status(models.TextChoices):
        OK = "ok", "OK"
        PARTIAL = "partial", "Partial: the stream was cut"
        CANCELLED = "cancelled", "Cancelled"
        ERROR = "error", "Error"
        CACHED = "cached", "Cached: a gateway answered, no provider was called"
        MOCK = "mock", "Mock: a test answer, no provider was called"
        UNMEASURED = "unmeasured", "Unmeasured: a tracer saw the call, but no usage"

    class Superseded(models.TextChoices):
        FULLER = "fuller", "A fuller report of the same call came later"
        WRAPPER = "wrapper", "It repeats the usage of the calls inside it"
        SAME_CALL = "same_call", "Another observer told of the same call, by its id"
        ALIKE = "alike", "Another observer told of a call of the same size at the same time"
        REMADE = "remade", "The reports that it was made of were put together anew"

    class CostSource(models.TextChoices):
        REPORTED = "reported", "Reported by the source"
        COMPUTED = "computed", "Computed from the price book"
        ADJUSTED = "adjusted", "Adjusted"
        NONE = "none", "Unpriced"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey(
        "projects.Project", on_delete=models.PROTECT, related_name="usage", db_index=False
    )
    occurred_at = models.DateTimeField(db_comment="When the call ended")
    recorded_at = models.DateTimeField(db_comment="When we wrote it")

    provider = models.CharField(max_length=64, help_text="Provider slug, such as anthropic.")
    model = models.CharField(max_length=200, blank=True, help_text="As the source reports it.")
    catalog_model = models.CharField(  # noqa: DJ001 - unknown is null
        max_length=200,
        null=True,
        blank=True,
        help_text="The price book's own id; empty when it knows no such model.",
    )
    request_type = models.CharField(max_length=16, choices=RequestType, default=RequestType.CHAT)

    # Keeps a deleted person's id, as the rollups do: their spend stays together, under the copied name.
    person = models.ForeignKey(
        "accounts.Person",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="usage",
        db_index=False,
    )
    person_label = models.CharField(
        max_length=320, blank=True, help_text="The person's name when it was written."
    )
    agent_label = models.CharField(
        max_length=200, blank=True, help_text="The agent's name when it was written."
    )
    conversation = models.ForeignKey(
        "chat.Conversation",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="usage",
        db_index=False,
    )
    message = models.ForeignKey(
        "chat.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="usage", db_index=False
    )
    agent = models.ForeignKey(
        "projects.Agent",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="usage",
        db_index=False,
    )
    agent_run = models.ForeignKey(
        "chat.AgentRun",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="usage",
        db_index=False,
    )
    job = models.ForeignKey(
        "projects.BackgroundJob",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="usage",
        db_index=False,
    )
    session_id = models.CharField(max_length=255, blank=True)
    environment = models.CharField(max_length=64, blank=True)
    tags = models.JSONField(default=list, blank=True)

    input_tokens = models.BigIntegerField(
        null=True, blank=True, help_text="All prompt tokens, cached ones included."
    )
    cache_read_tokens = models.BigIntegerField(null=True, blank=True, help_text="Part of input.")
    cache_write_tokens = models.BigIntegerField(null=True, blank=True, help_text="Part of input.")
    cache_write_1h_tokens = models.BigIntegerField(null=True, blank=True, help_text="Part of cache write.")
    input_audio_tokens = models.BigIntegerField(null=True, blank=True, help_text="Part of input.")
    output_tokens = models.BigIntegerField(
        null=True, blank=True, help_text="All generated tokens, reasoning included."
    )
    reasoning_tokens = models.BigIntegerField(null=True, blank=True, help_text="Part of output.")
    output_audio_tokens = models.BigIntegerField(null=True, blank=True, help_text="Part of output.")
    total_tokens = models.GeneratedField(
        # Unknown only when neither part is known.
        expression=Case(
            When(input_tokens__isnull=True, output_tokens__isnull=True, then=None),
            default=Coalesce(F("input_tokens"), 0) + Coalesce(F("output_tokens"), 0),
        ),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )
    web_search_requests = models.BigIntegerField(
        null=True, blank=True, help_text="Searches the provider bills apart."
    )
    service_tier = models.CharField(
        max_length=32, blank=True, help_text="flex, priority, batch…; empty is standard."
    )

    cost = NanoUsdField(null=True, blank=True, help_text="US dollars. Empty: unknown.")
    reported_cost = NanoUsdField(null=True, blank=True, help_text="What the source says it cost, US dollars.")
    cost_source = models.CharField(max_length=16, choices=CostSource, default=CostSource.NONE)
    price = models.ForeignKey(
        "billing.ModelPrice",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="usage",
        db_index=False,
    )

    status = models.CharField(max_length=16, choices=Status, default=Status.OK)
    error_type = models.CharField(max_length=200, blank=True)
    latency_ms = models.BigIntegerField(null=True, blank=True)
    time_to_first_token_ms = models.BigIntegerField(null=True, blank=True)

    source = models.CharField(max_length=100, help_text="Who told us.")
    native_id = models.CharField(max_length=512, blank=True, help_text="The call's id at its source.")
    dedup_key = models.BinaryField(max_length=16, editable=False)
    observer = models.CharField(
        max_length=200,
        blank=True,
        help_text="What saw the call: an instrumentation scope as name@version, or a tool's own log.",
    )
    service = models.CharField(
        max_length=200, blank=True, help_text="The program that made the call: OpenTelemetry's service.name."
    )
    response_id = models.CharField(max_length=200, blank=True, help_text="The provider's id of the answer.")
    request_id = models.CharField(max_length=200, blank=True, help_text="The provider's id of the request.")
    trace_id = models.CharField(max_length=32, blank=True)
    span_id = models.CharField(max_length=16, blank=True)
    parent_span_id = models.CharField(max_length=16, blank=True)
    superseded_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supersedes",
        editable=False,
        # SQLite would prefer an index full of nulls to the unique key, and read the whole ledger.
        db_index=False,
    )
    superseded_as = models.CharField(
        max_length=16, blank=True, choices=Superseded, editable=False, help_text="Why another row counts."
    )
    is_merged = models.BooleanField(
        default=False, editable=False, help_text="Made of several reports of one call; no report itself."
    )
    counts_apart = models.BooleanField(
        default=False, help_text="A person decided that this is a call of its own, whatever it resembles."
    )
    raw_usage = models.JSONField(
        null=True, blank=True, help_text="The provider's own usage object, untouched."
    )

    objects: ClassVar[TokenUsageQuerySet] = TokenUsageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "The ledger: one row a model call, append-only"
        verbose_name = "model call"
        verbose_name_plural = "model calls"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "dedup_key"],
                condition=~Q(superseded_as="fuller"),
                name="usage_reported_once",
            ),
            models.CheckConstraint(
                name="usage_superseded_has_reason",
                condition=Q(superseded_by__isnull=True, superseded_as="")
                | Q(
                    superseded_by__isnull=False,
                    superseded_as__in=["alike", "fuller", "remade", "same_call", "wrapper"],
                ),
            ),
            *(
                models.CheckConstraint(
                    name=f"usage_{column}_not_negative",
                    condition=Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__gte": 0}),
                )
                for column in COUNT_COLUMNS
            ),
            models.CheckConstraint(
                name="usage_cache_within_input",
                condition=Q(input_tokens__isnull=True)
                | Q(
                    input_tokens__gte=Coalesce(F("cache_read_tokens"), 0)
                    + Coalesce(F("cache_write_tokens"), 0)
                ),
            ),
            models.CheckConstraint(
                name="usage_1h_within_write", condition=_within("cache_write_1h_tokens", "cache_write_tokens")
            ),
            models.CheckConstraint(
                name="usage_audio_within_input", condition=_within("input_audio_tokens", "input_tokens")
            ),
            models.CheckConstraint(
                name="usage_reasoning_within_output", condition=_within("reasoning_tokens", "output_tokens")
            ),
            models.CheckConstraint(
                name="usage_audio_within_output", condition=_within("output_audio_tokens", "output_tokens")
            ),
            models.CheckConstraint(
                name="usage_cost_known_by_source",
                condition=Q(cost__isnull=True, cost_source="none")
                | (Q(cost__isnull=False) & ~Q(cost_source="none")),
            ),
            models.CheckConstraint(
                name="usage_computed_names_price",
                condition=~Q(cost_source="computed") | Q(price__isnull=False),
            ),
            models.CheckConstraint(name="usage_names_provider", condition=~Q(provider="")),
            models.CheckConstraint(
                name="usage_request_type_known",
                condition=Q(
                    request_type__in=[
                        "chat",
                        "completion",
                        "embedding",
                        "image",
                        "audio",
                        "rerank",
                        "tool",
                        "other",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="usage_status_known",
                condition=Q(
                    status__in=["ok", "partial", "cancelled", "error", "cached", "mock", "unmeasured"]
                ),
            ),
            models.CheckConstraint(
                name="usage_cost_source_known",
                condition=Q(cost_source__in=["reported", "computed", "adjusted", "none"]),
            ),
        ]
        indexes = [
            # A project's rows of a period: drill-downs, foreign zones, hours.
            models.Index(fields=["project", "occurred_at", "id"], name="usage_project_time_idx"),
            # The ledger's list over all projects, newest first, and periods over all projects.
            models.Index(fields=["occurred_at", "id"], name="usage_time_idx"),
            # The same call reported to another project.
            models.Index(fields=["dedup_key"], name="usage_dedup_idx"),
            # A conversation's cost, on transcripts and conversation lists; its deletion.
            models.Index(
                fields=["conversation", "occurred_at"],
                name="usage_conversation_idx",
                condition=Q(conversation__isnull=False),
            ),
            # Foreign keys that most rows leave empty: what a deletion must look for.
            *(
                models.Index(
                    fields=[name], name=f"usage_{name}_idx", condition=Q(**{f"{name}__isnull": False})
                )
                for name in (
                    "person",
                    "message",
                    "agent",
                    "agent_run",
                    "job",
                    "price",
                    "superseded_by",
                )
            ),
            # Other observers of the same call: by its ids, by its trace, by its size and time.
            *(
                models.Index(fields=["project", name], name=f"usage_{name}_idx", condition=~Q(**{name: ""}))
                for name in ("response_id", "request_id", "trace_id")
            ),
            models.Index(
                fields=["project", "input_tokens", "output_tokens", "occurred_at"],
                name="usage_alike_idx",
                condition=~Q(service=""),
            ),
            # Unpriced work.
            models.Index(
                fields=["provider", "model", "occurred_at"],
                name="usage_unpriced_idx",
                condition=Q(cost__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.model}, {self.occurred_at:%Y-%m-%d %H:%M:%S} UTC"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("The ledger is append-only: record_usage writes it, nothing changes it.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("The ledger is append-only: a row is never deleted.")
