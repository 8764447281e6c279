"""The client of the demo and of the crash tests: a node that was killed and started again is signed in to."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from node.demo.client import ApiClient
from node.errors import Unavailable

Answers = Callable[[int, int], bool]


@asynccontextmanager
async def node(answers: Answers) -> AsyncIterator[str]:
    """Its address; `answers` says of the nth request on the mth connection whether it is answered or broken off."""
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        mine, asked = connections, 0
        while head := await reader.read(4096):
            asked += 1
            if not answers(mine, asked):
                break
            assert head.startswith(b"POST /api/v1/sessions ")
            body = json.dumps({"token": f"token-{mine}-{asked}"}).encode()
            writer.write(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n")
            writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_a_connection_to_the_process_before_costs_no_sign_in() -> None:
    """The client may not have heard yet that the connection it kept is gone: it asks once more on a new one."""
    breaks = node(lambda connection, asked: (connection, asked) != (1, 2))
    async with breaks as url, ApiClient(url, "ana", "a password") as client:
        await client.sign_in()

        assert client._token == "token-2-1"


async def test_a_node_that_never_answers_is_said_to_be_down() -> None:
    async with node(lambda connection, asked: False) as url:
        with pytest.raises(Unavailable, match="the node does not answer; is it running"):
            async with ApiClient(url, "ana", "a password"):
                pass
