"""Bodies without Content-Length, which exporters written in JavaScript send, through the server that we ship.

Django takes them for empty, and an empty body is a valid delivery of nothing.
"""

import gzip
import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from integrations.otlp.decoding import JSON, PROTOBUF
from tests.integrations.doors.telemetry import as_json, call, traces
from tests.serving import Installation


@dataclass(frozen=True, slots=True)
class Server:
    """A running installation with an ingest key."""

    home: Path
    port: int
    key: str

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=30)

    def calls(self) -> set[str]:
        """The response ids of what is committed."""
        with closing(sqlite3.connect(self.home / "countinghouse.sqlite3")) as database:
            return {row[0] for row in database.execute("SELECT response_id FROM billing_tokenusage")}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    installation = Installation(tmp_path_factory.mktemp("installation"), BACKGROUND_WORKER="0")
    installation.run("migrate", "--verbosity", "0")
    made = installation.run("create_ingest_key", "--project", "Shop", "--create-project", "--format", "json")
    with installation.serve():
        yield Server(installation.home, installation.port, json.loads(made)["key"])


def post(
    connection: HTTPConnection, key: str, body: bytes, content_type: str, **headers: str
) -> HTTPResponse:
    """In chunks of some bytes each, as a stream is sent."""
    sent = {"Authorization": f"Bearer {key}", "Content-Type": content_type, **headers}
    chunks = (body[at : at + 500] for at in range(0, len(body), 500))
    connection.request("POST", "/v1/traces", chunks, sent, encode_chunked=True)
    return connection.getresponse()


def test_chunked_bodies_are_read_whole(server: Server) -> None:
    """One behind the other on one connection: each is read to its end, and no further."""
    plain = json.dumps(as_json(traces(*map(call, range(1, 101))))).encode()
    packed = gzip.compress(traces(*map(call, range(101, 201))).SerializeToString())
    with closing(server.connect()) as connection:
        for body, content_type, headers in (
            (plain, JSON, {"Transfer-Encoding": "chunked"}),
            (packed, PROTOBUF, {"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"}),
        ):
            answer = post(connection, server.key, body, content_type, **headers)
            told = answer.read()
            assert (answer.status, told) == (200, b"{}" if content_type == JSON else b"")
    assert server.calls() >= {f"chatcmpl-{number}" for number in range(1, 201)}


def test_a_chunked_body_that_is_cut_off_is_refused(server: Server) -> None:
    body = traces(call(301), call(302)).SerializeToString()
    head = (
        f"POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.key}\r\n"
        f"Content-Type: {PROTOBUF}\r\nTransfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(head.encode() + body[: len(body) // 2])
        connection.shutdown(socket.SHUT_WR)
        answer = HTTPResponse(connection)
        answer.begin()
        assert (answer.status, b"cut off" in answer.read()) == (400, True)
    assert server.calls().isdisjoint({"chatcmpl-301", "chatcmpl-302"})


def test_a_wrong_key_is_refused_before_the_body_is_read(server: Server) -> None:
    with closing(server.connect()) as connection:
        body = traces(call(401)).SerializeToString()
        answer = post(connection, "chk_wrong", body, PROTOBUF, **{"Transfer-Encoding": "chunked"})
        assert answer.status == 401
    assert "chatcmpl-401" not in server.calls()
