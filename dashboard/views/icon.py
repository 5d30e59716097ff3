from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from core.gates import ANYBODY, open_to


@open_to(ANYBODY)
@login_not_required
@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for a picture of what is no page of ours, such as a JSON document."""
    return redirect(static("img/icon.svg"))
