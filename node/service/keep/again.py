"""Erasing one person of a family again after a restore, in two steps, because nobody has signed in yet.

At the restore everything of her goes but the names, which stand beside those of the others under the office key; they
are shown to nobody. The first sign-in that reads names puts those of the others in order, and the old ones are
destroyed. Source: H08, H26; wire 11.
"""

from typing import Any

import msgspec

from node.crypto.errors import OpenFailed
from node.crypto.suite import KemKey
from node.errors import OpenTRMError
from node.log import get
from node.protocol.letters.frame import Letter
from node.service.cases.identity import ReceivedBlock, open_block_of, read_versions
from node.service.context import Node
from node.service.keep.forget import change_key, destroy_spent
from node.service.keep.one_person import Names, forget_facts, lay_under, names_left
from node.service.threads.book import Book, OpenCase
from node.service.threads.erasure import empty_log
from node.store.keep import SEALED
from node.store.tasks import TaskRow
from node.store.work import Reader, Work

log = get()
NAMES_WAIT = "names_to_put_in_order"
_TASKS = next(one for one in SEALED if one.table == "task")


class KeptBlock(msgspec.Struct, frozen=True):
    """A block of a letter that is gone, and whose each token is that it may name and that is still in the case."""

    block: ReceivedBlock
    others: dict[str, str]


class Waiting(msgspec.Struct, frozen=True):
    """What a sign-in has to put in order; sealed in its task."""

    gone: tuple[str, ...] = ()
    blocks: tuple[KeptBlock, ...] = ()


def erase_again(node: Node, work: Work, case: OpenCase, person_id: str, now: int) -> None:
    """Destroy everything of one person that no sign-in is needed for, and let the rest wait, shown to nobody."""
    _, before = _waiting(node, work, case)  # looked at first: what it keeps may name her, and goes with her
    blocks = list(before.blocks)

    def keep(peer: str, letter: "Letter[Any]", others: dict[str, str]) -> None:
        if others and letter.sealed_identity is not None:
            block = ReceivedBlock(
                peer, node.country, letter.thread, letter.letter_id, letter.kind, letter.sealed_identity
            )
            blocks.append(KeptBlock(block, others))

    case = forget_facts(node, work, case, person_id, keep, now)
    known = {person.person_id for person in case.case.persons}
    left = tuple(
        KeptBlock(one.block, {token: who for token, who in one.others.items() if who in known}) for one in blocks
    )
    if left or any(row.sealed is not None for row in work.cases.identities(case.id)):
        _let_wait(node, work, case, Waiting((*before.gone, person_id), left), now)
    change_key(node, work, case.id, now, now)
    work.audit.append(now, "node", "person_erased", case.id, rule="H08")


async def put_names_in_order(node: Node, office: KemKey, by: str) -> None:
    """With an open office: what an erasure after a restore left waiting is ended now. Safe to repeat."""
    if not (cases := await node.store.read(_cases_waiting)):
        return
    for case_id in cases:
        try:
            await node.store.write(lambda work, one=case_id: _in_order(node, work, one, office, by))  # type: ignore[misc]
        except (OpenTRMError, OpenFailed) as error:  # nobody is kept from signing in by one case
            log.error("names_not_in_order", error=error)
    await destroy_spent(node)
    await empty_log(node)


def _in_order(node: Node, work: Work, case_id: str, office: KemKey, by: str) -> None:
    row, now = work.cases.get(case_id), node.now()
    if row is None or row.dek is None:
        return
    case = Book(node, work).case(case_id)
    task, waiting = _waiting(node, work, case)
    if task is None:
        return
    names: Names = {who: {**named} for who, named in read_versions(node, work, case, office).items()}
    for one in waiting.blocks:
        try:
            lay_under(names, open_block_of(one.block, office), one.others)
        except OpenTRMError as error:  # of another letter, or for an office that is gone: its names go with hers
            log.warning("block_not_opened", error=error)
    names_left(node, work, case, names, waiting.gone, now)
    work.tasks.done(task.id, by, now)
    work.sealed_rows.forget_task(task.id)
    change_key(node, work, case_id, now, now)
    work.audit.append(now, by, "names_put_in_order", case_id, rule="H08")


def _waiting(node: Node, reader: Reader, case: OpenCase) -> tuple[TaskRow | None, Waiting]:
    for task in reader.tasks.of_case(case.id, NAMES_WAIT):
        return task, node.seals.open_as(Waiting, case.dek, "task", case.id, task.sealed)
    return None, Waiting()


def _let_wait(node: Node, work: Work, case: OpenCase, waiting: Waiting, now: int) -> None:
    sealed = node.seals.seal(case.dek, "task", case.id, waiting)
    for task in work.tasks.of_case(case.id, NAMES_WAIT):
        work.sealed_rows.put(_TASKS, (task.id,), sealed)
        return
    work.tasks.add(NAMES_WAIT, now, case_id=case.id, sealed=sealed)


def _cases_waiting(reader: Reader) -> list[str]:
    return reader.tasks.cases_with(NAMES_WAIT)
