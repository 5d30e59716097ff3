from django.urls import path

from projects.views.invitation import invitation

app_name = "projects"
urlpatterns = [
    path("accounts/invitation/<str:token>/", invitation, name="invitation"),
]
