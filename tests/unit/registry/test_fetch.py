"""What is wrong with a mirror, in words: whoever reads it set one up, and does not write programs."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from registry.errors import MirrorFailed
from registry.fetch import HttpFetch

LIMIT = 16_384


@contextmanager
def answering(sent: bytes) -> Iterator[int]:
    """The port of somebody who answers one caller with these bytes and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def once() -> None:
            caller, _ = server.accept()
            with caller:
                caller.recv(LIMIT)
                caller.sendall(sent)

        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def said(address: str) -> str:
    with closing(HttpFetch()) as fetch, pytest.raises(MirrorFailed) as failed:
        fetch(f"{address}/metadata/timestamp.json", LIMIT)
    return failed.value.message


@pytest.mark.parametrize(
    ("scheme", "sent", "says"),
    [
        ("http", b"", "it closes the connection"),
        ("http", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", "it closes the connection"),
        ("http", b"something else\r\n\r\n", "what it answers is not HTTP"),
        ("https", b"HTTP/1.1 200 OK\r\n\r\n", "TLS with it fails"),
    ],
    ids=["nothing", "half", "no http", "no tls"],
)
def test_a_mirror_that_does_not_answer_properly_is_told_in_words(scheme: str, sent: bytes, says: str):
    with answering(sent) as port:
        assert said(f"{scheme}://127.0.0.1:{port}") == f"mirror does not answer properly: {says}"


def test_a_mirror_that_is_not_there_is_told_in_words():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    assert said(f"http://127.0.0.1:{port}") == "mirror does not answer properly: connection refused"
