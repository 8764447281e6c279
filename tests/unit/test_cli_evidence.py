"""`trm-node evidence`: written by a stopped node, judged without one."""

import asyncio
import os
from pathlib import Path

import msgspec
from click.testing import CliRunner, Result

from node.app import NO_VIEW, unlock_of
from node.cli import main
from node.clock import clock_for
from node.config import load
from node.protocol.cases.case import Case
from node.protocol.threads.machine import open_thread
from node.service.evidence.silence import export_silence
from node.service.threads.book import Book
from node.service.threads.files import ThreadFile
from node.service.upkeep.setup import open_node
from node.store.folder import DataFolder
from node.store.work import Work
from tests.evidence_support import archiving, flipped, opened, with_letter
from tests.unit.test_cli_user import folder, run
from tests.world import make_world

__all__ = ["folder"]
THREAD = "5" * 32


def verified(file: Path, root: Path) -> Result:
    return CliRunner().invoke(main, ["evidence", "verify", str(file), "--root", str(root)])


def exported(folder: Path, thread: str, out: Path) -> Result:
    return run(folder, "evidence", "export", thread, "--to", "xa", "--out", str(out), "--as", "ana",
               "--as-password-file", str(folder / "ana"))  # fmt: skip


async def exchange(tmp_path: Path) -> tuple[bytes, bytes]:
    world = make_world(tmp_path, "XD", "XA")
    try:
        both = await archiving(world)
        thread = (await world["XD"].offer("XA")).thread
        await world.settle()
        return await both.evidence("XA", thread), both.root
    finally:
        await world.close()


def begin_thread(folder: Path) -> None:
    """A thread in the stopped node's database, before any letter of it left."""
    config = load(folder / "node.toml").config
    clock = clock_for(config.node.country, config.node.clock_file)
    opened_node = open_node(DataFolder(config.node.data_dir), "XA", unlock_of(config), NO_VIEW, clock, os.urandom)
    node = opened_node.node

    def begin(work: Work) -> None:
        book = Book(node, work)
        case = book.new_case(Case(case_id="c" * 32, trafficking_status="possible", persons=()), None, node.now())
        book.new_file(case, ThreadFile(open_thread(THREAD, "XD", "opener", "referral")), node.now())

    node.store.write_sync(begin)
    opened_node.close()


def test_evidence_is_judged_with_the_file_and_the_root_alone(tmp_path: Path) -> None:
    """Attack 25: exit code 0 and the counts; 1 and what is wrong."""
    data, root = asyncio.run(exchange(tmp_path / "world"))
    given = opened(data)
    (tmp_path / "root.json").write_bytes(root)
    (tmp_path / "good").write_bytes(data)
    (tmp_path / "bad").write_bytes(with_letter(given, 0, signature=flipped(b"\x00" * 3566, 5)))
    (tmp_path / "junk").write_bytes(b"junk")

    good, bad, junk = [verified(tmp_path / name, tmp_path / "root.json") for name in ("good", "bad", "junk")]

    assert (good.exit_code, good.output) == (0, "1 letter and 1 receipt verify\n")
    assert bad.exit_code == junk.exit_code == 1
    assert f"wrong: letter 1 ({given.letters[0].letter}): statement has a signature that does not verify" in bad.output
    assert "wrong: file is no evidence" in junk.output


def test_a_root_that_is_none_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(msgspec.json.encode({"format": "trm/v1/evidence", "country": "XA", "peer": "XD",
                                                         "thread": THREAD, "letters": [], "files": []}))  # fmt: skip
    (tmp_path / "root.json").write_bytes(b"{}")

    result = verified(tmp_path / "file", tmp_path / "root.json")

    assert result.exit_code == 1
    assert result.output.startswith("Error: ") and result.output.count("\n") == 1


def test_a_stopped_node_writes_the_evidence_of_a_thread(folder: Path) -> None:
    begin_thread(folder)
    out = folder / "evidence.json"

    written = exported(folder, THREAD, out)
    judged = verified(out, folder / "root.json")

    assert written.exit_code == 0, written.output
    assert (opened(out.read_bytes()).thread, out.stat().st_mode & 0o777) == (THREAD, 0o600)
    assert (judged.exit_code, judged.output) == (0, "0 letters and 0 receipts verify\n")


def test_what_cannot_be_exported_is_one_sentence_and_leaves_no_file(folder: Path) -> None:
    begin_thread(folder)

    unknown = exported(folder, "0" * 32, folder / "evidence.json")
    nowhere = exported(folder, THREAD, folder / "missing" / "evidence.json")

    for result in (unknown, nowhere):
        assert result.exit_code == 1
        assert result.output.startswith("Error: ") and result.output.count("\n") == 1
    assert "no such thread here" in unknown.output and "cannot be written" in nowhere.output
    assert not (folder / "evidence.json").exists()


async def silent(tmp_path: Path) -> tuple[bytes, bytes]:
    """Evidence of silence about an offer that XA received and never answered, and the root."""
    world = make_world(tmp_path, "XD", "XA")
    try:
        both = await archiving(world)
        letter = (await world["XD"].offer("XA")).letter_id
        await world.settle()
        world.clock.step(9 * 86_400)
        world.registry.clock.step(9 * 86_400)
        world.registry.publisher.refresh()
        await both.refresh()
        assert letter is not None
        return await export_silence(world["XD"].node, world["XD"].coordinator, letter, "XD"), both.root
    finally:
        await world.close()


def test_evidence_of_silence_is_judged_by_the_same_command(tmp_path: Path) -> None:
    """Domain 5.13: a third party reads one sentence, and finds a file that was changed."""
    data, root = asyncio.run(silent(tmp_path))
    file, root_file = tmp_path / "silence.json", tmp_path / "root.json"
    file.write_bytes(data)
    root_file.write_bytes(root)

    good = verified(file, root_file)
    file.write_bytes(data.replace(b'"signature":"', b'"signature":"AAAA', 1))
    spoiled = verified(file, root_file)

    assert good.exit_code == 0
    assert "XD signs: XA had not answered letter" in good.output
    assert "1 letter and 1 receipt verify" in good.output
    assert spoiled.exit_code == 1 and "XD signs" not in spoiled.output


def test_silence_about_a_letter_that_is_not_ours_ends_with_one_sentence(folder: Path, tmp_path: Path) -> None:
    result = run(folder, "evidence", "silence", "7" * 32, "--to", "XA", "--out", str(tmp_path / "out.json"),
                 "--as", "ana", "--as-password-file", str(folder / "ana"))  # fmt: skip

    assert result.exit_code == 1
    assert "no such letter here" in result.output
    assert not (tmp_path / "out.json").exists()
