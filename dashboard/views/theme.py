"""The theme switch for browsers without script."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from core.gates import asks
from core.permissions import Action
from dashboard.context import THEMES

_YEAR_S = 31_536_000


@require_POST
@asks(Action.OPEN)
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps POST `theme` in a cookie (static/js/theme.js writes the same one) and goes back to `next`."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("dashboard:overview")
    response = HttpResponseRedirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            "theme", chosen, max_age=_YEAR_S, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return response
