"""Before "yes, she is ours" leaves: whether a case here has a name like hers and may not be spoken of to that country.

The answer may come from a register, with no case named; she may be known here all the same, and fear who asks. Names
are compared in memory, for whoever has them open; which case it was is shown to nobody. Source: R10, R27; H31.
"""

from typing import Final

from node.service.actor import Actor
from node.service.context import Node
from node.service.finding.names import Names
from node.service.finding.search import read_names
from node.service.information import answers
from node.service.information.answers import AnyAnswer, Confirm
from node.service.staff.callers import Caller
from node.service.staff.sign_in import Staff
from node.service.threads.acts import open_for
from node.service.threads.commands import ActDone
from node.store.work import Reader

ALIKE_FROM: Final = 90  # of a hundred: another spelling of the same name, and few of other names


async def answer(staff: Staff, caller: Caller, thread_id: str, command: AnyAnswer) -> ActDone:
    """Answer as `answers.answer` does, having looked through the names here where no case is named (R10, R27)."""
    node, actor = staff.node, caller.actor
    alike = None
    if isinstance(command, Confirm) and command.case is None:
        actor.must_be("caseworker", "coordinator")
        alike = await _alike(node, staff.offices.names, actor, thread_id)
    return await answers.answer(node, actor, thread_id, command, alike)


async def _alike(node: Node, names: Names, actor: Actor, thread_id: str) -> tuple[str, ...] | None:
    """Every other case here with a whole name like one that the question sealed to us; None while names are shut."""
    if actor.office is None:
        return None
    await read_names(node, names, actor.office)
    if not names.is_complete:
        return None

    def find(reader: Reader) -> tuple[str, ...]:
        asked = open_for(node, reader, actor, thread_id).row.case_id
        told = [name for known in names.of(asked) for name in known.names]
        whole = [name for name in told if " " in name.letters]  # a given name alone fits many women
        found = (one for one in names.like(whole or told) if one.alike is not None and one.alike.score >= ALIKE_FROM)
        return tuple(dict.fromkeys(one.case_id for one in found if one.case_id != asked))

    return await node.store.read(find)
