"""The admin site: the stock one, under our name and in our shell."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache


class SignInForm(AdminAuthenticationForm):
    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": "No account of the staff has this e-mail address and password.",
    }


class CountinghouseAdminSite(AdminSite):
    site_header = "Countinghouse"
    site_title = "Countinghouse"
    index_title = "All tables"
    enable_nav_sidebar = True
    login_form = SignInForm

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The sign-in page; it leads to the overview when the address names no page."""
        context: dict[str, Any] = dict(extra_context or {})
        if not (request.GET.get(REDIRECT_FIELD_NAME) or request.POST.get(REDIRECT_FIELD_NAME)):
            context[REDIRECT_FIELD_NAME] = reverse("dashboard:overview")
        return super().login(request, context)
