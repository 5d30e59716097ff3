from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.audit_urls")),
    path("", include("accounts.staff_urls")),
    path("", include("projects.urls")),
    path("", include("billing.urls")),
    path("", include("chat.urls")),
    path("", include("integrations.urls")),
    path("", include("dashboard.urls")),
]
