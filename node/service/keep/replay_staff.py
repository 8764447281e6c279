"""What each note of the journal does to the staff of a restored node: who was shut out stays outside.

Each function is safe to repeat and returns whether it found something to change. Source: H08, H14; at-rest.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from node.service.context import Node
from node.service.keep import notes
from node.service.safety.distrusting import EVERY_CASE
from node.store.people import UserRow
from node.store.work import Work

NO_PASSWORD: Final = bytes(32)  # stands where the verifier of a password stood: none fits, and trying costs the same
LAST_ONE: Final = "old_password_is_back"


def _distrusted(node: Node, work: Work, one: notes.DistrustedByAll, now: int, lines: int) -> bool:
    """H14: as two people decided last; both stand in the row again."""
    stands = any((row.target, row.value) == (one.target, one.value) for row in work.distrusts.in_force())
    if stands == one.is_on:
        return False
    number = work.distrusts.propose(one.target, one.value, one.is_on, one.by[0], one.at)
    work.distrusts.decide(number, one.by[1], now)
    if one.target == "member":
        work.distrusts.shut_out(EVERY_CASE, one.value, one.is_on)
    work.audit.append(now, "node", "distrust_decided", str(number), rule="H08", outcome="on" if one.is_on else "off")
    return True


def _shut_out(node: Node, work: Work, one: notes.ShutOut, now: int, lines: int) -> bool:
    """Her sign-ins, tokens and wrapped keys go with it, as they went then."""
    user = work.people.get(one.user)
    if user is None or user.disabled_at is not None:
        return False
    work.people.disable(one.user, now)
    work.audit.append(now, "node", "user_disabled", one.user, rule="H08")
    return True


def _new_password(node: Node, work: Work, one: notes.NewPassword, now: int, lines: int) -> bool:
    """The old password opens nothing: a coordinator gives a new one. The last coordinator keeps it; a task says so."""
    user = work.people.get(one.user)
    if one.line < lines or user is None or user.disabled_at is not None or _has_none(user):
        return False
    if user.role == "coordinator" and not _others_can_come_in(work, user):
        work.tasks.add(LAST_ONE, now)
        return True
    work.people.put_keys(one.user, user.verifier[: -len(NO_PASSWORD)] + NO_PASSWORD, user.public_key)
    work.audit.append(now, "node", "password_ended", one.user, rule="H08")
    return True


def _others_can_come_in(work: Work, user: UserRow) -> bool:
    return any(
        one.role == "coordinator" and one.disabled_at is None and not _has_none(one)
        for one in work.people.all()
        if one.user_id != user.user_id
    )


def _has_none(user: UserRow) -> bool:
    return user.verifier.endswith(NO_PASSWORD)


def _token_ended(node: Node, work: Work, one: notes.TokenEnded, now: int, lines: int) -> bool:
    if not work.sessions.revoke_token(one.token, now):
        return False
    work.audit.append(now, "node", "token_revoked", one.token, rule="H08")
    return True


def _step_ended(node: Node, work: Work, one: notes.StepEnded, now: int, lines: int) -> bool:
    """The old secret and the old recovery codes let nobody in; she sets up new ones."""
    if one.line < lines or not work.credentials.drop_step(one.user):
        return False
    work.credentials.drop_codes(one.user)
    work.audit.append(now, "node", "second_step_ended", one.user, rule="H08")
    return True


def _passkey_ended(node: Node, work: Work, one: notes.PasskeyEnded, now: int, lines: int) -> bool:
    if not work.credentials.drop_passkey(one.user, one.passkey):
        return False
    work.audit.append(now, "node", "passkey_removed", one.passkey, rule="H08")
    return True


OF_STAFF: Mapping[type, Callable[[Node, Work, Any, int, int], bool]] = {
    notes.DistrustedByAll: _distrusted,
    notes.ShutOut: _shut_out,
    notes.NewPassword: _new_password,
    notes.TokenEnded: _token_ended,
    notes.StepEnded: _step_ended,
    notes.PasskeyEnded: _passkey_ended,
}
