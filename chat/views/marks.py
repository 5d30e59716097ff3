from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import User
from chat.models import Conversation, Message
from chat.pages.choices import read_uuid
from chat.services.reactions import react, unreact
from chat.services.tags import add_tag, remove_tag
from core.gates import asks
from core.permissions import Action


@require_POST
@asks(Action.ANNOTATE)
def mark(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tags and reactions, from the transcript and back to it.

    `do` is "add" (of `tag`), "remove NAME", "react KIND" or "unreact KIND"; `message` is an id, or empty for
    the conversation itself; `after` is the page of the transcript one comes from.
    """
    user = cast(User, request.user)
    readable = Conversation.objects.readable_by(user).select_related("project")
    conversation = get_object_or_404(readable, pk=pk)
    message = None
    if wanted := request.POST.get("message"):
        own = Message.objects.readable_by(user).filter(
            project_id=conversation.project_id, conversation=conversation
        )
        message = get_object_or_404(
            own.only("project_id", "conversation_id", "position"), pk=read_uuid(wanted)
        )
    verb, _, what = request.POST.get("do", "").partition(" ")
    try:
        if verb == "add":
            add_tag(conversation, request.POST.get("tag", ""), user, message=message)
        elif verb == "remove":
            remove_tag(conversation, what, user, message=message)
        elif verb == "react":
            react(conversation, what, user, message=message)
        elif verb == "unreact":
            unreact(conversation, what, user, message=message)
        else:
            raise BadRequest("Say what to do: add, remove, react or unreact.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    after = request.POST.get("after", "")
    query = f"?{urlencode({'after': after})}" if after.isdecimal() and after != "0" else ""
    place = f"#m{message.position}" if message else ""
    return HttpResponseRedirect(f"{reverse('chat:transcript', args=[pk])}{query}{place}")
