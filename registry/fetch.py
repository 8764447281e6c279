"""Getting bytes from mirrors, which nobody trusts: caps on size and time, no redirects, nothing interpreted.

A `Fetch` takes an address and a limit and gives the bytes; nodes may bring their own (a proxy, a stick, a test).
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from node.listening import CALLS_ITSELF
from registry.errors import FileMissing, MirrorFailed

Fetch = Callable[[str, int], bytes]

READ_TIMEOUT_S: Final = 10.0
REQUEST_LIMIT_S: Final = 60.0


class HttpFetch:
    """A `Fetch` over HTTP(S) that keeps one connection per mirror; for one thread at a time."""

    def __init__(self, read_timeout_s: float = READ_TIMEOUT_S, request_limit_s: float = REQUEST_LIMIT_S) -> None:
        self._read_timeout_s = read_timeout_s
        self._request_limit_s = request_limit_s
        self._connections: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def __call__(self, url: str, max_bytes: int) -> bytes:
        """The body of a 200 answer of at most `max_bytes`; FileMissing for 404, MirrorFailed for all else."""
        parts = urlsplit(url)
        place = (parts.scheme, parts.netloc)
        connection = self._connections.get(place)
        reused = connection is not None
        try:
            return self._get(connection or self._connect(*place), parts.path, max_bytes)
        except (http.client.HTTPException, OSError) as error:
            self._drop(place)
            if not reused:
                raise MirrorFailed(f"mirror does not answer properly: {_in_words(error)}") from error
        # Crash of a kept-alive connection is ordinary: once more on a new one.
        try:
            return self._get(self._connect(*place), parts.path, max_bytes)
        except (http.client.HTTPException, OSError) as error:
            self._drop(place)
            raise MirrorFailed(f"mirror does not answer properly: {_in_words(error)}") from error

    def close(self) -> None:
        """Close every connection."""
        for place in list(self._connections):
            self._drop(place)

    def _connect(self, scheme: str, netloc: str) -> http.client.HTTPConnection:
        if scheme == "https":
            context = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                netloc, timeout=self._read_timeout_s, context=context
            )
        elif scheme == "http":
            connection = http.client.HTTPConnection(netloc, timeout=self._read_timeout_s)
        else:
            raise MirrorFailed(f"mirror address starts with {scheme!r}; expected http or https")
        self._connections[(scheme, netloc)] = connection
        return connection

    def _get(self, connection: http.client.HTTPConnection, path: str, max_bytes: int) -> bytes:
        # A read timeout alone lets a mirror send one byte at a time for ever (attack 45).
        watchdog = threading.Timer(self._request_limit_s, _cut, [connection])
        watchdog.daemon = True
        watchdog.start()
        try:
            connection.request("GET", path, headers={"Accept-Encoding": "identity", **CALLS_ITSELF})
            response = connection.getresponse()
            body = response.read(max_bytes + 1)
            if len(body) > max_bytes or not response.isclosed() or response.status != 200:
                connection.close()  # whatever is left must not be read as the next answer
        finally:
            watchdog.cancel()
        if response.status in (403, 404):
            raise FileMissing("mirror does not have this file")
        if response.status != 200:
            raise MirrorFailed(f"mirror answered {response.status}; expected 200, redirects are not followed")
        if len(body) > max_bytes:
            raise MirrorFailed(f"file is longer than the limit of {max_bytes} bytes")
        return body

    def _drop(self, place: tuple[str, str]) -> None:
        connection = self._connections.pop(place, None)
        if connection is not None:
            connection.close()


def fetch_from_folder(url: str, max_bytes: int) -> bytes:
    """A `Fetch` whose addresses are paths: a registry on a stick, or the node's own copy."""
    try:
        with open(Path(url), "rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        raise FileMissing("folder does not have this file") from None
    except OSError as error:
        raise MirrorFailed(f"folder cannot be read: {error.strerror}") from None
    if len(data) > max_bytes:
        raise MirrorFailed(f"file is longer than the limit of {max_bytes} bytes")
    return data


def _in_words(error: http.client.HTTPException | OSError) -> str:
    """What happened, for whoever set up a mirror and writes no programs."""
    known = next((words for kind, words in _WORDS if isinstance(error, kind)), None)
    return known or (getattr(error, "strerror", None) or "it cannot be reached").lower()


_WORDS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (TimeoutError, "no answer in time"),
    (ssl.SSLCertVerificationError, "its certificate does not verify"),
    (ssl.SSLError, "TLS with it fails"),
    (socket.gaierror, "nobody knows its name"),
    (http.client.RemoteDisconnected, "it closes the connection"),
    (http.client.IncompleteRead, "it closes the connection"),
    (http.client.HTTPException, "what it answers is not HTTP"),
)


def _cut(connection: http.client.HTTPConnection) -> None:
    sock = connection.sock
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(2)
