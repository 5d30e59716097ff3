import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import core.fields
import core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0007_bin"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", core.fields.ChangedAtField(default=django.utils.timezone.now, editable=False)),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("member", "Member: sees the projects they belong to"),
                            ("auditor", "Auditor: reads everything"),
                            ("finance", "Finance: reads all spend"),
                            ("owner", "Owner: reads and changes everything"),
                        ],
                        default="member",
                        max_length=16,
                        verbose_name="role on the installation",
                    ),
                ),
                (
                    "project_role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("viewer", "Viewer: reports"),
                            ("analyst", "Analyst: reports, transcripts and exports"),
                            ("operator", "Operator: also approvals, jobs and imports"),
                            ("manager", "Manager: also keys, budgets and members"),
                        ],
                        max_length=16,
                        verbose_name="role on the project",
                    ),
                ),
                ("token_hash", models.BinaryField(help_text="SHA-256 of the link's token.", max_length=32)),
                ("expires_at", models.DateTimeField()),
                (
                    "sent_at",
                    models.DateTimeField(blank=True, help_text="When its e-mail was handed over.", null=True),
                ),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitations_accepted",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "db_table_comment": "Who was asked to join, as what, and by whom; hashes of links only",
                "indexes": [models.Index(fields=["-created_at", "-id"], name="invitation_latest_idx")],
                "constraints": [
                    models.UniqueConstraint(fields=("token_hash",), name="invitation_token_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["auditor", "finance", "member", "owner"])),
                        name="invitation_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("project_role", ""),
                            ("project_role__in", ["analyst", "manager", "operator", "viewer"]),
                            _connector="OR",
                        ),
                        name="invitation_project_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("project__isnull", True), ("project_role", "")),
                            models.Q(
                                ("project__isnull", False), models.Q(("project_role", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="invitation_role_needs_project",
                        violation_error_message="A project and a role on it go together.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("project__isnull", False),
                            models.Q(("role", "member"), _negated=True),
                            _connector="OR",
                        ),
                        name="invitation_gives_something",
                        violation_error_message="A member sees nothing: choose a project, or another role.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted_at__isnull", True), ("withdrawn_at__isnull", True), _connector="OR"
                        ),
                        name="invitation_ends_once",
                    ),
                ],
            },
        ),
    ]
