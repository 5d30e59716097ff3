from django.db import migrations, models

RATES = (
    "input_per_mtok",
    "cache_read_per_mtok",
    "cache_write_per_mtok",
    "cache_write_1h_per_mtok",
    "input_audio_per_mtok",
    "cache_read_audio_per_mtok",
    "output_per_mtok",
    "reasoning_per_mtok",
    "output_audio_per_mtok",
    "web_search_per_1k",
    "request_per_1k",
)

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
    dependencies = [("billing", "0001_initial"), ("projects", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="modelprice", name="price_version_once"),
        migrations.AlterField(
            model_name="modelprice",
            name="variant",
            field=models.CharField(
                blank=True, max_length=100,
                help_text="Service tier, daily hours in UTC, or both: flex, batch, 16:30-00:30Z. Empty is the catalogue's "
                "standard price, or for an override the price of all tiers and hours that have no override of their own.",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelprice",
            constraint=models.UniqueConstraint(
                fields=["provider", "model", "variant", "origin", "valid_from"],
                condition=models.Q(project__isnull=True), name="price_general_version_once",
                violation_error_message="A version of this price begins at that moment already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelprice",
            constraint=models.UniqueConstraint(
                fields=["provider", "model", "variant", "origin", "valid_from", "project"],
                condition=models.Q(project__isnull=False), name="price_project_version_once",
                violation_error_message="A version of this price begins at that moment already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelprice",
            constraint=models.CheckConstraint(
                condition=~models.Q(provider="") & ~models.Q(model=""), name="price_names_its_model",
                violation_error_message="Name the provider and the model.",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelprice",
            constraint=models.CheckConstraint(
                condition=models.Q(*((f"{rate}__isnull", False) for rate in RATES), _connector="OR"),
                name="price_has_a_rate",
                violation_error_message="Give at least one rate; 0 says that the model costs nothing.",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelprice",
            constraint=models.CheckConstraint(
                condition=~models.Q(origin="catalog") | models.Q(project__isnull=True),
                name="price_of_catalog_is_general",
                violation_error_message="A catalogue price holds for all projects.",
            ),
        ),
        migrations.RunPython(forbid_overlap, allow_overlap),
    ]
