from django.urls import path

from chat.views.approvals import approvals, decide_approvals
from chat.views.conversations import conversations
from chat.views.marks import mark
from chat.views.optimizations import optimizations
from chat.views.transcript import transcript

app_name = "chat"
urlpatterns = [
    path("approvals/", approvals, name="approvals"),
    path("approvals/decide/", decide_approvals, name="decide_approvals"),
    path("conversations/", conversations, name="conversations"),
    path("conversations/<uuid:pk>/", transcript, name="transcript"),
    path("conversations/<uuid:pk>/marks/", mark, name="mark"),
    path("optimizations/", optimizations, name="optimizations"),
]
