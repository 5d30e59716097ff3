"""What agents' runs used, booked from their net tokens when all runs and their parents are there."""

from collections.abc import Iterator

from billing.ledger.events import UsageEvent
from billing.models import TokenUsage
from billing.pricing.catalog import provider_of
from chat.models import Message
from chat.services.net_tokens import recompute_net_tokens
from integrations.models import Source
from integrations.systems.declarations import AnyDraft, Found, Links, UsageDraft
from integrations.systems.fields import UNKNOWN_PROVIDER
from integrations.systems.row import Row
from integrations.systems.s2.executions import asker
from projects.models.work_status import WorkStatus

OWN_FIELDS = (
    "conversation_id",
    "agent_id",
    "agent_label",
    "status",
    "input_context",
    "input_tokens",
    "output_tokens",
    "net_input_tokens",
    "net_output_tokens",
    "created_at",
    "started_at",
    "completed_at",
)
_STATUS = {
    WorkStatus.FAILED.value: TokenUsage.Status.ERROR,
    WorkStatus.CANCELLED.value: TokenUsage.Status.CANCELLED,
}


def recompute_net(source: Source) -> None:
    """Bring the net tokens of the source's runs up to date, ahead of booking them."""
    project_id = Source.objects.values_list("main_project_id", flat=True).get(pk=source.pk)
    if project_id is not None:
        recompute_net_tokens(project_id=project_id)


def call(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A run that used tokens of its own, or ran and does not say. Negative counts go on, to be refused."""
    run = links.own(row)
    if run is None:
        return
    values = run.values
    used = (values["input_tokens"], values["output_tokens"])
    if min(tokens or 0 for tokens in used) >= 0:
        used = (values["net_input_tokens"], values["net_output_tokens"])
    has_run = values["status"] != WorkStatus.QUEUED
    if not any(used) and not (None in used and has_run):
        return
    model = _model(run)
    person = asker(row, links, values["input_context"])
    yield UsageDraft(
        UsageEvent(
            occurred_at=values["completed_at"] or values["started_at"] or values["created_at"],
            provider=provider_of(model) or UNKNOWN_PROVIDER,
            model=model,
            source="",
            native_id="",
            dedup_scope="",
            project_id=run.project_id,
            status=_STATUS.get(values["status"], TokenUsage.Status.OK),
            input_tokens=used[0],
            output_tokens=used[1],
            person_id=None if person is None else person.id,
            person_label="" if person is None else person.label,
            agent_id=values["agent_id"],
            agent_label=values["agent_label"],
            agent_run_id=run.id,
            conversation_id=values["conversation_id"],
            raw_usage={"input_tokens": values["input_tokens"], "output_tokens": values["output_tokens"]},
        ),
        part="usage",
    )


def _model(run: Found) -> str:
    """The model of a run, which the source does not keep: that of the answer that the run led to.

    The answer is the first assistant message of the chat sent when the run had ended, or later. Where there
    is none, or it names no model, it is the model that all assistant messages of the chat name. Else "".
    """
    conversation_id = run.values["conversation_id"]
    if conversation_id is None or run.project_id is None:
        return ""
    ended = run.values["completed_at"] or run.values["started_at"] or run.values["created_at"]
    answers = Message.objects.filter(
        project_id=run.project_id, conversation_id=conversation_id, role=Message.Role.ASSISTANT
    )
    later = answers.filter(sent_at__gte=ended).order_by("sent_at", "position")
    if model := later.values_list("model", flat=True).first():
        return str(model)
    models = list(answers.exclude(model="").order_by().values_list("model", flat=True).distinct()[:2])
    return models[0] if len(models) == 1 else ""
