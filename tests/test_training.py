"""A node for practice and a real one never meet: not by a folder, not by a registry, not by a letter. Source: C16."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from node.config import BadConfig, load
from node.crypto.receipts import HINT_REFRESH, SLOT_BYTES
from node.errors import BadInput, Unavailable
from node.service.delivery.incoming import receive
from node.training import must_be_invented, must_be_of_one_kind, why_no_training
from tests.cli_world import init_words, is_one_sentence, make_node, prepare, run
from tests.unit.test_config import GOOD
from tests.world import make_world


def configured(folder: Path, text: str) -> Path:
    path = folder / "node.toml"
    path.write_text(text)
    return path


PRACTICE = GOOD.replace('country = "XA"', 'country = "XA"\ntraining = true')


def test_practice_wants_an_invented_country_and_a_registry_on_this_machine(tmp_path: Path):
    assert why_no_training(load(configured(tmp_path, PRACTICE)).config) is None
    for wrong, says in (
        (PRACTICE.replace('"XA"', '"RO"'), "people practise in an invented country"),
        (PRACTICE.replace('"XA"', '"XK"'), "people practise in an invented country"),
        (PRACTICE.replace("http://127.0.0.1:8699/", "https://registry.example/"), "a registry of its own"),
        (PRACTICE.replace("http://127.0.0.1:8699/", "http://127.0.0.1.example/"), "a registry of its own"),
        (PRACTICE + '\n[alarm]\nsmtp_host = "mail.example"\nsender = "a@b.example"\n', "calls nobody"),
    ):
        with pytest.raises(BadConfig, match=says):
            load(configured(tmp_path, wrong))


def test_no_registry_with_a_country_that_exists_is_followed():
    must_be_invented(("XA", "XD"))
    for real in ("RO", "XK"):
        with pytest.raises(Unavailable, match="countries that exist"):
            must_be_invented(("XA", real))


def test_a_folder_is_for_the_one_or_for_the_other():
    must_be_of_one_kind(True, True)
    must_be_of_one_kind(False, False)
    with pytest.raises(BadInput, match="may hold real people"):
        must_be_of_one_kind(False, True)
    with pytest.raises(BadInput, match="nothing in it is real"):
        must_be_of_one_kind(True, False)


def test_a_real_folder_is_not_opened_for_practice_nor_one_for_practice_as_real(tmp_path: Path):
    """A configuration that was copied with the wrong folder: one sentence, whichever way round."""
    real, practice = tmp_path / "real", tmp_path / "practice"
    for folder in (real, practice):
        folder.mkdir()
    make_node(real)
    made = run(prepare(practice), *init_words(practice), "--training")
    assert made.exit_code == 0, made.output
    assert "training = true" in (practice / "node.toml").read_text()
    with closing(sqlite3.connect(practice / "data" / "node.db")) as database:
        assert database.execute("select value from meta where name='training'").fetchone() == (1,)

    ours = (real / "node.toml").read_text()
    (real / "node.toml").write_text(ours.replace("[node]", "[node]\ntraining = true", 1))
    said = (practice / "node.toml").read_text()
    (practice / "node.toml").write_text(said.replace("training = true", "training = false"))

    for folder, says in ((real, "may hold real people"), (practice, "nothing in it is real")):
        refused = run(folder, "serve")
        assert refused.exit_code == 1 and says in refused.output and is_one_sentence(refused), refused.output


COMMANDS = (
    ("user", "list", "--as", "coordinator", "--as-password-file", "password"),
    ("restore", "copy.db", "--yes"),
    ("keys", "record"),
)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("says", ["may hold real people", "nothing in it is real"])
def test_no_command_opens_a_folder_of_the_other_kind(tmp_path: Path, says: str, command: tuple[str, ...]):
    """Not only `serve`: people are made, keys changed and copies put back without it."""
    is_real = says == "may hold real people"
    made = run(prepare(tmp_path), *init_words(tmp_path), *([] if is_real else ["--training"]))
    assert made.exit_code == 0 and run(tmp_path, "backup", str(tmp_path / "copy.db")).exit_code == 0
    mark(tmp_path, is_real)
    before = [(one.name, one.stat().st_size) for one in sorted((tmp_path / "data").glob("*.db"))]

    refused = run(tmp_path, *(str(tmp_path / one) if (tmp_path / one).is_file() else one for one in command))

    assert refused.exit_code == 1 and says in refused.output and is_one_sentence(refused), refused.output
    assert [(one.name, one.stat().st_size) for one in sorted((tmp_path / "data").glob("*.db"))] == before
    assert not list((tmp_path / "data").glob("*.before-restore"))


@pytest.mark.parametrize("is_real", [True, False])
def test_no_copy_of_the_one_comes_into_a_folder_of_the_other(tmp_path: Path, is_real: bool):
    """A real copy put back for practice would be names in a striped window; the other way round, practice as real."""
    copied, other = tmp_path / "copied", tmp_path / "other"
    for folder, training in ((copied, not is_real), (other, is_real)):
        folder.mkdir()
        made = run(prepare(folder), *init_words(folder), *(["--training"] if training else []))
        assert made.exit_code == 0, made.output
    assert run(copied, "backup", str(copied / "copy.db")).exit_code == 0
    kept = (other / "data" / "node.db").read_bytes()

    refused = run(other, "restore", str(copied / "copy.db"), "--yes")

    assert refused.exit_code == 1 and is_one_sentence(refused), refused.output
    assert "practice" in refused.output and (other / "data" / "node.db").read_bytes() == kept


def mark(folder: Path, training: bool) -> None:
    """The configuration says the other thing than the folder."""
    text = (folder / "node.toml").read_text().replace("training = true\n", "")
    (folder / "node.toml").write_text(text.replace("[node]", "[node]\ntraining = true", 1) if training else text)


def test_practice_with_a_registry_elsewhere_is_not_even_made(tmp_path: Path):
    words = init_words(prepare(tmp_path), registry="https://registry.example/")

    refused = run(tmp_path, *words, "--training")

    assert refused.exit_code == 1 and "a registry of its own" in refused.output
    assert not (tmp_path / "data").exists() and not (tmp_path / "node.toml").exists()


async def test_a_training_letter_is_to_a_real_node_one_of_an_unknown_sender(tmp_path: Path):
    """Its keys are in no registry but its own: the answer is that of anybody unknown, and nothing is kept of it."""
    real = make_world(tmp_path / "real", "XA", "XT")
    answers = []
    for name, sender in (("practice", "XD"), ("stranger", "XB")):
        other = make_world(tmp_path / name, sender, "XA")
        other[sender].node.training = name == "practice"
        await other[sender].offer("XA")
        await other.settle()
        letters = next(envelopes for who, _, envelopes in other.posted if who == sender)
        slots, _ = await receive(real["XA"].node, list(letters))
        answers.append(slots)
        await other.close()

    query = "select (select count(*) from letter), (select count(*) from thread), (select count(*) from case_file)"
    kept = real["XA"].node.store.read_sync(lambda reader: reader.connection.execute(query).fetchone())
    await real.close()

    practice, stranger = ([one[:2] for one in slots] for slots in answers)
    assert practice == stranger == [bytes([2, HINT_REFRESH])]  # the rest of a slot is chance
    assert {len(one) for slots in answers for one in slots} == {SLOT_BYTES}
    assert kept == (0, 0, 0)
