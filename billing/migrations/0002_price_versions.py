from django.db import migrations

TABLE = "billing_modelprice"
CONSTRAINT = "price_versions_do_not_overlap"
EXCLUDE = f"""
    ALTER TABLE {TABLE} ADD CONSTRAINT {CONSTRAINT} EXCLUDE USING gist (
        provider WITH =, model WITH =, variant WITH =, origin WITH =,
        (coalesce(project_id, '00000000-0000-0000-0000-000000000000'::uuid)) WITH =,
        tstzrange(valid_from, valid_to) WITH &&
    )
"""


def forbid_overlap(apps, schema_editor):
    """On SQLite triggers hold the same rule; they are laid after every migrate (billing/price_triggers.py)."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        schema_editor.execute(EXCLUDE)


def allow_overlap(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {CONSTRAINT}")


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [migrations.RunPython(forbid_overlap, allow_overlap)]
