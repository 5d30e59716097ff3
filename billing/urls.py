from django.urls import path, re_path

from billing.views.calls import calls
from billing.views.cost import apart, cost
from billing.views.download import report_download
from billing.views.reconciliation import reconciliation
from billing.views.report import report
from billing.views.unpriced import unpriced

app_name = "billing"
urlpatterns = [
    path("usage/", report, name="report"),
    re_path(r"^usage/report\.(?P<extension>csv|xlsx|json)$", report_download, name="report_download"),
    path("usage/calls/", calls, name="calls"),
    path("usage/calls/<uuid:pk>/", cost, name="cost"),
    path("usage/calls/<uuid:pk>/apart/", apart, name="apart"),
    path("usage/unpriced/", unpriced, name="unpriced"),
    path("reconciliation/", reconciliation, name="reconciliation"),
]
