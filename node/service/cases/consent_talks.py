"""Who interpreted a talk about consent and who witnessed it: names of our side, kept so that she can be asked again.

Sealed to the office like a name of hers: writing needs its public half alone, reading needs a sign-in that opens names
and a reason, and is logged. No letter has a field for them, so none of it travels; they go with the consent or with
her. Source: interface C5; practice H17; at-rest, office vault; R24, R26.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from node.errors import BadInput, NotAllowed, NotFound
from node.protocol.consent.record import BEFORE_A_WITNESS, Method, Present, WitnessRole
from node.protocol.gate.desk import may_open_identity
from node.protocol.letters.scalars import Language
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.identity import must_hold
from node.service.context import Node
from node.service.scans.places import SCAN_VERSION, talk_place
from node.service.threads.book import Book, OpenCase
from node.store.consent_talks import ConsentTalkRow
from node.store.work import Reader, Work

TABLE: Final = "consent_talk"
WITNESS: Final[Present] = "witness"
SHUT: Final = ("interpreter_name", "interpreter_language", "witness_name", "witness_role")

Name = Annotated[str, Meta(min_length=1, max_length=200)]


class TalkView(msgspec.Struct, frozen=True, kw_only=True):
    """Who helped in the talk. `interpreter_language`: what they spoke with her; empty where nobody wrote it down."""

    interpreter_name: str | None = None
    interpreter_language: Language | None = None
    witness_name: str | None = None
    witness_role: WitnessRole | None = None


def must_name_a_witness(method: Method, talk: TalkView) -> None:
    """BadInput where a word that is nowhere on paper has no witness with a name and a role. Source: C5."""
    if method not in BEFORE_A_WITNESS or (talk.witness_name and talk.witness_role):
        return
    field = "witness_role" if talk.witness_name else "witness_name"
    raise BadInput(
        "no witness is named for a spoken consent", field=field, rule="H17",
        for_user="Write down who heard it, and what they are to her.",
    )  # fmt: skip


def in_the_room(present: tuple[Present, ...], talk: TalkView) -> tuple[Present, ...]:
    """Who was present, whoever witnessed it among them."""
    return (*present, WITNESS) if talk.witness_name and WITNESS not in present else present


def keep_talk(node: Node, work: Work, case: OpenCase, consent_id: str, talk: TalkView) -> None:
    """Seal who helped, inside the transaction that records the consent; nothing where nobody is named."""
    if talk == TalkView():
        return
    place = talk_place(case.id, consent_id)
    dek, wrapped = node.seals.new_identity_key(place, case.row.dek, SCAN_VERSION, node.office_public)
    sealed = node.seals.seal(dek, TABLE, place, msgspec.json.encode(talk))
    work.consent_talks.add(ConsentTalkRow(consent_id, case.id, wrapped, sealed))


async def has_talk(node: Node, actor: Actor, case_id: str, consent_id: str) -> bool:
    """Whether somebody is named with a consent; who, stays shut."""

    def read(reader: Reader) -> bool:
        may_work_on(reader, actor, case_id)
        return reader.consent_talks.get(case_id, consent_id) is not None

    return await node.store.read(read)


async def open_talk(node: Node, actor: Actor, case_id: str, consent_id: str, reason: str) -> TalkView:
    """Who helped, for one of the reasons for names; who and why is on the disk before it is shown (R24)."""
    actor.must_be("caseworker", "coordinator")

    def read(work: Work) -> TalkView:
        may_work_on(work, actor, case_id)
        Book(node, work).case(case_id)
        row = work.consent_talks.get(case_id, consent_id)
        if row is None:
            raise NotFound("nobody is named with this consent", field="consent")
        refused = may_open_identity(reason, actor.user_id)
        if refused is not None:
            raise NotAllowed(refused.sentence, rule=refused.rule, for_user=f"{refused.sentence}: {refused.next_step}")
        place = talk_place(case_id, consent_id)
        dek = node.seals.identity_key(place, SCAN_VERSION, row.dek, must_hold(actor.office))
        work.audit.append(node.now(), actor.user_id, "talk_opened", case_id, rule="R24", outcome=reason)
        return msgspec.json.decode(node.seals.open(dek, TABLE, place, row.sealed), type=TalkView)

    return await node.store.write(read)
