"""Which program and which steps of the schema a node runs with, for operators. Source: interface O9."""

from importlib import metadata

import msgspec

from node.service.actor import Actor
from node.service.context import Node
from node.store.steps import steps_of


class Version(msgspec.Struct, frozen=True):
    """The program, how many steps its database took, and the day of the last one."""

    program: str
    steps: int
    last_step: str
    taken_on: str


async def version_of(node: Node, actor: Actor) -> Version:
    """What runs here; for operators and coordinators."""
    actor.must_be("operator", "coordinator")
    taken = [one for one in await node.store.read(lambda reader: steps_of(reader.connection)) if one.at]
    return Version(metadata.version("opentrm"), len(taken), taken[-1].name, taken[-1].at[:10])
