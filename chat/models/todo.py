from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from chat.models.trees import check_parent
from core.declarations import known, not_negative, recent_indexes
from core.models import ProjectScopedModel
from core.transitions import StatefulModel, StateMachine
from projects.querysets import TranscriptQuerySet


class TodoStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


TODO_STEPS = StateMachine(
    {
        TodoStatus.PENDING: [
            TodoStatus.IN_PROGRESS,
            TodoStatus.COMPLETED,
            TodoStatus.FAILED,
            TodoStatus.CANCELLED,
        ],
        TodoStatus.IN_PROGRESS: [
            TodoStatus.PENDING,
            TodoStatus.COMPLETED,
            TodoStatus.FAILED,
            TodoStatus.CANCELLED,
        ],
        # What failed or was called off may be tried again.
        TodoStatus.FAILED: [TodoStatus.PENDING],
        TodoStatus.CANCELLED: [TodoStatus.PENDING],
        TodoStatus.COMPLETED: [],
    }
)

DONE = (TodoStatus.COMPLETED, TodoStatus.FAILED, TodoStatus.CANCELLED)


class Todo(StatefulModel, ProjectScopedModel):
    """A task that people and agents hand each other. `completed_at` is set exactly when it is done."""

    Status = TodoStatus
    machine = TODO_STEPS

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="todos", db_index=False
    )
    conversation = models.ForeignKey(
        "chat.Conversation", null=True, blank=True, on_delete=models.SET_NULL, related_name="todos"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    title = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=16, choices=TodoStatus, default=TodoStatus.PENDING)
    source_status = models.CharField(max_length=50, blank=True, help_text="The source's own word.")
    assigned_agent = models.CharField(max_length=200, blank=True)
    priority = models.IntegerField(null=True, blank=True, help_text="1 is the most urgent of 5.")
    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="todos"
    )
    created_by = models.CharField(max_length=200, blank=True, help_text="As the source gives it.")
    attempts = models.IntegerField(default=0)
    result = models.TextField(blank=True)
    error = models.TextField(blank=True)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Tasks that people and agents hand each other"
        constraints = [
            known("todo_status", "status", TodoStatus),
            *not_negative("todo", "attempts"),
            models.CheckConstraint(
                name="todo_completed_at_when_done",
                condition=Q(status__in=DONE, completed_at__isnull=False)
                | (~Q(status__in=DONE) & Q(completed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="todo_not_own_parent", condition=Q(parent__isnull=True) | ~Q(parent=F("id"))
            ),
        ]
        indexes = [
            *recent_indexes("todo", "created_at"),
            # What is open.
            models.Index(fields=["project", "status", "priority"], name="todo_status_idx"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._settle()
        if "status" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "completed_at"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        check_parent(self)
        self._settle()

    @property
    def is_done(self) -> bool:
        return self.status in DONE

    @property
    def is_overdue(self) -> bool:
        """Whether the time for which it was scheduled has passed, and it is not done."""
        return self.scheduled_at is not None and not self.is_done and self.scheduled_at < timezone.now()

    def _settle(self) -> None:
        """Keep a time that was given, so that what a source completed long ago stays so."""
        if "status" not in self.get_deferred_fields():
            self.completed_at = (self.completed_at or timezone.now()) if self.is_done else None

    @classmethod
    def step_values(cls, status: str) -> dict[str, Any]:
        return {"completed_at": timezone.now() if status in DONE else None}
