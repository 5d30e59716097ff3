from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

HOUSE = frozenset({"accounts", "projects", "chat", "billing", "integrations"})


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401 - registers the system checks


class CountinghouseAdminConfig(AdminConfig):
    default_site = "config.admin.CountinghouseAdminSite"

    def ready(self) -> None:
        """What libraries register by themselves shows secrets, and knows nothing of our roles."""
        super().ready()
        from django.contrib import admin

        for model in list(admin.site._registry):
            if model._meta.app_label not in HOUSE:
                admin.site.unregister(model)
