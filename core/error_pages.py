"""What a page about an error, or a report of it, may show of a request and of settings."""

import re
from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest, QueryDict
from django.views.debug import SafeExceptionReporterFilter


class ReporterFilter(SafeExceptionReporterFilter):
    """The same with DEBUG as without: Django's own hides nothing of a request then.

    Variables are not shown at all: a form's values and a client's headers lie in many of them.
    """

    # Addresses of databases, mail and caches hold passwords.
    hidden_settings = re.compile(
        "API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|COOKIE|CODE|_URL|PROVIDERS", re.IGNORECASE
    )

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        sent = super().get_post_parameters(request)
        return {name: self.cleanse_setting(name, value) for name, value in sent.items()}

    def get_cleansed_multivaluedict(self, request: HttpRequest, multivaluedict: QueryDict) -> QueryDict:
        shown = super().get_cleansed_multivaluedict(request, multivaluedict).copy()
        for name in shown:
            shown.setlist(name, [str(self.cleanse_setting(name, each)) for each in shown.getlist(name)])
        return shown

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        return {}.items()
