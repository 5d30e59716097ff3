"""Lists whose rows go into a bin when they are deleted, and come back from it."""

from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from core.admin.scoped import ScopedModelAdmin
from core.admin.steps import take_steps
from core.permissions import may

_PARAMETER = "bin"


class BinFilter(SimpleListFilter):
    """For those who may restore: what is in the bin, instead of what is not."""

    title = "deleted"
    parameter_name = _PARAMETER

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        is_offered = cast(BinAdmin, model_admin).has_undelete_permission(request)
        return [("1", "In the bin")] if is_offered else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """As it is: `BinAdmin.get_queryset` begins from the bin's rows."""
        return queryset


class BinAdmin(ScopedModelAdmin):
    """For models whose manager has `in_bin_of`. Deleting puts rows into the bin, by their own service."""

    def put_into_bin(self, row: Any, user: User) -> None:
        raise NotImplementedError

    def take_out_of_bin(self, row: Any, user: User) -> None:
        raise NotImplementedError

    def has_undelete_permission(self, request: HttpRequest) -> bool:
        """Whether restoring is offered; each row's project is asked about again."""
        return self.delete_action is not None and may(request.user, self.delete_action)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        if not self._shows_bin(request):
            return super().get_queryset(request)
        binned: QuerySet[Any] = self.model._default_manager.in_bin_of(request.user)
        return binned.order_by(*self.get_ordering(request))

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """What is in the bin has no page."""
        return () if self._shows_bin(request) else super().get_list_display_links(request, list_display)

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        if self._shows_bin(request):
            return {name: each for name, each in actions.items() if name == "undelete_selected"}
        actions.pop("undelete_selected", None)
        return actions

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What is in them stays in them, and comes back with them."""
        refused = any(not self.has_delete_permission(request, row) for row in objs)
        if refused:
            raise PermissionDenied
        count = {str(self.opts.verbose_name_plural): len(objs)}
        note = (
            f"Goes into the bin: {settings.BIN_DAYS} days it can be restored. What it cost stays in reports."
        )
        return [*map(str, objs), note], count, set(), []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.put_into_bin(obj, cast(User, request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.put_into_bin(row, cast(User, request.user))

    @admin.action(description="Restore from the bin", permissions=["undelete"])
    def undelete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        user = cast(User, request.user)
        take_steps(request, queryset, lambda row: self.take_out_of_bin(row, user), "restored")

    def _shows_bin(self, request: HttpRequest) -> bool:
        """Whether this is the list, asked for its bin. Object pages have none."""
        place = request.resolver_match
        is_list = place is not None and str(place.url_name).endswith("_changelist")
        return is_list and request.GET.get(_PARAMETER) == "1"
