from django.urls import path

from chat.views.conversations import conversations
from chat.views.transcript import transcript

app_name = "chat"
urlpatterns = [
    path("conversations/", conversations, name="conversations"),
    path("conversations/<uuid:pk>/", transcript, name="transcript"),
]
