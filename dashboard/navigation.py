"""The pages of the sidebar, grouped as people think of them."""

from dataclasses import dataclass

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from core.permissions import Action, may

PERIOD = ("from", "to")
SCOPE = ("project", "zone", *PERIOD)
"""What the top bar chooses: parameters that go along from page to page."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the sidebar. `carries`: the top bar's parameters that it understands. `parts`: the views
    that belong to it and mark it as the current one. `is_installations`: for installation roles alone.
    `action`: for those who may do it."""

    label: str
    icon: str
    view_name: str
    carries: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    is_installations: bool = False
    action: Action | None = None


def _admin_views(*models: str) -> tuple[str, ...]:
    """The names of the admin's views of each "app.model"."""
    views = ("changelist", "add", "change", "delete", "history")
    return tuple(f"admin:{model.replace('.', '_')}_{view}" for model in models for view in views)


def _admin_page(label: str, icon: str, model: str, *related: str) -> Page:
    """The admin's list of `model` ("app.model"); `related` models' pages belong to it too."""
    view_name, *parts = _admin_views(model, *related)
    return Page(label, icon, view_name, parts=tuple(parts))


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    pages: tuple[Page, ...]


_ROLLUPS = (
    "billing.dailyusage",
    "billing.dailymodelusage",
    "billing.dailyprojectusage",
    "billing.dailypersonusage",
    "billing.rollupzone",
)

_OF_PROJECTS = (
    "projects.channel",
    "projects.container",
    "projects.worksession",
    "projects.sessionfile",
    "projects.storedvalue",
)
_OF_CONVERSATIONS = (
    "chat.conversation",
    "chat.message",
    "chat.participant",
    "chat.contextoptimization",
    "chat.fileupload",
    "chat.filecontent",
    "chat.tag",
    "chat.tagging",
    "chat.reaction",
    "chat.memoryrelation",
)
_OF_PROVIDERS = ("integrations.providermodel", "integrations.agentprovider")
_OF_DEPLOYMENTS = (
    "integrations.githubrepository",
    "integrations.integration",
    "integrations.telegramsession",
)

GROUPS = (
    Group("", (Page("Overview", "home", "dashboard:overview", SCOPE),)),
    Group(
        "Usage",
        (
            Page("Reports", "report", "billing:report", SCOPE, parts=_admin_views(*_ROLLUPS)),
            Page(
                "Model calls",
                "audit",
                "billing:calls",
                SCOPE,
                parts=("billing:cost", *_admin_views("billing.tokenusage")),
            ),
            Page("Unpriced", "unpriced", "billing:unpriced", SCOPE),
            Page(
                "Provider bills",
                "scale",
                "billing:reconciliation",
                parts=_admin_views("billing.providerreportedusage"),
                is_installations=True,
            ),
            Page("Saved tokens", "compress", "chat:optimizations", SCOPE),
            _admin_page("Prices", "tag", "billing.modelprice"),
        ),
    ),
    Group(
        "Work",
        (
            _admin_page("Projects", "folder", "projects.project", *_OF_PROJECTS),
            Page(
                "Conversations",
                "chat",
                "chat:conversations",
                ("project", "zone"),
                parts=("chat:transcript", *_admin_views(*_OF_CONVERSATIONS)),
            ),
            Page(
                "Approvals",
                "shield",
                "chat:approvals",
                ("project", "zone"),
                parts=_admin_views("chat.toolexecution", "chat.autoapprovalpolicy", "chat.tool"),
            ),
            _admin_page("Agents", "people", "projects.agent", "chat.agentrun", "chat.agentmemory"),
            _admin_page("Jobs", "jobs", "projects.backgroundjob"),
            _admin_page("Todos", "check", "chat.todo"),
        ),
    ),
    Group(
        "Connect",
        (
            Page("Connect", "link", "integrations:connect", ("project", "zone")),
            Page(
                "Ingest keys",
                "key",
                "admin:integrations_ingestkey_changelist",
                parts=(
                    "admin:integrations_ingestkey_once",
                    *_admin_views("integrations.ingestkey", "integrations.ingestactivity"),
                ),
            ),
            _admin_page("Sources", "plug", "integrations.source", "integrations.importedrow"),
            Page(
                "Imports",
                "inbox",
                "integrations:imports",
                ("project", "zone"),
                parts=(
                    "integrations:new_import",
                    "integrations:import_upload",
                    *_admin_views(
                        "integrations.importrun", "integrations.rejectedrecord", "integrations.importupload"
                    ),
                ),
            ),
            _admin_page("Providers", "key", "integrations.providerconfig", *_OF_PROVIDERS),
            _admin_page("Deployments", "rocket", "integrations.deployment", *_OF_DEPLOYMENTS),
        ),
    ),
    Group(
        "Settings",
        (
            _admin_page(
                "People", "people", "accounts.person", "integrations.linkedaccount", "accounts.erasure"
            ),
            _admin_page("Quotas", "budget", "billing.quota", "billing.subscription"),
            Page(
                "Users",
                "key",
                "admin:accounts_user_changelist",
                parts=("staff:sign_in", *_admin_views("accounts.user")),
            ),
            _admin_page("Members", "shield", "projects.membership"),
            Page(
                "Invitations",
                "mail",
                "admin:projects_invitation_changelist",
                parts=("admin:projects_invitation_link", *_admin_views("projects.invitation")),
                action=Action.MANAGE_MEMBERS,
            ),
            Page("Audit log", "bookmark", "audit:log", ("project", "zone"), action=Action.READ_AUDIT),
        ),
    ),
)


def page_url(page: Page, request: HttpRequest) -> str | None:
    """The page's address; None for a page that is not installed, or that this user may not open."""
    if page.view_name.startswith("admin:"):
        app_label, model_name = page.view_name.removeprefix("admin:").removesuffix("_changelist").split("_")
        model = apps.get_model(app_label, model_name)
        if not admin.site.is_registered(model):
            return None
        if not admin.site.get_model_admin(model).has_view_permission(request):
            return None
    if page.is_installations and not getattr(request.user, "sees_all_projects", False):
        return None
    if page.action is not None and not may(request.user, page.action):
        return None
    try:
        return reverse(page.view_name)
    except NoReverseMatch:
        return None


def current_page(view_name: str) -> Page | None:
    """The page of the sidebar to which the view `view_name` belongs."""
    for group in GROUPS:
        for page in group.pages:
            if view_name == page.view_name or view_name in page.parts:
                return page
    return None
