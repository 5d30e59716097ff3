"""Asking other servers: only where one may, only as long and as much as one will."""

import ast
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from core.outgoing.addresses import RefusedAddressError
from core.outgoing.fetching import UnansweredError, fetch
from tests.architecture.house import APPS, ROOT

Script = Callable[[socket.socket, str], None]


class Listener:
    """A server on the loopback that answers as its script says, and keeps what it was asked."""

    def __init__(self, script: Script) -> None:
        self.asked: list[str] = []
        self._script = script
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._socket.accept()
                with peer, suppress(OSError):
                    request = peer.recv(65536).decode("latin-1")
                    self.asked.append(request)
                    self._script(peer, request)

    def close(self) -> None:
        self._socket.close()

    def at(self, host: str = "models.example.com", path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"


def answering(status: str, *headers: str, body: bytes = b"") -> Script:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return lambda peer, request: peer.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


@contextmanager
def listening(script: Script) -> Iterator[Listener]:
    listener = Listener(script)
    try:
        yield listener
    finally:
        listener.close()


@pytest.fixture
def own_network(settings: Any) -> None:
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.1/32"]


Names = Callable[[dict[str, list[list[str]]]], list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Lets names mean addresses, a list for each look, the last for ever; gives what was looked up."""
    real = socket.getaddrinfo

    def mean(given: dict[str, list[list[str]]]) -> list[str]:
        looked: list[str] = []

        def getaddrinfo(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
            if host not in given:
                return real(host, port, *rest, **options)
            looked.append(host)
            answers = given[host]
            numbers = answers.pop(0) if len(answers) > 1 else answers[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return looked

    return mean


@pytest.mark.usefixtures("own_network")
def test_an_answer_comes_whole(names: Names) -> None:
    names({"models.example.com": [["127.0.0.1"]]})
    with listening(answering("404 Not Found", "X-Told: yes", body=b"nothing")) as server:
        answer = fetch("POST", server.at(path="/v1"), headers={"Authorization": "Bearer k"}, content=b"{}")
    assert (answer.status, answer.headers["x-told"], answer.content) == (404, "yes", b"nothing")
    [asked] = server.asked
    assert asked.startswith("POST /v1 HTTP/1.1\r\n")
    assert "authorization: bearer k" in asked.lower()
    assert "accept-encoding: identity" in asked.lower()


@pytest.mark.parametrize(
    "numbers",
    [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254"], ["10.0.0.1"], ["::ffff:127.0.0.1"]],
)
def test_a_name_of_a_closed_address_is_not_asked(names: Names, numbers: list[str]) -> None:
    names({"models.example.com": [numbers]})
    with (
        listening(answering("200 OK")) as server,
        pytest.raises(RefusedAddressError, match="private network"),
    ):
        fetch("GET", server.at().replace("http:", "https:"))
    assert server.asked == []


def test_a_name_that_changes_its_meaning_leads_where_it_was_judged(
    names: Names, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the name is looked up once, and the number connected to is the one that was judged."""
    looked = names({"models.example.com": [["127.0.0.9"], ["127.0.0.1"]]})
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.9/32"]
    connected: list[Any] = []

    def connect(address: Any, *rest: Any, **options: Any) -> Any:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(UnansweredError):
        fetch("GET", "http://models.example.com:8000/")
    assert (looked, connected) == (["models.example.com"], [("127.0.0.9", 8000)])


def test_plain_http_does_not_leave_ones_own_networks(names: Names) -> None:
    names({"models.example.com": [["8.8.8.8"]]})
    with pytest.raises(RefusedAddressError, match="use https"):
        fetch("GET", "http://models.example.com/")


@pytest.mark.usefixtures("own_network")
def test_redirects_stay_with_the_host(names: Names) -> None:
    names({name: [["127.0.0.1"]] for name in ("models.example.com", "other.example.com")})

    def script(peer: socket.socket, request: str) -> None:
        path = request.split(" ")[1]
        if path == "/done":
            return answering("200 OK", body=b"there")(peer, request)
        to = {"/start": "/done", "/away": server.at("other.example.com"), "/in": "http://10.0.0.1/"}
        target = to.get(path, "javascript:alert(1)" if path == "/code" else "/loop")
        return answering("302 Found", f"Location: {target}")(peer, request)

    with listening(script) as server:
        assert fetch("GET", server.at(path="/start")).content == b"there"
        for path in ("/away", "/in"):
            with pytest.raises(RefusedAddressError):
                fetch("GET", server.at(path=path))
        with pytest.raises(UnansweredError):
            fetch("GET", server.at(path="/code"))
        server.asked.clear()
        with pytest.raises(UnansweredError, match="more than 3 times"):
            fetch("GET", server.at(path="/loop"))
        assert len(server.asked) == 4
        server.asked.clear()
        assert fetch("POST", server.at(path="/start"), content=b"secret").status == 302
        assert len(server.asked) == 1


@pytest.mark.usefixtures("own_network")
def test_time_is_bounded_for_what_trickles(names: Names) -> None:
    names({"models.example.com": [["127.0.0.1"]]})

    def trickle(peer: socket.socket, request: str) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            peer.sendall(b"x")
            time.sleep(0.05)

    with listening(trickle) as server, pytest.raises(UnansweredError, match="too long"):
        fetch("GET", server.at(), timeout_s=0.5)


@pytest.mark.usefixtures("own_network")
def test_size_is_bounded(names: Names) -> None:
    names({"models.example.com": [["127.0.0.1"]]})

    def endless(peer: socket.socket, request: str) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.sendall(b"x" * 65536)

    with listening(endless) as server, pytest.raises(UnansweredError, match="more than 1,000 bytes"):
        fetch("GET", server.at(), most_bytes=1000)
    packed = answering("200 OK", "Content-Encoding: gzip", body=b"\x1f\x8b")
    with listening(packed) as server, pytest.raises(UnansweredError, match="packed"):
        fetch("GET", server.at())


@pytest.mark.usefixtures("own_network")
def test_the_environment_has_no_say(names: Names, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    names({"models.example.com": [["127.0.0.1"]]})
    (tmp_path / "netrc").write_text("machine models.example.com login me password planted-password\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with listening(answering("200 OK")) as proxy, listening(answering("200 OK", body=b"itself")) as server:
        for variable in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
        assert fetch("GET", server.at()).content == b"itself"
    assert proxy.asked == []
    assert "authorization" not in server.asked[0].lower()


@pytest.mark.usefixtures("own_network")
def test_a_certificate_is_asked_for_the_name(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    names({"models.example.com": [["127.0.0.1"]]})
    seen: list[tuple[bool, Any]] = []
    wrap = ssl.SSLContext.wrap_socket

    def wrap_socket(context: ssl.SSLContext, *args: Any, **options: Any) -> Any:
        seen.append((context.check_hostname, options.get("server_hostname")))
        return wrap(context, *args, **options)

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", wrap_socket)
    with listening(answering("200 OK")) as server, pytest.raises(UnansweredError):
        fetch("GET", server.at().replace("http:", "https:"))
    assert seen == [(True, "models.example.com")]


def test_what_was_not_answered_tells_no_secret(names: Names) -> None:
    names({"models.example.com": [[]]})
    with pytest.raises(UnansweredError) as failed:
        fetch("GET", "https://models.example.com/?key=planted", headers={"Authorization": "planted"})
    assert "planted" not in str(failed.value)


def test_there_is_no_other_way_out() -> None:
    """Modules that speak HTTP stand in core/outgoing alone."""
    clients = {"httpx", "httpcore", "requests", "urllib3", "aiohttp", "http.client", "urllib.request"}
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    modules = {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    modules = {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
                else:
                    continue
                if modules & clients:
                    found.add(str(path.relative_to(ROOT)))
    assert {path for path in found if not path.startswith("core/outgoing/")} == set()
    assert found
