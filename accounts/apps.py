from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts.audit import sign_in  # noqa: F401  connects its receivers
        from accounts.audit.keeping import AuditJournal
        from accounts.audit.triggers import install_audit_triggers, trigger_names
        from accounts.second_factors import replace_seed, seed_tokens
        from core.health.registry import GUARDS, Guard
        from core.journal import keep_journal
        from core.rotation import PLACES, Place

        post_migrate.connect(install_audit_triggers, sender=self)
        GUARDS.append(Guard(trigger_names, install_audit_triggers))
        keep_journal(AuditJournal())
        PLACES.append(Place("second factors", seed_tokens, replace_seed))
