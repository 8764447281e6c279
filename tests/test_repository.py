"""What the repository may hold: nothing of one machine, a lock that names no index, links that lead somewhere."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from node.config import load, sections

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ["runtime.txt", "dev.txt"]
MAX_LINES = 400

# Spelled in parts, so that this file does not hold what it looks for.
INDEX_HOSTS = re.compile(
    r"\b(test\.)?py" + r"pi\.org|files\.python" + r"hosted\.org|ana" + r"conda\.org|--(extra-)?index" + "-url"
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.}])/(wo" + r"rk|ro" + r"ot|ho" + r"me/\w+|Us" + r"ers/\w+|op" + r"t/\w+)(?=[/\s'\"`),]|$)"
)
NO_INDEX_NEEDED = {"Makefile", "tests/test_repository.py"}  # the Makefile tells the lock to leave them out


def tracked(*endings: str) -> list[Path]:
    """The files of this checkout that git knows, or all that stand there when it is no checkout."""
    git = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if git.returncode == 0 and git.stdout:
        files = [ROOT / name for name in git.stdout.decode().split("\0") if name]
    else:
        files = [path for path in ROOT.rglob("*") if not {".venv", ".git"} & set(path.relative_to(ROOT).parts)]
    return [path for path in files if path.is_file() and (not endings or path.name.endswith(endings))]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def test_no_tracked_file_names_a_package_index():
    """A stranger's machine chooses its own index; a lock or a script that names one breaks it, or is watched there."""
    files = [path for path in tracked() if str(path.relative_to(ROOT)) not in NO_INDEX_NEEDED]

    found = [str(path.relative_to(ROOT)) for path in files if INDEX_HOSTS.search(text_of(path))]

    assert files
    assert found == []


def test_no_tracked_file_holds_a_path_of_somebodys_machine():
    found = [
        f"{path.relative_to(ROOT)}: {hit.group()}"
        for path in tracked()
        for hit in MACHINE_PATHS.finditer(text_of(path))
    ]

    assert found == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (INDEX_HOSTS, "https://py" + "pi.org/simple"),
        (INDEX_HOSTS, "--index" + "-url x"),
        (MACHINE_PATHS, "see /wo" + "rk/main"),
        (MACHINE_PATHS, "/ro" + "ot/.cache"),
        (MACHINE_PATHS, "'/ho" + "me/somebody/x'"),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern, text):
    assert pattern.search(text)
    assert not MACHINE_PATHS.search("registry/root and tests/work/x, and the /ro" + "ot.json of {mirror}/ro" + "ot/")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_version_and_hashes(lock):
    """Installed with --require-hashes; every wheel of every platform is listed, and the source."""
    text = (ROOT / "requirements" / lock).read_text()
    entries = re.findall(
        r"^([a-z0-9][a-z0-9._-]*)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.M
    )

    packages = [line for line in text.splitlines() if line and line[0] not in "# "]

    assert len(entries) == len(packages) > 20
    assert [line for line in text.splitlines() if line.startswith("-")] == []


def test_the_lock_holds_everything_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {name_of(line) for line in project["dependencies"] + project["optional-dependencies"]["fast"]}

    assert wanted <= locked("runtime.txt")
    assert locked("runtime.txt") <= locked("dev.txt")
    assert {name_of(line) for line in project["optional-dependencies"]["dev"]} <= locked("dev.txt")


def name_of(requirement: str) -> str:
    return re.split(r"[<>=!;\[ ]", requirement, maxsplit=1)[0].lower()


def locked(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements" / lock).read_text(), re.M))


def test_both_locks_hold_the_same_versions():
    pins = [dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements" / n).read_text(), re.M)) for n in LOCKS]

    assert pins[0].items() <= pins[1].items()


def test_every_link_in_the_documents_leads_somewhere():
    """Links to files of this repository; addresses elsewhere are not tried."""
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in tracked(".md")
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(page))
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists()
    ]

    assert broken == []


def test_nothing_lies_beside_the_readme_that_a_test_or_a_demo_left():
    """Demo and walkthrough make passphrases and keys; one that was added by mistake stays in the history for good."""
    beside = {path.name for path in tracked() if path.parent == ROOT}

    assert {name for name in beside if not name.endswith((".md", ".toml"))} <= {".gitignore", "LICENSE", "Makefile"}


def test_no_source_file_is_too_long_to_read_in_a_sitting():
    long = {str(p.relative_to(ROOT)): n for p in tracked(".py") if (n := len(text_of(p).splitlines())) > MAX_LINES}

    assert long == {}


def test_the_sample_configuration_is_valid_and_shows_every_section():
    sample = ROOT / "deploy" / "node.toml"

    loaded = load(sample, env={})

    shown = set(tomllib.loads(sample.read_text()))
    assert shown == set(sections())
    assert loaded.config.node.country.startswith("X")


@pytest.mark.parametrize(
    ("present", "missing"),
    [
        ([], "git is missing; install it and try again"),
        (["git", "cksum"], "Python 3.11 or newer is missing; install it (with its venv module) and try again"),
    ],
)
def test_the_set_up_names_what_a_machine_lacks_in_one_sentence(tmp_path, present, missing):
    assert set_up(tmp_path, present) == f"OpenTRM cannot be set up: {missing}\n"


@pytest.mark.parametrize(
    ("lacks", "says"),
    [
        ("sys.version_info", "Python 3.11 or newer is missing; install it (with its venv module) and try again"),
        (
            "import venv",
            "the venv module of Python 3.11.0 is missing; install it (on Debian: python3-venv) and try again",
        ),
    ],
)
def test_the_set_up_says_what_a_python_lacks(tmp_path, lacks, says):
    """One that is too old, and Debian's own, which comes without venv."""
    python = tmp_path / "python3"
    python.write_text(f'#!/bin/sh\ncase "$*" in -V) echo Python 3.11.0;; *"{lacks}"*) echo no >&2; exit 1;; esac\n')
    python.chmod(0o755)

    assert set_up(tmp_path, ["git", "cksum"]) == f"OpenTRM cannot be set up: {says}\n"
    assert not (tmp_path / ".venv").exists()


def set_up(tmp_path, present):
    """What the set-up says on a machine that has these tools alone."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "dev.txt").write_text("")
    (tmp_path / "pyproject.toml").write_text("")
    for tool in present:
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")

    done = subprocess.run(
        ["/bin/sh", ROOT / "deploy" / "setup.sh"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    return done.stderr


@pytest.mark.parametrize("lacks", ["", "git", "make"])
def test_a_build_machine_runs_the_command_of_the_readme_and_leaves_out_no_test(tmp_path, lacks):
    """Issue 2: `.ci/run` calls `make test`; what is missing is one sentence."""
    called = tmp_path / "called"
    for tool in {"bash", "dirname", "id", "git"} - {lacks}:
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    if lacks != "make":
        (tmp_path / "make").write_text(f'#!/bin/sh\necho "$* ${{TRM_QUICK-whole}} $TRM_BROWSER" > {called}\n')
        (tmp_path / "make").chmod(0o755)

    done = subprocess.run([ROOT / ".ci" / "run"], env={"PATH": str(tmp_path)}, capture_output=True, text=True)

    if lacks:
        assert (done.returncode, done.stderr) == (1, f"{lacks} is missing; install it and try again\n")
    else:
        assert (done.returncode, called.read_text()) == (0, "test whole paths\n"), done.stderr
