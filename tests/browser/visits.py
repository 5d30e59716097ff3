"""A visit to a page in Chromium, and what went wrong in it."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

_LISTEN_FOR_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  const where = `${event.sourceFile}:${event.lineNumber}`;
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${where}`);
});
"""
_BLANK_CHARTS = """
() => [...document.querySelectorAll("canvas[data-chart]")].filter((canvas) => {
  if (!canvas.width || !canvas.height) return true;
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return !pixels.some((value) => value !== 0);
}).map((canvas) => canvas.dataset.chart)
"""
_OVERFLOWING = """
() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
}
"""


@dataclass
class Visit:
    """Watches `page` from its making. `troubles()` lists what a reader would call broken."""

    page: Page
    server_url: str
    _seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_LISTEN_FOR_VIOLATIONS)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._seen.append(f"error in a script: {error}"))
        self.page.on("requestfailed", self._on_failure)
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    def open(self, path: str) -> Response:
        """Load `path` and let its scripts draw."""
        response = self.page.goto(f"{self.server_url}{path}", wait_until="networkidle")
        assert response is not None
        return response

    def forget(self) -> None:
        """Begin anew: what was seen so far belongs to pages before."""
        self._seen.clear()

    def troubles(self) -> list[str]:
        violations = [f"against the CSP: {text}" for text in self.page.evaluate("() => window.violations")]
        blank = [f"chart not drawn: {chart}" for chart in self.page.evaluate(_BLANK_CHARTS)]
        wide = [f"wider than the window: {element}" for element in self.page.evaluate(_OVERFLOWING)]
        return [*self._seen, *violations, *blank, *wide]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._seen.append(f"console {message.type}: {message.text} {message.location['url']}")

    def _on_failure(self, request: Request) -> None:
        self._seen.append(f"request failed: {request.url} {request.failure}")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and not request.url.startswith(self.server_url):
            self._seen.append(f"request to another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self._seen.append(f"{response.status}: {response.url}")
