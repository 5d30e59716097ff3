"""Clients that send slowly hold no server: others are answered, and the slow ones let go."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.serving import Installation

THREADS = 4
SLOW = {
    "says nothing": b"",
    "breaks off in its first line": b"GET /health",
    "breaks off in a header": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "breaks off in its body": b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nCookie: csrftoken=" + b"a" * 32 + b"\r\n\r\nlogin=",
    "breaks off in a chunk": b"POST /api/usage HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nff\r\n{",
    "does not hang up": b"GET /healthz HTTP/1.0\r\n\r\n",
    "says nonsense": b"\x00\r\n\r\n",
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """One process of few threads, which a few clients could hold."""
    home: Path = tmp_path_factory.mktemp("slow")
    variables = {"WEB_CONCURRENCY": "1", "WEB_THREADS": str(THREADS), "WEB_PATIENCE_S": "2"}
    installation = Installation(home, BACKGROUND_WORKER="0", **variables)
    installation.run("migrate", "--verbosity", "0")
    with installation.serve():
        yield installation.port


def status_of(port: int, path: str = "/healthz") -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        client.request("GET", path)
        return client.getresponse().status


def is_let_go(client: socket.socket) -> bool:
    """Whether the server ends the connection, with an answer or without."""
    client.settimeout(30)
    try:
        while client.recv(65536):
            continue
    except ConnectionResetError:
        return True
    return True


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_others_are_answered_meanwhile(port: int, sent: bytes) -> None:
    """Three slow clients a thread; the waits of this test end in failure, not in patience."""
    with ExitStack() as open_clients:
        clients = [
            open_clients.enter_context(closing(socket.create_connection(("127.0.0.1", port))))
            for _ in range(3 * THREADS)
        ]
        for client in clients:
            client.sendall(sent)
        assert [status_of(port) for _ in range(5)] == [200] * 5
        assert all(is_let_go(client) for client in clients)
    assert status_of(port) == 200


def test_a_trickle_is_no_way_around(port: int) -> None:
    with closing(socket.create_connection(("127.0.0.1", port))) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
        client.settimeout(0.7)
        for _ in range(60):
            try:
                client.sendall(b"x")
                if not client.recv(1):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            pytest.fail("The server read a trickle for 42 seconds.")


def test_a_client_that_pauses_within_reason_is_heard(port: int) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        client.settimeout(1)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(30)
        client.sendall(b"Connection: close\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_connections_are_used_again(port: int) -> None:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        for _ in range(3):
            client.request("GET", "/healthz")
            answer = client.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)


def test_a_request_has_bounds(port: int) -> None:
    assert status_of(port, f"/healthz?{'x' * 9000}") in {400, 414}
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        client.request("GET", "/healthz", headers={f"X-{number}": "1" for number in range(70)})
        assert client.getresponse().status in {400, 431}
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        client.request("GET", "/healthz", headers={"X-Long": "x" * 9000})
        assert client.getresponse().status in {400, 431}
