from django.urls import URLPattern, path

from integrations.doors import api, health, litellm, otlp
from integrations.views.connect import connect
from integrations.views.erasure import erase_person, erasure
from integrations.views.imports.new import new_import
from integrations.views.imports.rejected import rejected_records
from integrations.views.imports.upload import import_upload
from integrations.views.imports.uploads import imports

app_name = "integrations"

urlpatterns: list[URLPattern] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("v1/traces", otlp.traces, name="otlp_traces"),
    path("v1/logs", otlp.logs, name="otlp_logs"),
    path("v1/metrics", otlp.metrics, name="otlp_metrics"),
    path("ingest/litellm", litellm.receive, name="ingest_litellm"),
    path("api/usage", api.receive, name="api_usage"),
    path("api/openapi.json", api.openapi, name="api_openapi"),
    path("connect/", connect, name="connect"),
    path("people/<uuid:pk>/erase/", erase_person, name="erase_person"),
    path("erasures/<uuid:pk>/", erasure, name="erasure"),
    path("imports/", imports, name="imports"),
    path("imports/new/", new_import, name="new_import"),
    path("imports/<uuid:pk>/", import_upload, name="import_upload"),
    path("imports/<uuid:pk>/rejected/", rejected_records, name="rejected_records"),
]
