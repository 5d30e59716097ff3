"""Access is a queryset: what a user may read is what `visible_to` returns, and nothing else."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from core.permissions import Action, allowed_project_ids, may_everywhere, project_roles

if TYPE_CHECKING:
    from accounts.models import User


class ProjectQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The projects of which `user` is a member, or all with an installation role; none from the bin."""
        return self.counted_for(user).filter(deleted_at__isnull=True)

    def counted_for(self, user: "User | AnonymousUser") -> Self:
        """As `visible_to`, and those in the bin: what they spent stays in the reports."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        return self.filter(pk__in=membership_project_ids(user))

    def in_bin_of(self, user: "User | AnonymousUser") -> Self:
        """The deleted ones that `user` may restore."""
        binned = self.filter(deleted_at__gte=timezone.now() - timedelta(days=settings.BIN_DAYS))
        return binned if may_everywhere(user, Action.DELETE_PROJECT) else self.none()


class ProjectScopedQuerySet(models.QuerySet[Any]):
    """For every table with a `project`: reads go through `visible_to`. Spend of deleted projects stays."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Rows of the projects that `user` may see."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        return self.filter(project_id__in=membership_project_ids(user))


class ContentQuerySet(ProjectScopedQuerySet):
    """For what goes into the bin with its project, and with its conversation where it has one."""

    _is_outside_bins = False

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Rows of the projects that `user` may see, without what is in the bin."""
        return super().visible_to(user).outside_bins()

    def outside_bins(self) -> Self:
        """Without rows of deleted projects and conversations. Said twice it costs nothing more."""
        if self._is_outside_bins:
            return self
        rows = self.exclude(project_id__in=deleted_project_ids(self.model))
        names = {field.name for field in self.model._meta.concrete_fields}
        if "deleted_at" in names:
            rows = rows.filter(deleted_at__isnull=True)
        if "conversation" in names:
            conversations = self.model._meta.get_field("conversation").related_model._base_manager
            binned = conversations.filter(deleted_at__isnull=False, removed_at__isnull=True)
            rows = rows.exclude(conversation_id__in=binned.values("pk"))
        rows._is_outside_bins = True
        return rows

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._is_outside_bins = self._is_outside_bins
        return clone  # type: ignore[no-any-return]


def deleted_project_ids(model: Any) -> models.QuerySet[Any, Any]:
    """A subquery of the projects in the bin: few, read once a statement."""
    projects = model._meta.get_field("project").related_model._base_manager
    deleted: models.QuerySet[Any, Any] = projects.filter(deleted_at__isnull=False).values("pk")
    return deleted


class InvitationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """All for owners and auditors, else those to projects whose members `user` manages; not to deleted
        ones."""
        kept = self.exclude(project_id__in=deleted_project_ids(self.model))
        if may_everywhere(user, Action.MANAGE_STAFF) or may_everywhere(user, Action.READ_AUDIT):
            return kept
        managed = allowed_project_ids(user, Action.MANAGE_MEMBERS) or frozenset()
        return kept.filter(project_id__in=managed) if managed else self.none()


GENERAL_STAYS = "The channel “general” stays as it is while its project lives."


class ChannelQuerySet(ContentQuerySet):
    def delete(self) -> tuple[int, dict[str, int]]:
        """Raises ValidationError where a project's channel `general` is among them."""
        if self.filter(is_default=True).exists():
            raise ValidationError(GENERAL_STAYS, code="general_stays")
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class TranscriptQuerySet(ContentQuerySet):
    """For tables of words. Costs are for everybody who sees the project; words are not.

    `visible_to` tells whose rows one may count, `readable_by` whose one may read.
    """

    def readable_by(self, user: "User | AnonymousUser") -> Self:
        """Rows whose words (titles, contents) `user` may read; always among those visible to them."""
        if may_everywhere(user, Action.READ_TRANSCRIPTS):
            return self.outside_bins()
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        readable = user.memberships.filter(role__in=project_roles(Action.READ_TRANSCRIPTS))
        return self.filter(project_id__in=readable.values("project_id")).outside_bins()


def membership_project_ids(user: "User") -> models.QuerySet[Any, Any]:
    """A subquery of the ids of the projects that `user` is a member of."""
    return user.memberships.values("project_id")


class ConversationQuerySet(TranscriptQuerySet):
    def in_bin_of(self, user: "User | AnonymousUser") -> Self:
        """The deleted ones that `user` may restore."""
        binned = self.filter(deleted_at__gte=timezone.now() - timedelta(days=settings.BIN_DAYS))
        outside = binned.exclude(project_id__in=deleted_project_ids(self.model))
        projects = allowed_project_ids(user, Action.DELETE_CONTENT)
        if projects is None:
            return outside
        return outside.filter(project_id__in=projects) if projects else self.none()
