from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit.exports import record_export
from accounts.models import Erasure, Person, User
from core.gates import asks
from core.permissions import Action
from integrations.services.erasure.certificate import certificate_data, dollars
from integrations.services.erasure.erase import ErasureError, begin, erase, figures_of, remaining
from integrations.services.erasure.tasks import go_on_erasing

_AT_ONCE = 2_000
"""Rows that are erased while the page is waited for; more are left to the background worker."""


@require_http_methods(["GET", "HEAD", "POST"])
@asks(Action.MANAGE_PEOPLE)
def erase_person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What would go, to be confirmed; then the certificate."""
    user = cast(User, request.user)
    person = get_object_or_404(Person.objects.visible_to(user), pk=pk)
    counts = remaining(person)
    if request.method == "POST" and request.POST.get("confirmed") == "yes":
        reason, keep_name = request.POST.get("reason", ""), request.POST.get("keep_name") == "yes"
        if counts.total() <= _AT_ONCE:
            try:
                erasure = erase(person, by=user, reason=reason, keep_name=keep_name)
            except ErasureError as error:
                messages.error(request, str(error))
                return redirect("integrations:erase_person", pk=pk)
        else:
            figures = figures_of(person.pk, until=timezone.now())
            erasure = begin(person, figures, by=user, reason=reason, keep_name=keep_name)
            go_on_erasing.enqueue(str(erasure.pk))
        return redirect("integrations:erasure", pk=erasure.pk)
    figures = figures_of(person.pk)
    context = {
        "person": person,
        "counts": sorted(counts.items()),
        "total": counts.total(),
        "calls": figures.calls,
        "spend": dollars(figures.spend_nano),
        "is_unconfirmed": request.method == "POST",
        "certificates": Erasure.objects.visible_to(user).filter(person_id=person.pk).order_by("-created_at"),
    }
    return render(request, "integrations/erase_person.html", context, status=422 if request.POST else 200)


@require_safe
@asks(Action.READ_AUDIT)
def erasure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A certificate, to read and to print; `?format=json` downloads it."""
    visible = Erasure.objects.visible_to(cast(User, request.user)).select_related("requested_by")
    certificate = get_object_or_404(visible, pk=pk)
    data = certificate_data(certificate)
    if request.GET.get("format") == "json":
        record_export(request, "", "json", target=certificate)
        response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
        response["Content-Disposition"] = f'attachment; filename="erasure-{certificate.pk}.json"'
        patch_cache_control(response, private=True, no_store=True)
        return response
    return render(request, "integrations/erasure.html", {"erasure": certificate, "data": data})
