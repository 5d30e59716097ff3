from django.urls import path, re_path

from accounts.views.audit import audit, audit_export

app_name = "audit"
urlpatterns = [
    path("audit/", audit, name="log"),
    re_path(r"^audit/export\.(?P<extension>csv|json)$", audit_export, name="export"),
]
