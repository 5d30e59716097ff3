"""A provider of models on loopback: OpenAI's chat completions and embeddings, Anthropic's messages.

A prompt with the word BUSY is turned away once (429) before it is answered; one with IMPOSSIBLE is never
answered (400). Neither refusal is billed.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from tests.clients import answers
from tests.clients.billing import MODELS, Bill, Model

_OF_PATH = {
    "/v1/chat/completions": "openai",
    "/v1/embeddings": "openai",
    "/v1/messages": "anthropic",
}


@dataclass(frozen=True, slots=True)
class ModelServer:
    url: str
    bill: Bill


class _Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bill = Bill()
        self._turned_away: set[str] = set()
        self._lock = Lock()

    def is_busy(self, prompt: str) -> bool:
        """True once for a prompt that says BUSY."""
        with self._lock:
            is_first = prompt not in self._turned_away
            self._turned_away.add(prompt)
        return "BUSY" in prompt and is_first


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model = MODELS.get(asked.get("model", ""))
        path = self.path.partition("?")[0]
        prompt = json.dumps(asked.get("messages", asked.get("input")))
        if model is None or _OF_PATH.get(path) != model.provider:
            self._refuse(404, "There is no such model here.")
        elif "IMPOSSIBLE" in prompt:
            self._refuse(400, "The prompt cannot be answered.")
        elif self.server.is_busy(prompt):
            self._refuse(429, "Come again.")
        else:
            self.server.bill.add(model)
            self._answer(*_answered(path, model, asked))

    def _refuse(self, status: int, message: str) -> None:
        kind = "rate_limit_error" if status == 429 else "invalid_request_error"
        error = {"type": "error", "error": {"type": kind, "message": message}}
        self._answer("application/json", json.dumps(error).encode(), status)

    def _answer(self, content_type: str, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        request_id = f"req_{secrets.token_hex(12)}"
        for name in ("request-id", "x-request-id"):
            self.send_header(name, request_id)
        if status == 429:
            self.send_header("retry-after-ms", "10")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads what is told of each request."""


def _answered(path: str, model: Model, asked: dict[str, Any]) -> tuple[str, bytes]:
    """Content type and body."""
    if asked.get("stream"):
        with_usage = bool((asked.get("stream_options") or {}).get("include_usage"))
        body = (
            answers.message_stream(model)
            if path == "/v1/messages"
            else answers.chat_completion_stream(model, with_usage=with_usage)
        )
        return "text/event-stream", body
    of_path = {
        "/v1/chat/completions": answers.chat_completion,
        "/v1/embeddings": answers.embeddings,
        "/v1/messages": answers.message,
    }
    return "application/json", json.dumps(of_path[path](model)).encode()


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """One with an empty bill, until the block ends."""
    with _Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield ModelServer(f"http://127.0.0.1:{server.server_port}", server.bill)
        finally:
            server.shutdown()
            thread.join()
