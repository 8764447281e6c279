"""Attacks on a node's disk and start: a copied folder, a guessed passphrase, a library that cannot do what it must."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from node.app import NO_VIEW
from node.cli import main
from node.clock import SteppedClock
from node.crypto import selftest_data
from node.crypto.vault import SMALLEST
from node.errors import Unavailable
from node.service.actor import Actor
from node.service.upkeep.new_record import NewNode, Office
from node.service.upkeep.oversight import verify_audit
from node.service.upkeep.setup import Unlock, init_node, open_node
from node.service.upkeep.sweeps import heads
from node.store.folder import DataFolder
from node.store.work import Work
from tests.attack.forged_posts import alarms
from tests.unit.service.rights_support import disclosed
from tests.world import HER, NOW, Seeded, World, make_world

NAMES = {"given_name": "Zoryanavira", "phone": "+000555123987", "support_plan": "languagecoursemarker"}
CASE_WORDS = ("shelter", "obstetric", "referral.offer", "single", "trafficking", "civil_society")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def test_attack_47_a_copied_disk_shows_no_name_and_no_word_of_a_case(world: World) -> None:
    """At rest: whoever copies the folder without the node's key finds random ids, countries, counts and times."""
    case = await world["XD"].new_case()
    await world["XD"].write_identity(case, {HER: {name: value for name, value in NAMES.items() if name != "phone"}})
    await disclosed(world, case=case, names={"given_name": NAMES["given_name"]})
    running = {code: contents(world.tmp / code) for code in ("XD", "XA")}
    await world.close()

    for code in ("XD", "XA"):
        for data in (running[code], contents(world.tmp / code)):
            assert data.count(b"SQLite format 3") >= 2  # we did look at the databases
            for word in (*NAMES.values(), *CASE_WORDS):
                for coded in (word.encode(), word.encode("utf-16-le"), word.encode().hex().encode()):
                    assert coded not in data, word


def contents(folder: Path) -> bytes:
    """Every byte of a folder, registry files left out: they are public and speak of kinds of organisations."""
    files = [path for path in folder.rglob("*") if path.is_file() and "registry" not in path.relative_to(folder).parts]
    return b"".join(path.read_bytes() for path in files if path.name != "node-record.json")


def new_node(folder: Path) -> DataFolder:
    data = DataFolder(folder).create()
    new = NewNode(
        country="XA", url="http://127.0.0.1:1/XA", authority="Office, XA", contact="desk@office.example",
        office=Office(holder="Haven XA"),
    )  # fmt: skip
    init_node(data, new, Unlock(passphrase="an invented passphrase"), SteppedClock(NOW), Seeded("init"), SMALLEST)
    return data


def test_attack_52_twenty_wrong_passphrases_all_get_the_same_answer_and_nothing_is_opened(tmp_path: Path) -> None:
    """No oracle: a near miss and a wild guess read the same; no row is written, and the right one works."""
    folder = new_node(tmp_path / "XA")
    before = digest(folder.path)
    answers = set()
    for number in range(20):
        guess = "an invented passphrasf" if number % 2 else f"guess {number}"
        with pytest.raises(Unavailable) as refused:
            open_node(
                DataFolder(folder.path), "XA", Unlock(passphrase=guess), NO_VIEW, SteppedClock(NOW), Seeded("run")
            )
        answers.add(str(refused.value))

    assert len(answers) == 1
    assert "check the passphrase" in answers.pop()
    assert digest(folder.path) == before
    right = Unlock(passphrase="an invented passphrase")
    open_node(folder, "XA", right, NO_VIEW, SteppedClock(NOW), Seeded("run")).close()


def test_attack_52_every_guess_costs_what_the_key_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow by Argon2id and nothing else: each try runs it once, with the cost chosen when the node was made."""
    import nacl.bindings

    folder = new_node(tmp_path / "XA")
    costs: list[tuple[int, int]] = []
    real = nacl.bindings.crypto_pwhash_alg

    def counted(size: int, password: bytes, salt: bytes, passes: int, memory: int, algorithm: int) -> bytes:
        costs.append((passes, memory))
        made: bytes = real(size, password, salt, passes, memory, algorithm)
        return made

    monkeypatch.setattr(nacl.bindings, "crypto_pwhash_alg", counted)
    for guess in ("one", "two", "three"):
        with pytest.raises(Unavailable):
            open_node(folder, "XA", Unlock(passphrase=guess), NO_VIEW, SteppedClock(NOW), Seeded("run"))

    assert costs == [(SMALLEST.passes, SMALLEST.memory_bytes)] * 3


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()


def test_attack_53_a_node_does_not_serve_with_a_library_that_gets_a_primitive_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Envelope 1.1: one clear sentence and exit code 1, before a configuration or a key is even looked at."""
    monkeypatch.setattr(selftest_data, "KEM_KEY_ID", "00" * 32)

    answer = CliRunner().invoke(main, ["--config", str(tmp_path / "node.toml"), "serve"])

    assert answer.exit_code == 1
    assert "makes another key than the standard" in answer.output
    assert "Traceback" not in answer.output
    assert list(tmp_path.iterdir()) == []


async def test_attack_49_a_rewritten_audit_shows_against_what_the_node_noted(world: World) -> None:
    """The head noted beside the keys must still be there: an edited line and a cut tail are found by number."""
    await world["XD"].offer("XA")
    await world.settle()
    await world.sweep()
    node, noted = world["XD"].node, world["XD"].opened.keyring.audit_heads()
    assert node.store.read_sync(lambda reader: reader.audit.verify(noted)) is None

    def edit(work: Work) -> None:
        work.connection.execute("update audit set outcome='else' where seq=2")

    def cut(work: Work) -> None:
        work.connection.execute("delete from audit where seq > (select max(seq) - 6 from audit)")

    await node.store.write(edit)
    assert node.store.read_sync(lambda reader: reader.audit.verify(noted)) == 2
    await node.store.write(lambda work: work.connection.execute("update audit set outcome='done' where seq=2"))
    await node.store.write(cut)

    assert not (await verify_audit(node, Actor("auditor-1", "auditor"))).ok


async def test_attack_49_a_cut_audit_shows_at_the_peer_the_next_day(world: World) -> None:
    """Wire 4: heads never go back within an epoch; the peer raises the alarm, whatever the insider did at home."""
    await world["XD"].offer("XA")
    await world.days(2)
    assert alarms(world, "XA") == []

    def cut(work: Work) -> None:
        work.connection.execute("delete from audit where seq > 2")

    await world["XD"].node.store.write(cut)
    world.clock.step(86_400)
    await heads(world["XD"].node)
    await world.settle()

    assert alarms(world, "XA") == ["peer_heads_went_back"]
