"""Staff wraps and recovery sheets: who can reach the office key, and who cannot."""

import itertools
import os
from dataclasses import replace

import pytest

from node.crypto import recovery, staff
from node.crypto.batch import Random
from node.crypto.errors import BadSheet, OpenFailed
from node.crypto.staff import WrapBinding
from node.crypto.suite import KemKey
from node.crypto.vault import SMALLEST, Secret, stretch
from tests.vectors_support import OFFICES, seed

OFFICE_SEED = seed("XA office")
USER_SEED, PEPPER = seed("a user"), seed("a pepper")
BINDING = WrapBinding("user 1", "password", OFFICES["XA"].office_kid, 1)
WORD = stretch("a long invented password", seed("salt", 16), SMALLEST)
OTHER_WORD = stretch("another", seed("salt", 16), SMALLEST)


def test_a_password_opens_the_user_key_and_that_opens_the_office() -> None:
    """Key hierarchy: password -> wrap key -> user pair -> office key, all in the memory of one sign-in."""
    wrapped = staff.wrap_user_seed(USER_SEED, WORD, PEPPER, BINDING, os.urandom)
    sealed = staff.seal_office_seed(OFFICE_SEED, KemKey(USER_SEED).public, BINDING)

    user = staff.unwrap_user_key(wrapped, WORD, PEPPER, BINDING)
    office = staff.open_office_seed(sealed, user, BINDING)

    assert office.public == OFFICES["XA"].public


@pytest.mark.parametrize(
    ("word", "pepper", "binding"),
    [
        (OTHER_WORD, PEPPER, BINDING),
        (WORD, seed("another pepper"), BINDING),
        (WORD, PEPPER, replace(BINDING, user="user 2")),
        (WORD, PEPPER, replace(BINDING, credential="passkey")),
        (WORD, PEPPER, replace(BINDING, office_kid=OFFICES["XT"].office_kid)),
        (WORD, PEPPER, replace(BINDING, generation=2)),
    ],
    ids=["password", "pepper", "user", "credential", "office", "generation"],
)
def test_a_wrap_opens_for_nobody_else(word: Secret, pepper: bytes, binding: WrapBinding) -> None:
    """Key hierarchy: a copied database without the pepper allows no guessing; an old wrap does not return."""
    wrapped = staff.wrap_user_seed(USER_SEED, WORD, PEPPER, BINDING, os.urandom)

    with pytest.raises(OpenFailed):
        staff.unwrap_user_key(wrapped, word, pepper, binding)


def test_a_sealed_office_seed_opens_for_its_user_and_binding_only() -> None:
    """Key hierarchy: a disabled user's copy is of an older generation, and another user's key does not fit."""
    sealed = staff.seal_office_seed(OFFICE_SEED, KemKey(USER_SEED).public, BINDING)

    with pytest.raises(OpenFailed):
        staff.open_office_seed(sealed, KemKey(seed("another user")), BINDING)
    for other in (replace(BINDING, generation=2), replace(BINDING, user="user 2")):
        with pytest.raises(OpenFailed):
            staff.open_office_seed(sealed, KemKey(USER_SEED), other)


def test_a_seed_of_another_office_key_is_noticed() -> None:
    """A coordinator's mistake, or an attack, must not make a user write to a key that is not in the record."""
    sealed = staff.seal_office_seed(seed("not the office"), KemKey(USER_SEED).public, BINDING)

    with pytest.raises(OpenFailed, match="not that of the office key"):
        staff.open_office_seed(sealed, KemKey(USER_SEED), BINDING)


def test_the_login_verifier_knows_the_password_but_not_the_wrap_key() -> None:
    """Key hierarchy: both are outputs of one Argon2id, and neither gives the other."""
    verifier = staff.login_verifier(WORD, PEPPER, "user 1")
    wrapped = staff.wrap_user_seed(USER_SEED, WORD, PEPPER, BINDING, os.urandom)

    assert staff.login_is_right(WORD, PEPPER, "user 1", verifier)
    assert not staff.login_is_right(OTHER_WORD, PEPPER, "user 1", verifier)
    assert not staff.login_is_right(WORD, PEPPER, "user 2", verifier)
    with pytest.raises(OpenFailed):
        staff.unwrap_user_key(wrapped, Secret(verifier), PEPPER, BINDING)


def test_keys_from_the_office_seed_differ_by_purpose() -> None:
    """Key hierarchy: own label each."""
    keys = [make(OFFICE_SEED).value for make in (staff.blind_index_key, staff.row_mac_key, staff.search_dek)]

    assert len({*keys, OFFICE_SEED}) == 4
    assert staff.row_mac_key(seed("other")).value != keys[1]


SHEETS = recovery.make_sheets(OFFICE_SEED, os.urandom)


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(range(3), 2)))
def test_any_two_sheets_give_the_office_key(one: int, other: int) -> None:
    """Key hierarchy: all six ways to bring two of three, read back from print."""
    typed = [recovery.read_sheet(SHEETS[i].text()) for i in (one, other)]

    key = recovery.join(typed[0], typed[1], OFFICES["XA"].office_kid)

    assert key.public == OFFICES["XA"].public


def test_one_sheet_alone_tells_nothing_of_the_seed() -> None:
    """Key hierarchy: with the same draws and another seed, A is the same, and so is the random part of B."""
    draws = [bytes([i]) * 32 for i in range(64)]

    def same_draws() -> Random:
        source = iter(draws)
        return lambda n: next(source)[:n]

    one = recovery.make_sheets(OFFICE_SEED, same_draws())
    two = recovery.make_sheets(seed("another"), same_draws())

    assert one[0].parts == two[0].parts
    assert one[1].parts[1] == two[1].parts[1]
    assert all(OFFICE_SEED not in sheet.parts for sheet in one)
    assert len({part for sheet in one for part in sheet.parts}) == 6


def test_sheets_that_do_not_belong_together_are_refused() -> None:
    """Key hierarchy: the same sheet twice, another set, another key than the record's."""
    kid, again = OFFICES["XA"].office_kid, recovery.make_sheets(OFFICE_SEED, os.urandom)

    with pytest.raises(BadSheet, match="same one or of different sets"):
        recovery.join_seed(SHEETS[0], SHEETS[0], kid)
    with pytest.raises(BadSheet, match="different sets"):
        recovery.join_seed(SHEETS[0], again[1], kid)
    with pytest.raises(BadSheet, match="another key"):
        recovery.join_seed(SHEETS[0], SHEETS[1], OFFICES["XT"].office_kid)


def test_a_sheet_is_typed_leniently_but_checked() -> None:
    """A person types 220 characters: spaces, lines and case are theirs; one wrong letter is noticed at once."""
    text = SHEETS[1].text()
    sloppy = text.lower().replace(" ", "").replace("\n", "  \n").replace("o", "0").replace("i", "1")
    wrong = text[:30] + ("A" if text[30] != "A" else "B") + text[31:]

    assert recovery.read_sheet(sloppy) == SHEETS[1]
    assert recovery.read_sheet(text).letter == "B"
    for bad in (wrong, text[:-1], text + "A", "", "not a sheet!"):
        with pytest.raises(BadSheet):
            recovery.read_sheet(bad)
    assert "AAAA" * 8 not in text
