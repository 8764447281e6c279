"""The second step of a sign-in: a code by the clock (TOTP), or one of ten recovery codes. Each works once.

It adds nothing to what opens the office key: it keeps out whoever has the password alone. The secret is sealed under
the node's key with the user's row; recovery codes are kept as keyed hashes. Source: RFC 6238; at-rest, key hierarchy.
"""

import base64
import hmac
from typing import Final

import pyotp

from node.crypto.batch import Random
from node.crypto.vault import Secret, keyed_hash
from node.service.context import Node
from node.store.work import Reader, Work

STEP_S: Final = 30
AROUND: Final = (0, -1, 1)  # half minutes: clocks of telephones are not exact
DIGITS: Final = 6
SECRET_BYTES: Final = 20
CODES: Final = 10
CODE_BYTES: Final = 10  # 80 bits: nobody guesses one, whatever they try
GROUP: Final = 4


def needs_second_step(reader: Reader, user_id: str) -> bool:
    """True when a password alone lets this user in no more: codes by the clock are set up, or there is a passkey."""
    step = reader.credentials.step(user_id)
    return (step is not None and step.sealed is not None) or bool(reader.credentials.passkeys(user_id))


def passes_second_step(node: Node, pepper: bytes, work: Work, user_id: str, given: str) -> bool:
    """Whether somebody with the right password may come in; what was given is spent with this transaction."""
    if not needs_second_step(work, user_id):
        return True
    code = plain(given)
    if len(code) == DIGITS and code.isdigit():
        return _by_clock(node, work, user_id, code)
    used = bool(code) and work.credentials.use_code(user_id, code_hash(pepper, user_id, code), node.now())
    if used:
        work.audit.append(node.now(), user_id, "recovery_code_used", user_id)
    return used


def step_of(secret: bytes, code: str, now: int) -> int | None:
    """The half minute whose code this is, one before and one after included; None where it is none of them."""
    clock = pyotp.TOTP(base64.b32encode(secret).decode(), digits=DIGITS, interval=STEP_S)
    steps = (now // STEP_S + around for around in AROUND)
    return next((step for step in steps if hmac.compare_digest(clock.generate_otp(step), code)), None)


def code_by_the_clock(text: str, now: int) -> str | None:
    """The code of this half minute for a secret as its page shows it; None for a text that is none."""
    try:
        base64.b32decode(text)
    except ValueError:
        return None
    return pyotp.TOTP(text, digits=DIGITS, interval=STEP_S).generate_otp(now // STEP_S) if text else None


def new_codes(random: Random) -> list[str]:
    """Ten recovery codes as they are printed: `abcd-efgh-ijkl-mnop`."""
    return [spoken(random(CODE_BYTES)) for _ in range(CODES)]


def spoken(data: bytes) -> str:
    """Random bytes as small letters and digits in groups of four, without those that look alike in base32."""
    text = base64.b32encode(data).decode().lower()
    return "-".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def plain(given: str) -> str:
    """A code as typed, without blanks and dashes, in small letters."""
    return "".join(one for one in given.lower() if one.isascii() and one.isalnum())[:64]


def code_hash(pepper: bytes, user_id: str, code: str) -> bytes:
    """What is kept of a recovery code."""
    return keyed_hash(Secret(pepper), b"recovery\0" + user_id.encode() + b"\0" + plain(code).encode())


def seal_secret(node: Node, user_id: str, secret: bytes) -> bytes:
    """The secret of codes by the clock, for this user's row alone."""
    return node.seals.seal(node.seals.node_key(), "second_step", user_id, secret)


def open_secret(node: Node, user_id: str, sealed: bytes) -> bytes:
    """The secret again."""
    return node.seals.open(node.seals.node_key(), "second_step", user_id, sealed)


def _by_clock(node: Node, work: Work, user_id: str, code: str) -> bool:
    row = work.credentials.step(user_id)
    if row is None or row.sealed is None:
        return False
    step = step_of(open_secret(node, user_id, row.sealed), code, node.now())
    # A code is spent when it is used: whoever saw it over a shoulder comes half a minute too late.
    return step is not None and work.credentials.use_step(user_id, step)
