from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from chat.models import AutoApprovalPolicy
from core.admin.columns import column, flag, linked, money, preformatted, shortened, time
from core.admin.links import Link, list_link, page_link
from core.admin.scoped import ScopedModelAdmin
from core.markup import NOT_APPLICABLE
from core.permissions import Action

_NAME_LENGTH = 200
_NO_LIMIT = "no limit"


class ToolNamesField(forms.CharField):
    """A JSON list of names, written one a line."""

    widget = AdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = (line.strip() for line in (super().to_python(value) or "").splitlines())
        names = list(dict.fromkeys(line for line in lines if line))
        if too_long := [name for name in names if len(name) > _NAME_LENGTH]:
            raise ValidationError(f"“{too_long[0][:40]}…” is longer than {_NAME_LENGTH} letters.")
        return names

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    allowed_tools = ToolNamesField(
        required=False, help_text="Names of tools that are approved whatever their risk, one a line."
    )

    class Meta:
        model = AutoApprovalPolicy
        fields = (
            "person",
            "is_active",
            "allows_read_only",
            "allows_low_risk",
            "allowed_tools",
            "new_tools_need_approval",
            "max_cost_per_tool",
            "max_cost_per_hour",
        )

    def clean_max_cost_per_tool(self) -> Any:
        return self._not_negative("max_cost_per_tool")

    def clean_max_cost_per_hour(self) -> Any:
        return self._not_negative("max_cost_per_hour")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        a_call, an_hour = cleaned.get("max_cost_per_tool"), cleaned.get("max_cost_per_hour")
        if a_call is not None and an_hour is not None and a_call > an_hour:
            self.add_error("max_cost_per_tool", "A call cannot cost more than the hour may.")
        return cleaned

    def _not_negative(self, name: str) -> Any:
        limit = self.cleaned_data[name]
        if limit is not None and limit < 0:
            raise ValidationError("Give 0 or more; leave it empty for no limit.")
        return limit


def _named(policy: Any) -> str:
    names = policy.allowed_tools
    return shortened(", ".join(map(str, names))) if isinstance(names, list) and names else NOT_APPLICABLE


_OF_ITS_SOURCE = (preformatted("metadata"), time("created_at", "created"), time("updated_at", "changed"))


@admin.register(AutoApprovalPolicy)
class AutoApprovalPolicyAdmin(ScopedModelAdmin):
    """A policy holds in all projects of its person, so only owners write it."""

    add_action = Action.MANAGE_PEOPLE
    change_action = Action.MANAGE_PEOPLE
    delete_action = Action.MANAGE_PEOPLE

    list_note = "Which tool calls of a person need nobody’s approval. All others wait under Approvals."
    form = PolicyForm
    list_display = (
        linked("person"),
        flag("is_active", "active"),
        flag("allows_read_only", "read-only"),
        flag("allows_low_risk", "low risk"),
        column("allowed_tools", _named, "tools by name"),
        money("max_cost_per_tool", "a call, USD", decimals=2, unknown=_NO_LIMIT),
        money("max_cost_per_hour", "an hour, USD", decimals=2, unknown=_NO_LIMIT),
        flag("new_tools_need_approval", "asks for new tools"),
        time("updated_at", "changed", "updated_at"),
        "edit",
    )
    list_display_links = ("edit",)
    list_links = ("person",)
    list_deferred = ("metadata",)
    list_filter = ("is_active", "new_tools_need_approval")
    ordering = ("-updated_at", "-id")
    search_fields = ("person__name", "person__email_normalized__startswith")
    search_help_text = "Part of a person’s name, the beginning of their e-mail address, or an id"
    id_search_fields = ("pk", "person")
    autocomplete_fields = ("person",)
    fieldsets = (
        (None, {"fields": ("person", "is_active")}),
        (
            "What it approves",
            {"fields": ("allows_read_only", "allows_low_risk", "allowed_tools", "new_tools_need_approval")},
        ),
        (
            "Limits",
            {
                "fields": ("max_cost_per_tool", "max_cost_per_hour"),
                "description": "Where a limit is set, a call of unknown cost waits for somebody.",
            },
        ),
        ("Its source", {"fields": _OF_ITS_SOURCE}),
    )
    readonly_fields = _OF_ITS_SOURCE

    @admin.display(description="")
    def edit(self, obj: AutoApprovalPolicy) -> str:
        return "Open"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else [*fields, "person"]

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            list_link("Tool calls", "chat.toolexecution", q=obj.person_id),
            page_link("Waiting calls", "chat:approvals"),
        )
