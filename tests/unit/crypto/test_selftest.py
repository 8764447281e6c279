"""A node with wrong libraries must not start, and must say so in one sentence."""

import sys

import pytest

from node.crypto import selftest_data
from node.crypto.errors import MissingPrimitive
from node.crypto.selftest import self_test


@pytest.mark.parametrize("name", ["SIGNING_KEY_ID", "KEM_KEY_ID"])
def test_a_library_that_makes_other_keys_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attack 53: draft versions of ML-DSA and ML-KEM make other keys from the same seed; ours do not."""
    self_test()
    monkeypatch.setattr(selftest_data, name, "00" * 32)

    with pytest.raises(MissingPrimitive, match="another key than the standard"):
        self_test()


@pytest.mark.parametrize("name", ["SIGNATURE", "SEALED"])
def test_a_library_that_does_not_take_the_known_bytes_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attack 53: the right keys with another label or code point would part us from every other country."""
    value = getattr(selftest_data, name)
    monkeypatch.setattr(selftest_data, name, value[:600] + ("A" if value[600] != "A" else "B") + value[601:])

    with pytest.raises(MissingPrimitive, match="known"):
        self_test()


def test_a_library_without_x_wing_gives_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attack 53: an import that fails becomes advice, not a traceback."""
    monkeypatch.delitem(sys.modules, "node.crypto.suite")
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.hpke", None)
    monkeypatch.delattr("cryptography.hazmat.primitives.hpke", raising=False)

    with pytest.raises(MissingPrimitive, match="lack X-Wing or ML-DSA; install"):
        self_test()
