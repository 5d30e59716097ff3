from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Usage"

    def ready(self) -> None:
        from billing.triggers import install_triggers

        post_migrate.connect(install_triggers, sender=self)
