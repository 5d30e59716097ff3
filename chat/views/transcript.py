from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.audit.exports import record_export
from accounts.audit.keeping import record_reading
from accounts.models import User
from chat.models import Conversation
from chat.pages.export import transcript_data
from chat.pages.transcript_page import transcript_page
from core.gates import asks
from core.permissions import Action, require


@require_safe
@asks(Action.OPEN)
def transcript(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A conversation to read; `?format=json` downloads it whole."""
    user = cast(User, request.user)
    visible = Conversation.objects.visible_to(user).select_related("project", "person")
    conversation = get_object_or_404(visible, pk=pk)
    if request.GET.get("format") == "json":
        require(user, Action.EXPORT, conversation.project_id)
        data = transcript_data(conversation, user)
        record_export(request, "", "json", target=conversation, messages=len(data["messages"]))
        response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
        response["Content-Disposition"] = f'attachment; filename="conversation-{conversation.pk}.json"'
        patch_cache_control(response, private=True, no_store=True)
        return response
    after = request.GET.get("after", "")
    page = transcript_page(
        conversation, user, after=int(after) if after.isdecimal() and len(after) < 10 else 0
    )
    if page.is_readable:
        record_reading(conversation)
    return render(request, "chat/transcript.html", {"page": page})
