"""Sealing what the store keeps: one control key a case under the case's own key, identity keys under the office's too.

The store sees only sealed bytes, the protocol only plain ones; this is where they meet. Source: at-rest, key hierarchy.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from node.crypto.batch import Random
from node.crypto.suite import KemKey
from node.crypto.text import from_base64url, to_base64url
from node.crypto.vault import (
    CaseKey,
    Dek,
    Kek,
    Place,
    Secret,
    keyed_hash,
    new_dek,
    open_field,
    open_wrap,
    reseal_identity_dek,
    rewrap_identity_dek,
    seal_field,
    seal_wrap,
    unwrap_control_dek,
    unwrap_identity_dek,
    wrap_control_dek,
    wrap_identity_dek,
)
from node.service.keep.case_keys import KEY_ID_BYTES, CaseKeys, Erased

__all__ = ["Erased", "Seals", "key_id_of"]

T = TypeVar("T")
REMEMBERED_KEYS = 4096
REMEMBERED_VALUES = 4096
REMEMBERED_TABLES = frozenset({"case_file", "consent", "thread", "outbox"})  # never a name: the machine reads none
COVERED, COVERED_CHARACTERS = "~", 48
NOTE_BYTES = 512
WRAPPED_BYTES = KEY_ID_BYTES + 12 + 32 + 16  # id of the case key || nonce || data key || tag
NOTE_AAD = b"trm/journal\0"
NODE_KEY = b"trm/node-key\0"
CODE = Place("code", "", "sealed", 1)


def key_id_of(wrapped: bytes) -> bytes:
    """The id of the case key under which a data key is wrapped: it stands before it."""
    return wrapped[:KEY_ID_BYTES]


class CodeVeil:
    """Covers codes for plain columns: sealed under the node's key, the same code about the same thing always alike.

    The nonce is a keyed hash of both, so it repeats only with the same bytes under it.
    """

    def __init__(self, key: Dek) -> None:
        self._key, self._secret = key, Secret(key.value)
        self._known: OrderedDict[str, str] = OrderedDict()

    def cover(self, code: str, about: str) -> str:
        """The code for a row about this; one that is covered stays as it is."""
        if code.startswith(COVERED):
            return code
        plain = code.ljust(COVERED_CHARACTERS).encode()
        mark = keyed_hash(self._secret, b"nonce\0" + about.encode() + b"\0" + plain)
        return COVERED + to_base64url(seal_field(self._key, CODE, plain, lambda size: mark[:size]))

    def uncover(self, code: str) -> str:
        """The code again; one that was never covered comes back as it is."""
        if not code.startswith(COVERED):
            return code
        known = self._known.get(code)
        if known is None:
            known = open_field(self._key, CODE, from_base64url(code.removeprefix(COVERED))).decode().rstrip()
            self._known[code] = known
            if len(self._known) > REMEMBERED_KEYS:
                with suppress(KeyError):
                    self._known.popitem(last=False)
        return known


def veil_of(kek: Kek) -> CodeVeil:
    """The veil of a node that is only looked at."""
    return CodeVeil(_node_key(kek))


def _node_key(kek: Kek) -> Dek:
    """A key of its own: the node's key itself only wraps keys."""
    return Dek(keyed_hash(kek, NODE_KEY))


class Seals:
    """The node's key at work; forgets case keys again when many are in use."""

    def __init__(self, kek: Kek, random: Random, case_keys: CaseKeys, journal_key: Secret) -> None:
        self.case_keys = case_keys
        self._journal_key = journal_key
        self._node_key = _node_key(kek)
        self._veil = CodeVeil(self._node_key)
        self._random = random
        self._deks: OrderedDict[bytes, Dek] = OrderedDict()
        # by key and place: the sealed bytes that stood there last, and what was in them
        self._opened: OrderedDict[tuple[bytes, str, str], tuple[bytes, Any]] = OrderedDict()
        self._lock = threading.Lock()
        self.on_forgotten: Callable[[], None] = lambda: None  # whoever else keeps something opened in memory

    def new_case_key(self, case_id: str) -> tuple[Dek, bytes]:
        """A fresh control key for a case, and its wrapped form for the store."""
        dek = new_dek(self._random)
        key_id, key = self.case_keys.take()
        wrapped = key_id + wrap_control_dek(dek, key, case_id, 1, self._random)
        self._remember(wrapped, dek)
        return dek, wrapped

    def case_key(self, case_id: str, wrapped: bytes | None) -> Dek:
        """The control key of a case; raises Erased when the case was erased."""
        if wrapped is None:
            raise Erased("this case was erased; nothing of it can be read")
        dek = self._deks.get(wrapped)
        if dek is None:
            dek = unwrap_control_dek(wrapped[KEY_ID_BYTES:], self._key_of(wrapped), case_id, 1)
            self._remember(wrapped, dek)
        return dek

    def forget(self, wrapped: bytes | None) -> None:
        """Drop a case key from memory, with its erasure, and all that was opened lately."""
        if wrapped is not None:
            self._deks.pop(wrapped, None)
            self.forget_opened()

    def forget_opened(self) -> None:
        """Drop what was opened lately: something of it was erased."""
        with self._lock:
            self._opened.clear()
        self.on_forgotten()

    def seal(self, dek: Dek, table: str, row: str, value: bytes | msgspec.Struct) -> bytes:
        """Seal bytes, or a struct as JSON, for its place in the store."""
        if isinstance(value, bytes):
            return seal_field(dek, Place(table, row, "sealed", 1), value, self._random)
        sealed = seal_field(dek, Place(table, row, "sealed", 1), msgspec.json.encode(value), self._random)
        self._note(dek, table, row, sealed, value)
        return sealed

    def open(self, dek: Dek, table: str, row: str, sealed: bytes | None) -> bytes:
        """The bytes again; raises Erased where nothing is left."""
        if sealed is None:
            raise Erased("this was erased; nothing of it can be read")
        return open_field(dek, Place(table, row, "sealed", 1), sealed)

    def open_as(self, kind: type[T], dek: Dek, table: str, row: str, sealed: bytes | None) -> T:
        """The struct again; raises Erased where nothing is left.

        The same sealed bytes of the same place under the same key are opened once while they are among the last that
        were: an act and its release look at the same case.
        """
        known = self._opened.get((dek.value, table, row))
        if known is not None and known[0] == sealed and isinstance(known[1], kind):
            return known[1]
        value = msgspec.json.decode(self.open(dek, table, row, sealed), type=kind)
        if sealed is not None:
            self._note(dek, table, row, sealed, value)
        return value

    def _note(self, dek: Dek, table: str, row: str, sealed: bytes, value: object) -> None:
        if table not in REMEMBERED_TABLES:
            return
        with self._lock:
            self._opened[dek.value, table, row] = sealed, value
            while len(self._opened) > REMEMBERED_VALUES:
                self._opened.popitem(last=False)

    def node_key(self) -> Dek:
        """The key for what belongs to no case: control letters and tasks of the node itself."""
        return self._node_key

    def cover(self, code: str) -> str:
        """A code that tells something of a case, for a plain column: a copied disk shows only that there is one."""
        sealed = self.seal(self.node_key(), "code", "", code.ljust(COVERED_CHARACTERS).encode())
        return COVERED + to_base64url(sealed)

    def uncover(self, code: str) -> str:
        """The code again; one that was never covered comes back as it is."""
        if not code.startswith(COVERED):
            return code
        return self._veil.uncover(code)

    @property
    def veil(self) -> "CodeVeil":
        """What covers codes in plain columns of the database."""
        return self._veil

    def blind(self, *parts: str | int) -> str:
        """An id that says nothing, always the same for the same parts; nobody without the node's key can make it."""
        return keyed_hash(Secret(self._node_key.value), "|".join(("id", *map(str, parts))).encode()).hex()[:32]

    def seal_alone(self, table: str, row: str, value: bytes) -> bytes:
        """Seal what belongs to no case yet under a key of its own, which stands wrapped before it."""
        dek, wrapped = self.new_case_key(row)
        return wrapped + self.seal(dek, table, row, value)

    def open_alone(self, table: str, row: str, sealed: bytes | None) -> bytes:
        """What was sealed so; raises Erased where nothing is left, or its key is gone."""
        if sealed is None:
            raise Erased("this was erased; nothing of it can be read")
        return self.open(self.case_key(row, sealed[:WRAPPED_BYTES]), table, row, sealed[WRAPPED_BYTES:])

    def new_identity_key(
        self, case_id: str, case_wrapped: bytes | None, version: int, office_public: bytes
    ) -> tuple[Dek, bytes]:
        """A fresh identity key, and its form that only a signed-in person can unwrap, under the key of its case."""
        if case_wrapped is None:
            raise Erased("this case was erased; nothing can be added to it")
        dek, key_id = new_dek(self._random), key_id_of(case_wrapped)
        key = self.case_keys.get(key_id)
        return dek, key_id + wrap_identity_dek(dek, key, office_public, case_id, version, self._random)

    def identity_key(self, case_id: str, version: int, wrapped: bytes | None, office: KemKey) -> Dek:
        """The identity key, while somebody holds the office key; raises Erased after an erasure."""
        if wrapped is None:
            raise Erased("this identity was erased")
        return unwrap_identity_dek(wrapped[KEY_ID_BYTES:], self._key_of(wrapped), office, case_id, version)

    def to_newest_office(self, wrapped: bytes, office: KemKey, case_id: str, version: int) -> bytes:
        """An identity key sealed to the newest office key, while somebody holds it; the same bytes where it is."""
        inner = wrapped[KEY_ID_BYTES:]
        again = reseal_identity_dek(inner, self._key_of(wrapped), office, case_id, version, self._random)
        return wrapped[:KEY_ID_BYTES] + again

    def under_another_key(self, wrapped: bytes, case_wrapped: bytes, case_id: str, version: int) -> bytes:
        """An identity key taken from one case key to another, while what is inside stays sealed to the office."""
        key_id = key_id_of(case_wrapped)
        inner = wrapped[KEY_ID_BYTES:]
        fresh = self.case_keys.get(key_id)
        return key_id + rewrap_identity_dek(inner, self._key_of(wrapped), fresh, case_id, version, self._random)

    def seal_note(self, note: msgspec.Struct) -> bytes:
        """A record of the journal, under its own key; padded, so that its size does not tell its kind (H08)."""
        plain = msgspec.json.encode(note)
        padded = plain.ljust(-(-len(plain) // NOTE_BYTES) * NOTE_BYTES)
        return seal_wrap(padded, NOTE_AAD, self._journal_key, self._random)

    def open_note(self, kind: type[T], sealed: bytes) -> T:
        """The record again."""
        return msgspec.json.decode(open_wrap(sealed, NOTE_AAD, self._journal_key), type=kind)

    def _key_of(self, wrapped: bytes) -> CaseKey:
        return self.case_keys.get(key_id_of(wrapped))

    def _remember(self, wrapped: bytes, dek: Dek) -> None:
        self._deks[wrapped] = dek
        if len(self._deks) > REMEMBERED_KEYS:
            self._deks.popitem(last=False)
