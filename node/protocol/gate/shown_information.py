"""What letters of information, identity, identification support and rights show by themselves: row 13 on content.

Both sides run it, like `shown`, and it looks at nothing but the letter. Source: domain 1.5, 5.8, 5.9; R03, R04, R11,
R33; practice H31.
"""

from collections.abc import Iterator

from node.protocol.gate.facts import ThreadFacts
from node.protocol.letters.bodies import Body, DataItem
from node.protocol.letters.bodies_information import AskAnswerBody, AskBody
from node.protocol.letters.bodies_return import IdentityRequestBody
from node.protocol.letters.bodies_rights import ComplaintAnswerBody, ComplaintOpenBody, RectificationBody
from node.protocol.letters.codes import NOT_IN_DATA_NEEDED, reason_of
from node.protocol.letters.codes_information import FACTS_FOR, IS_SHE_YOURS, NEUTRAL
from node.protocol.letters.fields import SEALED_TO_A_HOLDER
from node.protocol.letters.frame import Letter
from node.protocol.rules import Objection

NEUTRAL_ONLY = "answer that there is no information to share; it looks the same from there"
CARRIES_NOBODY = ("ident.", "access.", "breach.", "complaint.", "info.response")


def about_questions(letter: Letter[Body]) -> Iterator[Objection]:
    """Objections to what these letters say; nothing for letters of other matters."""
    body = letter.body
    if letter.kind.startswith(CARRIES_NOBODY):
        yield from _names_nobody(letter)
    if isinstance(body, AskBody):
        yield from _question(letter, body)
    elif isinstance(body, IdentityRequestBody):
        yield from _unadvised(body)
    elif isinstance(body, RectificationBody):
        yield from _correction(letter)
    elif isinstance(body, ComplaintOpenBody):
        yield from _complaint(letter, body)
    elif isinstance(body, ComplaintAnswerBody) and not body.independent:
        yield _no("R33", "the complaint was answered by those it is about", "have an independent body answer")


def answered_without_her(letter: Letter[Body], shared: ThreadFacts, at: int) -> Iterator[Objection]:
    """R20, R22: no answer but the neutral one is told once she took back, or it ended, what the question rests on.

    By what its writer knew; `at` in UTC seconds. The neutral answer passes always: its absence would tell (R27). What
    a country's law says is told of nobody, so that no end keeps it back.
    """
    body = letter.body
    if not isinstance(body, AskAnswerBody) or body.answer == NEUTRAL:
        return
    if any(gone.known_to(letter.sender_role, letter.n, letter.seen) for gone in shared.withdrawn):
        yield _no("R20", "she took her consent to this question back", NEUTRAL_ONLY)
    elif not body.findings and any(entry.until <= at for entry in shared.entries):
        yield _no("R22", "her consent to this question has ended", NEUTRAL_ONLY)


def beyond_the_question(letter: Letter[Body], item: DataItem) -> Objection | None:
    """R04: a question carries the facts that have to be checked for its purpose, and no others."""
    if isinstance(letter.body, AskBody) and item.field not in FACTS_FOR[letter.body.purpose]:
        return _no("R04", "a fact that this question does not need", "leave it out", NOT_IN_DATA_NEEDED)
    return None


def _names_nobody(letter: Letter[Body]) -> Iterator[Objection]:
    if letter.disclosed or letter.attachments or letter.sealed_identity is not None:
        yield _no("R03", "a letter that names nobody carries identity", "say it in codes")


def _question(letter: Letter[Body], body: AskBody) -> Iterator[Objection]:
    # 1. nobody asks "is she yours?" unadvised
    if body.purpose in IS_SHE_YOURS:
        yield from _unadvised(body)
    # 2. a consulate only to verify identity
    if body.consular and body.purpose not in IS_SHE_YOURS:
        yield _no("R11", "a consulate would be asked something else", "only identity may be verified there")
    # 3. family is not looked for against her word
    if body.purpose == "family_tracing" and "no_contact_family" in letter.handling:
        yield _no("R15", "her family must not be contacted", "do not ask for it")
    # 4. the fewest facts, and at least one of them where the question is about her
    if FACTS_FOR[body.purpose] and not letter.disclosed:
        yield _no("R04", "a question about a person without a fact to check", "name the facts to be checked")


def _unadvised(body: AskBody | IdentityRequestBody) -> Iterator[Objection]:
    """H31: the letter itself says that a lawyer looked; without it no state is asked whether she is its own."""
    if not body.counsel_heard:
        yield _no("H31", "no lawyer looked at statelessness and asylum", "have an independent lawyer look first")


def _correction(letter: Letter[Body]) -> Iterator[Objection]:
    if not letter.disclosed:
        yield _no("R33", "a correction without a field", "name every field that is corrected")
    sealed = letter.sealed_identity is not None
    if any(item.level in SEALED_TO_A_HOLDER for item in letter.disclosed) and not sealed:
        yield _no("H13", "a corrected name is not sealed", "seal it to the office that had the first")


def _complaint(letter: Letter[Body], body: ComplaintOpenBody) -> Iterator[Objection]:
    if body.letters and letter.relates_to is None:
        yield _no("R33", "a complaint about letters does not say of which thread", "name the thread it is about")


def _no(rule: str, sentence: str, next_step: str, reason: int | None = None) -> Objection:
    return Objection(rule, sentence, next_step, effect="cancel", reason=reason_of(rule) if reason is None else reason)
