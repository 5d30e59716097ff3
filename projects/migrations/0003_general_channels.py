"""Give every project that is there already its channel `general`."""

from typing import Any

from django.db import migrations

BATCH = 500


def add_general_channels(apps: Any, schema_editor: Any) -> None:
    project_model = apps.get_model("projects", "Project")
    channel_model = apps.get_model("projects", "Channel")
    without = project_model.objects.filter(channels__isnull=True).values_list("pk", flat=True)
    channel_model.objects.bulk_create(
        (channel_model(project_id=pk, name="general", is_default=True) for pk in without.iterator()),
        batch_size=BATCH,
    )


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_systems")]

    operations = [migrations.RunPython(add_general_channels, migrations.RunPython.noop, elidable=True)]
