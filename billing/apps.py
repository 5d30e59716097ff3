from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Usage"

    def ready(self) -> None:
        from billing.health import register_health
        from billing.price_triggers import install_price_triggers
        from billing.triggers import install_triggers

        post_migrate.connect(install_triggers, sender=self)
        post_migrate.connect(install_price_triggers, sender=self)
        register_health()
