from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from core import checks  # noqa: F401  registers the system checks
        from core.transition_triggers import install_transition_triggers

        post_migrate.connect(install_transition_triggers, sender=self)
