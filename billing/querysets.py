from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import models

from accounts.models.person import ERASED_NAME
from projects.querysets import ProjectScopedQuerySet


class AppendOnlyError(TypeError):
    """Raised by whatever would change or delete a row of the ledger."""


class TokenUsageQuerySet(ProjectScopedQuerySet):
    """Reads of the ledger. Sums and lists start from `booked()`. Nothing here updates or deletes rows."""

    def booked(self) -> Self:
        """Rows that count: not replaced by another row of the same call."""
        return self.filter(superseded_by__isnull=True)

    def reports(self) -> Self:
        """What observers told of calls, whether it counts or not: the fullest report of each native id."""
        return self.filter(is_merged=False).exclude(superseded_as="fuller")

    def redirect(self, row: Any, *, successor_id: Any, reason: str) -> bool:
        """Let `successor_id` count in the place of `row` (None: let the row count itself).

        False, and nothing changed, when somebody else has redirected it since it was read.
        """
        unchanged = self.filter(pk=row.pk, project_id=row.project_id, superseded_by_id=row.superseded_by_id)
        changes = {"superseded_by_id": successor_id, "superseded_as": reason}
        return super(TokenUsageQuerySet, unchanged).update(**changes) == 1

    redirect.alters_data = True  # type: ignore[attr-defined]

    def set_apart(self, row: Any, *, is_apart: bool) -> bool:
        """Say that the report `row` is a call of its own, or no longer; False for a row that is no report."""
        reports = self.reports().filter(pk=row.pk, project_id=row.project_id)
        return super(TokenUsageQuerySet, reports).update(counts_apart=is_apart) == 1

    set_apart.alters_data = True  # type: ignore[attr-defined]

    def erase_names(self, person_id: UUID, ids: Sequence[UUID]) -> int:
        """Call the person of these rows by no name any more: on request, and for good."""
        named = self.filter(person_id=person_id, pk__in=ids).exclude(person_label__in=("", ERASED_NAME))
        return super(TokenUsageQuerySet, named).update(person_label=ERASED_NAME)

    erase_names.alters_data = True  # type: ignore[attr-defined]

    def unpriced(self) -> Self:
        """Booked, answered calls whose cost is unknown."""
        return self.booked().filter(cost__isnull=True).exclude(status__in=["error", "unmeasured"])

    def update(self, **kwargs: Any) -> int:
        raise AppendOnlyError("The ledger is append-only: record_usage writes it, nothing changes it.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("The ledger is append-only: a row is never deleted.")


class FrozenPriceError(TypeError):
    """Raised by whatever would edit a version of a price."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field}: a recorded price is never edited. Add a version that supersedes it.")


class ModelPriceQuerySet(models.QuerySet[Any]):
    """Versions of prices. A version is never edited; an open one can be ended once."""

    MUTABLE = frozenset({"note", "updated_at"})

    def overlapping(self, start: datetime, end: datetime | None) -> Self:
        """Versions that hold at some moment of [start, end); `end` None: for ever."""
        later = self.filter(models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=start))
        return later if end is None else later.filter(valid_from__lt=end)

    def update(self, **kwargs: Any) -> int:
        for field in kwargs:
            if field not in self.MUTABLE:
                raise FrozenPriceError(field)
        return super().update(**kwargs)

    def visible_to(self, user: Any) -> Self:
        """General prices for all staff; a project's own prices for those who see the project."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        return self.filter(
            models.Q(project__isnull=True) | models.Q(project_id__in=user.memberships.values("project_id"))
        )


class StaffQuerySet(models.QuerySet[Any]):
    """For what all staff may see: it says nothing of any project."""

    def visible_to(self, user: Any) -> Self:
        """Everything for active staff, nothing for others."""
        return self if user.is_authenticated and user.is_active and user.is_staff else self.none()


class InstallationQuerySet(models.QuerySet[Any]):
    """For what belongs to no project: bills of the whole installation."""

    def visible_to(self, user: Any) -> Self:
        """Everything with an installation role, nothing for others."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self if user.sees_all_projects else self.none()


class QuotaQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """All with an installation role, else those of projects and people that `user` may see."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        people = self.model._meta.get_field("person").related_model._default_manager
        mine = models.Q(project_id__in=user.memberships.values("project_id"))
        personal = models.Q(project__isnull=True, person__in=people.visible_to(user).values("pk"))
        return self.filter(mine | personal)
