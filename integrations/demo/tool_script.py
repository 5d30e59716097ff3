"""Which tools the demo's agents call, who lets them, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class End(StrEnum):
    """What becomes of a call; COMPLETED and FAILED are approved by the staff where no policy does."""

    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class DemoCall:
    """`title` is how its conversation's title begins; `note` a result, an error or a reason."""

    project: str
    person: str
    tool: str
    parameters: dict[str, Any]
    minutes_ago: int
    seconds: int = 0
    cost: str | None = None
    title: str = ""
    end: End = End.WAITING
    note: str = ""


_HELPDESK, _CONTRACTS, _REVIEWS = "Helpdesk assistant", "Contract review", "Code review bot"
_SEARCH, _ONBOARDING, _RESEARCH = "Search answers", "Onboarding guide", "Research lab"

TOOLS = (
    # project, name, risk, description
    (_HELPDESK, "lookup_order", "read_only", "Reads an order and its items."),
    (_HELPDESK, "search_policy", "read_only", "Searches the returns policy."),
    (_HELPDESK, "track_parcel", "read_only", "Asks the carrier where a parcel is."),
    (_HELPDESK, "set_reminder", "low", "Puts a reminder on an order."),
    (_HELPDESK, "issue_refund", "high", "Pays a customer back."),
    (_HELPDESK, "send_email", "high", "Writes to customers."),
    (_CONTRACTS, "read_clause", "read_only", "Reads clauses of a contract."),
    (_CONTRACTS, "share_document", "high", "Gives somebody outside a document."),
    (_REVIEWS, "read_diff", "read_only", "Reads a pull request."),
    (_REVIEWS, "post_comment", "low", "Comments on a pull request."),
    (_REVIEWS, "run_migration", "high", "Changes a database’s tables."),
    (_REVIEWS, "delete_branch", "high", "Deletes a branch."),
    (_SEARCH, "web_search", "read_only", "Searches the web."),
    (_SEARCH, "web_fetch", "low", "Opens a page of the web."),
    (_ONBOARDING, "send_email", "high", "Writes to new customers."),
    (_ONBOARDING, "create_workspace", "low", "Sets up a workspace."),
    (_RESEARCH, "run_evaluation", "low", "Asks models the same questions many times."),
)

POLICIES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "Priya Nair",
        {"allows_read_only": True, "max_cost_per_tool": "0.50", "max_cost_per_hour": "5.00"},
    ),
    (
        "Jonas Weber",
        {
            "allows_read_only": True,
            "allows_low_risk": True,
            "allowed_tools": ["post_comment", "set_reminder"],
            "new_tools_need_approval": False,
        },
    ),
    (
        "Lena Fischer",
        {"allows_low_risk": True, "max_cost_per_tool": "2.00", "new_tools_need_approval": False},
    ),
    ("Mara Keller", {"is_active": False, "allows_read_only": True}),
    (
        "Noah Lindqvist",
        {"allows_read_only": True, "allows_low_risk": True, "max_cost_per_hour": "0.60"},
    ),
)

CALLS = (
    DemoCall(
        _HELPDESK,
        "Priya Nair",
        "issue_refund",
        {
            "order_id": "48213",
            "amount_usd": 64.9,
            "reason": "wrong filter size delivered",
            "notify_customer": True,
        },
        48,
        cost="0.0021",
        title="Refund for order 48213",
    ),
    DemoCall(
        _REVIEWS,
        "Jonas Weber",
        "run_migration",
        {
            "database": "staging",
            "migration": "0042_split_invoices",
            "dry_run": False,
            "connection": {"host": "db.staging.example.com", "user": "deploy", "password": "not-shown"},
        },
        41,
        title="ledger#412: paginate",
    ),
    DemoCall(
        _SEARCH,
        "Priya Nair",
        "web_fetch",
        {"url": "https://example.org/terms", "max_bytes": 500_000},
        36,
        cost="0.0100",
        title="How do I rotate",
    ),
    DemoCall(
        _SEARCH,
        "Noah Lindqvist",
        "web_search",
        {"query": "rotate signing keys without downtime", "results": 20},
        29,
        cost="0.2500",
        title="How do I rotate",
    ),
    DemoCall(
        _ONBOARDING,
        "Mara Keller",
        "send_email",
        {"to": [f"customer{number}@example.com" for number in range(1, 25)], "template": "welcome-14"},
        27,
        title="First steps",
    ),
    DemoCall(
        _HELPDESK,
        "Amina Diallo",
        "issue_refund",
        {"order_id": "48377", "amount_usd": 118, "reason": "arrived torn"},
        22,
        cost="0.0019",
        title="Refund for order 48377",
    ),
    DemoCall(
        _RESEARCH,
        "Lena Fischer",
        "run_evaluation",
        {"run": "412", "repeats": 40, "models": ["claude-opus-4-5", "gpt-5", "gemini-2.5-pro"]},
        19,
        cost="4.8000",
        title="Long-context comparison",
    ),
    DemoCall(
        _CONTRACTS,
        "Tom Hughes",
        "share_document",
        {"document": "Northwind.pdf", "with": "counsel@northwind.example", "until": "2026-12-31"},
        14,
        title="Supply agreement",
    ),
    DemoCall(
        _REVIEWS,
        "Tomás Rivera",
        "post_comment",
        {"repository": "gateway", "number": 87, "body": "The lock is taken twice on line 40."},
        11,
        cost="0.0040",
        title="gateway#87: retry",
    ),
    DemoCall(
        _ONBOARDING,
        "Noah Lindqvist",
        "create_workspace",
        {"customer": "Contoso", "plan": "team", "seats": 25, "api_key": "not-shown"},
        6,
        cost="0.0500",
        title="First steps",
    ),
    DemoCall(
        _HELPDESK,
        "Jonas Weber",
        "send_email",
        {"to": ["ines@example.com"], "subject": "Your parcel", "body": "It moves again. Sorry for the wait."},
        4,
        cost="0.0012",
        title="Where is parcel",
    ),
    DemoCall(
        _HELPDESK,
        "Priya Nair",
        "track_parcel",
        {"order_id": "47990"},
        2,
        title="Where is parcel",
    ),
    DemoCall(
        _HELPDESK,
        "Priya Nair",
        "lookup_order",
        {"order_id": "48213"},
        230,
        seconds=12,
        cost="0.0008",
        title="Refund for order 48213",
        end=End.COMPLETED,
        note="One filter, size M, delivered on 16 November.",
    ),
    DemoCall(
        _HELPDESK,
        "Priya Nair",
        "lookup_order",
        {"order_id": "48377"},
        205,
        seconds=31,
        cost="0.0008",
        title="Refund for order 48377",
        end=End.COMPLETED,
        note="One jacket, size L, delivered on 12 November.",
    ),
    DemoCall(
        _HELPDESK,
        "Jonas Weber",
        "set_reminder",
        {"order_id": "47102", "in_days": 3},
        180,
        cost="0.0003",
        end=End.COMPLETED,
    ),
    DemoCall(
        _REVIEWS,
        "Jonas Weber",
        "read_diff",
        {"repository": "website", "number": 1031},
        150,
        seconds=7,
        cost="0.0030",
        end=End.COMPLETED,
        note="+112 −20 in 5 files",
    ),
    DemoCall(
        _REVIEWS,
        "Jonas Weber",
        "post_comment",
        {"repository": "website", "number": 1031, "body": "Looks right. Name the index."},
        149,
        cost="0.0030",
        end=End.COMPLETED,
    ),
    DemoCall(
        _REVIEWS,
        "Tomás Rivera",
        "delete_branch",
        {"repository": "billing", "branch": "old-exports"},
        96,
        end=End.REJECTED,
        note="still in use",
    ),
    DemoCall(
        _SEARCH,
        "Noah Lindqvist",
        "web_search",
        {"query": "warranty terms in the EU", "results": 10},
        55,
        seconds=20,
        cost="0.2500",
        end=End.COMPLETED,
        note="10 pages",
    ),
    DemoCall(
        _SEARCH,
        "Noah Lindqvist",
        "web_search",
        {"query": "key rotation intervals", "results": 10},
        52,
        seconds=44,
        cost="0.2500",
        end=End.FAILED,
        note="The search engine did not answer within 30 s.",
    ),
    DemoCall(
        _HELPDESK,
        "Amina Diallo",
        "issue_refund",
        {"order_id": "46655", "amount_usd": 402, "reason": "never arrived"},
        75,
        cost="0.0020",
        end=End.COMPLETED,
        note="refunded",
    ),
    DemoCall(
        _ONBOARDING,
        "Mara Keller",
        "create_workspace",
        {"customer": "Litware", "plan": "trial", "seats": 3},
        64,
        end=End.CANCELLED,
    ),
)
