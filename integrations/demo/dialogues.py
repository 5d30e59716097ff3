"""What people and agents say in the demo's conversations. Names in braces are filled from `VARIATIONS`."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Turn:
    """One message. `pause` is how long it took to come, in seconds; `parts` as chat.Message keeps them."""

    role: str
    text: str
    pause: int = 40
    parts: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation of one project; `title` and texts are templates."""

    project: str
    title: str
    turns: tuple[Turn, ...]
    tags: tuple[str, ...] = field(default=())


def tool(name: str, arguments: dict[str, Any], result: str, status: str = "completed") -> dict[str, Any]:
    return {"type": "tool_call", "name": name, "arguments": arguments, "result": result, "status": status}


def reasoning(text: str) -> dict[str, Any]:
    return {"type": "reasoning", "text": text}


DIALOGUES = (
    Dialogue(
        "Helpdesk assistant",
        "Refund for order {order}",
        (
            Turn(
                "user",
                "Hi, my order {order} came with the wrong {item} size. I would rather have my money back than "
                "a replacement. Is that possible?",
            ),
            Turn(
                "assistant",
                "I am sorry about that. Order {order} shows one {item}, size M, delivered on {date}.\n\n"
                "Which size did you order, and is the package still closed?",
                5,
                (
                    tool(
                        "lookup_order",
                        {"order_id": "{order}"},
                        '{{"item": "{item}", "size": "M", "paid_usd": {amount}}}',
                    ),
                ),
            ),
            Turn("user", "Size L. I opened it to check but never used it.", 150),
            Turn(
                "assistant",
                "Thank you. Opened but unused items with our own packing error are refunded in full. Let me "
                "check the amount you paid.",
                4,
                (
                    tool(
                        "search_policy",
                        {"query": "wrong size, refund"},
                        "Packing errors: full refund within 30 days.",
                    ),
                ),
            ),
            Turn(
                "assistant",
                "You paid ${amount}. I have asked a colleague to release the refund; it takes a moment.",
                12,
                (
                    tool(
                        "issue_refund",
                        {
                            "order_id": "{order}",
                            "amount_usd": "{amount}",
                            "reason": "wrong {item} size delivered",
                            "notify_customer": True,
                        },
                        "",
                        "pending",
                    ),
                ),
            ),
        ),
        ("refund",),
    ),
    Dialogue(
        "Helpdesk assistant",
        "Where is parcel {order}?",
        (
            Turn("user", "The tracking for {order} has not moved since {date}. Should I worry?"),
            Turn(
                "assistant",
                "The carrier scanned it on {date} in {city} and has been silent since. That happens when a "
                "trailer waits for its slot; most such parcels move again within two days.",
                6,
                (tool("track_parcel", {"order_id": "{order}"}, "Last scan: {city}, {date}, 18:04."),),
            ),
            Turn("user", "And if it does not?", 60),
            Turn(
                "assistant",
                "Then I send a new one on the third day, without you having to ask. I have set a reminder on "
                "your order.",
                5,
                (tool("set_reminder", {"order_id": "{order}", "in_days": 3}, "ok"),),
            ),
        ),
    ),
    Dialogue(
        "Contract review",
        "Supply agreement with {company}",
        (
            Turn(
                "user",
                "Compare the liability clause of the {company} agreement with our playbook. What would you push "
                "back on?",
            ),
            Turn(
                "assistant",
                "Clause 11 departs from the playbook in three places:\n\n"
                "1. The cap is 300 % of annual fees; we accept 100 %.\n"
                "2. It leaves out lost profits only for the supplier, not for us.\n"
                "3. Data breaches sit outside of the cap altogether.\n\n"
                "I would push back on 1 and 3, and ask for symmetry in 2.",
                24,
                (
                    reasoning(
                        "The playbook's section 4.2 names the cap. Clause 11.3 is one-sided; 11.5 carves out "
                        "breaches without limit."
                    ),
                    tool(
                        "read_clause",
                        {"document": "{company}.pdf", "clause": "11"},
                        "11.1 … 11.6, 1,240 words",
                    ),
                ),
            ),
            Turn("user", "Draft wording for 3.", 90),
            Turn(
                "assistant",
                "Proposed 11.5:\n\n```\nThe cap in 11.2 applies to claims from a breach of data protection "
                "duties, except where the breach was intentional. For such claims the cap is two hundred per cent "
                "of the fees paid in the twelve months before the event.\n```\n\nIt keeps an incentive and bounds "
                "the exposure.",
                18,
            ),
        ),
        ("liability",),
    ),
    Dialogue(
        "Contract review",
        "Notice periods, {company}",
        (
            Turn("user", "When is the last day to cancel the {company} lease, and how must notice be given?"),
            Turn(
                "assistant",
                "Notice must arrive six months before the end of a contract year, in writing and signed "
                "(clause 3.2). The current year ends on 30 June, so the letter must be there by 31 December.",
                15,
                (tool("read_clause", {"document": "{company}-lease.pdf", "clause": "3"}, "3.1 … 3.4"),),
            ),
            Turn("user", "Does e-mail count?", 45),
            Turn(
                "assistant",
                "No. Clause 14 defines “in writing” as a signed letter or a qualified electronic signature.",
                8,
            ),
        ),
    ),
    Dialogue(
        "Code review bot",
        "{repository}#{number}: retry on lost locks",
        (
            Turn(
                "user",
                "Review this pull request: it retries a transaction when the database reports a deadlock.",
            ),
            Turn(
                "assistant",
                "Two things to change before this is merged.\n\n"
                "The retry sits inside the transaction, so the second attempt runs on a broken connection. Put it "
                "around the block:\n\n```python\nfor attempt in range(1, ATTEMPTS + 1):\n    try:\n        with "
                "transaction.atomic():\n            return work()\n    except OperationalError as error:\n        if "
                "attempt == ATTEMPTS or not is_transient(error):\n            raise\n```\n\nAnd the pause has no "
                "jitter: two workers that collide once will collide again.",
                21,
                (
                    reasoning(
                        "The except clause is within atomic(): after a deadlock PostgreSQL aborts the transaction."
                    ),
                    tool(
                        "read_diff", {"repository": "{repository}", "number": "{number}"}, "+48 −9 in 3 files"
                    ),
                ),
            ),
            Turn("user", "Fixed both. Anything else?", 1200),
            Turn(
                "assistant",
                "The new test fails without the change and passes with it. Nothing else from me.",
                9,
                (tool("run_tests", {"path": "tests/test_retry.py"}, "4 passed"),),
            ),
        ),
        ("review",),
    ),
    Dialogue(
        "Code review bot",
        "{repository}#{number}: paginate the export",
        (
            Turn("user", "Review this pull request: it adds pages to the export endpoint."),
            Turn(
                "assistant",
                "The pages are cut by offset. While rows arrive, a reader sees some twice and others never. "
                "Use the last row's key instead: `WHERE (created_at, id) < (…)`. There is an index for it already.",
                17,
                (
                    tool(
                        "read_diff",
                        {"repository": "{repository}", "number": "{number}"},
                        "+112 −20 in 5 files",
                    ),
                ),
            ),
        ),
        ("review",),
    ),
    Dialogue(
        "Search answers",
        "How do I rotate an API key in {city}?",
        (
            Turn("user", "How do I rotate an API key without downtime for the {city} cluster?"),
            Turn(
                "assistant",
                "Make the new key first; both are valid while you roll it out (Operations handbook, section "
                "“Keys”). Deploy, watch the old key's last use stop moving, then revoke it.",
                4,
                (tool("search", {"query": "rotate api key overlap", "top": 5}, "5 passages, best 0.83"),),
            ),
            Turn("user", "How long may both be valid?", 30),
            Turn("assistant", "Seven days by default. The same page says how to change it for one key.", 3),
        ),
    ),
    Dialogue(
        "Onboarding guide",
        "First steps for {company}",
        (
            Turn("user", "We have just signed up as {company}. What should we do first?"),
            Turn(
                "assistant",
                "Three things, in this order: invite two colleagues, connect one data source, and send yourself "
                "the first report. It takes about twenty minutes. Shall I begin with the invitations?",
                3,
            ),
            Turn("user", "Yes please.", 25),
            Turn(
                "assistant",
                "Done: the invitations are on their way. Next, choose a source.",
                4,
                (tool("invite", {"company": "{company}", "seats": 2}, "2 invitations sent"),),
            ),
        ),
    ),
    Dialogue(
        "Nightly digests",
        "Incidents of {date}",
        (
            Turn(
                "system",
                "Summarise the day's incidents for the morning mail. At most six lines, worst first.",
            ),
            Turn(
                "assistant",
                "1. Checkout in {city} answered slowly from 14:02 to 14:31 (a full disk, now watched).\n"
                "2. Two failed deployments, both rolled back by themselves.\n"
                "3. No customer data was affected. Nobody is paged this morning.",
                30,
            ),
        ),
        ("digest",),
    ),
    Dialogue(
        "Research lab",
        "Long-context comparison, run {number}",
        (
            Turn(
                "user",
                "Ask each model for the third exception in the {company} annex, at 40, 80 and 120 thousand tokens.",
            ),
            Turn(
                "assistant",
                "All three found it at 40 and 80 thousand. At 120 thousand one of them named the fourth "
                "exception instead. I repeated it five times: three right, two wrong.",
                95,
                (
                    reasoning("Order effects are likely: the annex stands after the middle of the prompt."),
                    tool("run_evaluation", {"run": "{number}", "repeats": 5}, "15 calls, 13 right"),
                ),
            ),
        ),
        ("experiment",),
    ),
)

VARIATIONS = (
    {
        "order": "48213",
        "item": "filter",
        "amount": "64.90",
        "city": "Rotterdam",
        "company": "Northwind",
        "number": "412",
        "repository": "ledger",
        "date": "16 November",
    },
    {
        "order": "48377",
        "item": "jacket",
        "amount": "118.00",
        "city": "Lyon",
        "company": "Contoso",
        "number": "87",
        "repository": "gateway",
        "date": "12 November",
    },
    {
        "order": "47990",
        "item": "tent",
        "amount": "239.50",
        "city": "Gdańsk",
        "company": "Fabrikam",
        "number": "1031",
        "repository": "website",
        "date": "3 November",
    },
    {
        "order": "47102",
        "item": "lamp",
        "amount": "31.20",
        "city": "Porto",
        "company": "Tailspin",
        "number": "655",
        "repository": "mobile",
        "date": "21 October",
    },
    {
        "order": "46655",
        "item": "desk",
        "amount": "402.00",
        "city": "Turku",
        "company": "Litware",
        "number": "219",
        "repository": "billing",
        "date": "9 October",
    },
)
