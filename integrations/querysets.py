from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from projects.querysets import deleted_project_ids, membership_project_ids

if TYPE_CHECKING:
    from accounts.models import User


class SourceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """All with an installation role, else the sources whose imports filled a project of the user's."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        return self.filter(
            pk__in=self.model._default_manager.filter(
                import_runs__project_id__in=membership_project_ids(user)
            ).values("pk")
        )


class ImportRunQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """All with an installation role, else the runs that filled one project of the user's alone; of
        projects that are not deleted."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        kept = self.exclude(project_id__in=deleted_project_ids(self.model))
        if user.sees_all_projects:
            return kept
        return kept.filter(project_id__in=membership_project_ids(user))


class ProviderConfigQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """All with an installation role, else those that agents of the user's projects speak with."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        linked = self.model._default_manager.filter(agents__project_id__in=membership_project_ids(user))
        return self.filter(pk__in=linked.values("pk"))


class ProviderModelQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The models of the configs that `user` may see."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        configs = self.model._meta.get_field("config").related_model._default_manager
        return self.filter(config__in=configs.visible_to(user).values("pk"))


class IngestKeyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """All with an installation role, else those of the user's projects; not of deleted ones."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        kept = self.exclude(project_id__in=deleted_project_ids(self.model))
        if user.sees_all_projects:
            return kept
        return kept.filter(project_id__in=membership_project_ids(user))


class ImportUploadQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """All with an installation role, else those that fill one project of the user's; not of deleted
        ones."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        kept = self.exclude(project_id__in=deleted_project_ids(self.model))
        if user.sees_all_projects:
            return kept
        return kept.filter(project_id__in=membership_project_ids(user))
