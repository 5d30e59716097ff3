"""What a policy says of a tool call, worked out from figures alone."""

from dataclasses import dataclass
from decimal import Decimal

from chat.models import AutoApprovalPolicy, Tool
from core.numbers import exact_money_text

RULE_LENGTH = 200

NO_POLICY = "No policy"
POLICY_IS_OFF = "Policy is off"
UNKNOWN_COST = "Unknown cost"
OVER_CALL_LIMIT = "Over the limit of a call"
OVER_HOURLY_LIMIT = "Over the hourly limit"
NEW_TOOL = "New tool"
NO_RULE = "No rule allows it"

_KINDS = {Tool.Risk.READ_ONLY: "read-only", Tool.Risk.LOW: "of low risk", Tool.Risk.HIGH: "of high risk"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`rule` says which rule allowed it, or why it waits: "Over the hourly limit. $4.96 of $5.00 …"."""

    is_allowed: bool
    rule: str


@dataclass(frozen=True, slots=True)
class Call:
    """What decides on a call. Costs are dollars, None where unknown; `spent` is that of the last hour."""

    tool_name: str
    risk: str
    cost: Decimal | None
    spent: Decimal | None
    is_new_tool: bool


def verdict(policy: AutoApprovalPolicy, call: Call) -> Verdict:
    """Limits first, then the rules that allow. An unknown cost is over every limit that is set."""
    waits = _limit(policy, call)
    if waits is not None:
        return Verdict(False, shortened(waits))
    rule = _allowing_rule(policy, call)
    if rule is not None:
        return Verdict(True, shortened(rule))
    kind = _KINDS[Tool.Risk(call.risk)]
    waits = f"{NO_RULE}. The tool {call.tool_name} is {kind}, and the policy does not name it."
    return Verdict(False, shortened(waits))


def shortened(words: str) -> str:
    """As much as the column for rules holds; a tool's name alone may fill it."""
    return words if len(words) <= RULE_LENGTH else f"{words[: RULE_LENGTH - 1]}…"


def _limit(policy: AutoApprovalPolicy, call: Call) -> str | None:
    """Why a call may not be approved whatever the tool; None when nothing keeps it."""
    if not policy.is_active:
        return f"{POLICY_IS_OFF}. Nothing is approved by it."
    a_call, an_hour = policy.max_cost_per_tool, policy.max_cost_per_hour
    if call.cost is None and (a_call is not None or an_hour is not None):
        return f"{UNKNOWN_COST}. The policy limits what calls cost."
    if a_call is not None and call.cost is not None and call.cost > a_call:
        return f"{OVER_CALL_LIMIT}. {exact_money_text(call.cost)} of {exact_money_text(a_call)}."
    if an_hour is not None and call.cost is not None:
        if call.spent is None:
            return f"{UNKNOWN_COST}. A call of the last hour has none, and the policy limits the hour."
        if call.spent + call.cost > an_hour:
            spent, limit = exact_money_text(call.spent), exact_money_text(an_hour)
            return f"{OVER_HOURLY_LIMIT}. {spent} of {limit} spent, {exact_money_text(call.cost)} asked for."
    if call.is_new_tool and policy.new_tools_need_approval:
        return f"{NEW_TOOL}. No call of {call.tool_name} was approved for this person yet."
    return None


def _allowing_rule(policy: AutoApprovalPolicy, call: Call) -> str | None:
    # Imported policies keep what their source had there, which is not always a list.
    if isinstance(policy.allowed_tools, list) and call.tool_name in policy.allowed_tools:
        return f"tool {call.tool_name} is named"
    if policy.allows_read_only and call.risk == Tool.Risk.READ_ONLY:
        return "read-only tools are allowed"
    if policy.allows_low_risk and call.risk == Tool.Risk.LOW:
        return "tools of low risk are allowed"
    return None
