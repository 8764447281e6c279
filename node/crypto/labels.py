"""Every label and every signature context, made by one builder, so that no two uses of a key share one.

Source: wire.md 12. A label ends in a zero byte and prefixes what is hashed or bound; a context names what is signed.
"""

from typing import Final

_PREFIX: Final = "trm/v1/"
_made: Final[set[str]] = set()


def _name(name: str) -> str:
    if name in _made:
        raise ValueError(f"label {name} exists already; every use needs its own")
    _made.add(name)
    return _PREFIX + name


def _label(name: str) -> bytes:
    return _name(name).encode("ascii") + b"\0"


def _context(name: str) -> bytes:
    return _name(name).encode("ascii")


# What travels (wire.md 12).
KEM_KID: Final = _label("kem-kid")
SIG_KID: Final = _label("sig-kid")
OFFICE_KID: Final = _label("office-kid")
HPKE: Final = _label("hpke")
PAYLOAD: Final = _label("payload")
BATCH: Final = _label("batch")
IDENTITY: Final = _label("identity")
OFFICE: Final = _label("office")
OFFICE_DEK: Final = _label("office-dek")
OFFICE_WRAP: Final = _label("office-wrap")
RECEIPT_SEAL: Final = _label("receipt-seal")
FINGERPRINT: Final = _label("fingerprint")
POP: Final = _label("pop")
POP_NONCE: Final = _label("pop-nonce")  # seals the challenge; wire.md 12 names none for it
BUNDLE_KEY: Final = _label("bundle-key")  # seals the key of a carried bundle (wire.md 10); wire.md 12 names none for it

# What stays inside one country: other countries need not know these.
LOGIN: Final = _label("local/login")
KEYRING: Final = _label("local/keyring")
OFFICE_SEED: Final = _label("local/office-seed")
OFFICE_OLDER: Final = _label("local/office-older")
RECOVERY: Final = _label("local/recovery")
BLIND_INDEX: Final = _label("local/blind-index")
ROW_MAC: Final = _label("local/row-mac")
SEARCH_DEK: Final = _label("local/search-dek")

# Signature contexts: no zero byte, at most 255 bytes.
CONTEXT_ENVELOPE: Final = _context("envelope")
CONTEXT_RECEIPT: Final = _context("receipt")
CONTEXT_PREKEYS: Final = _context("prekeys")
CONTEXT_RECORD: Final = _context("record")
CONTEXT_POP: Final = _context("pop-sig")
CONTEXT_CONCERN: Final = _context("concern")  # a node to the maintainers; wire.md 12 names none for it

# Made by a node for a third party; other nodes never read it.
CONTEXT_SILENCE: Final = _context("local/silence")
CONTEXT_CERTIFICATE: Final = _context("local/certificate")
