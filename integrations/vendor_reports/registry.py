"""The reports that can be loaded, by the name that the command takes."""

from integrations.vendor_reports import anthropic_cost, anthropic_usage, openai_costs, openai_usage
from integrations.vendor_reports.line import VendorReport

REPORTS: dict[str, VendorReport] = {
    report.kind: report
    for report in (openai_usage.REPORT, openai_costs.REPORT, anthropic_usage.REPORT, anthropic_cost.REPORT)
}
