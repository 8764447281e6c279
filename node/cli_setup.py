"""`trm-node setup`: from an empty folder to a node that can join the registry, a step at a time.

Every step looks at what is there and does only what is missing, so that it may be run again at any time; `init`,
`doctor` and `backup` do the work. Source: issue 4, operator; interface O1.
"""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.errors import BadInput, counted

if TYPE_CHECKING:
    from node.setup_questions import Answers, Question

GIVEN = click.Path(exists=True, dir_okay=False, path_type=Path)
ANSWERS = "setup.json"  # beside the configuration, until the node is made
COMPARED = 2  # groups of the root's sum that somebody must have heard
TRIES = 3


@click.command()
@click.option("--answers", "given", type=GIVEN, help="Answers from a JSON file; what it leaves out is asked.")
@click.option("--yes", is_flag=True, help="Ask nothing: all answers are in the file, and what is left is only said.")
@click.option("--passphrase-file", type=GIVEN, help="Read the node's passphrase from here.")
@click.option("--password-file", type=GIVEN, help="Read the coordinator's password from here.")
@click.option("--page", is_flag=True, help="Ask on pages of this machine instead, in a language of your choice.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=0, help="With --page: the port on the loopback; 0 is any."
)
@click.option("--backups", type=click.Path(file_okay=False, path_type=Path), help="Folder for the first backup.")
@click.pass_obj
def setup(
    path: Path, given: Path | None, yes: bool, passphrase_file: Path | None, password_file: Path | None,
    page: bool, port: int, backups: Path | None,
) -> None:  # fmt: skip
    """Make a node step by step: questions, the root compared by telephone, mail, a backup that was tried, what is next.

    Run it again at any time: what is done is left alone, and answers typed before an interruption are proposed.
    """
    if page:
        _on_pages(path, port)
        return
    if path.exists():
        click.echo(f"1 made: {path.name} is there; nothing of it is changed")
    else:
        _make(path, _answered(path, given, yes), yes, passphrase_file, password_file)
    _mail(path, yes)
    _backup(path, yes, backups)
    _doctor(path)
    _next(path)


def _on_pages(path: Path, port: int) -> None:
    import asyncio
    from contextlib import suppress

    from node.first_run import serve

    with suppress(KeyboardInterrupt):
        asyncio.run(serve(path, port, click.echo))


def _answered(path: Path, given: Path | None, yes: bool) -> "Answers":
    from node.setup_questions import asked, read_answers

    kept = path.with_name(ANSWERS)
    answers = {**read_answers(kept), **(read_answers(given) if given else {})}
    for question in asked(answers):
        if yes:
            raise BadInput(f"--yes, and {question.name} has no answer; write it into the file", field=question.name)
    while left := asked(answers):
        answers[left[0].name] = _ask(left[0], answers)
        kept.write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return answers


def _ask(question: "Question", answers: "Answers") -> str:
    from node.setup_questions import default_of

    while True:
        text: str = click.prompt(question.asks, default=default_of(question, answers) or None, type=str).strip()
        try:
            question.check(text)
        except BadInput as error:
            click.echo(f"  {error.message}")
        else:
            return text


def _make(
    path: Path, answers: "Answers", yes: bool, passphrase_file: Path | None, password_file: Path | None
) -> None:  # fmt: skip
    from node.init import initialise
    from node.setup_questions import options_of

    if yes:
        click.echo("the root was not compared; read two maintainers its sum (sha256sum) before you start the node")
    else:
        _compare(Path(answers["root"]))
        for name, text in answers.items():
            click.echo(f"  {name}: {text}")
        click.confirm("Make this node? What stands in the record becomes public", default=True, abort=True)
    for line in initialise(path, options_of(answers, passphrase_file, password_file), os.urandom):
        click.echo(line)
    path.with_name(ANSWERS).unlink(missing_ok=True)


def _compare(root: Path) -> None:
    """Have two groups of the root's sum typed as they were heard: who only nods has compared nothing."""
    from node.setup_steps import groups_of, some_groups

    groups = groups_of(root.read_bytes())
    click.echo("Phone a maintainer on a number you knew before. They read you the sum of the root in groups of four.")
    for number in some_groups(len(groups), COMPARED, os.urandom):
        for _ in range(TRIES):
            if click.prompt(f"Group {number} of {len(groups)}, as you heard it").strip().lower() == groups[number - 1]:
                break
            click.echo("  not what this file has; listen once more")
        else:
            raise BadInput("this is not the maintainers' root; do not go on, and tell them by telephone", field="root")
    click.echo("the root is the one that they read to you")


def _mail(path: Path, yes: bool) -> None:
    from node.config import load
    from node.setup_steps import alarm_of, keep_alarm

    if load(path).config.alarm.smtp_host or yes:
        return
    host = click.prompt("Mail server that calls your people; leave it empty for none", default="", show_default=False)
    if not host.strip():
        click.echo("2 no mail: nobody is called when something about danger waits; see [alarm] in docs/operator.md")
        return
    sender = click.prompt("Address that the mail comes from")
    to = click.prompt("Address that is written to at once, beside those on call")
    security = click.prompt("Encryption", type=click.Choice(["starttls", "tls", "none"]), default="starttls")
    port = click.prompt("Port", type=click.IntRange(1, 65_535), default=465 if security == "tls" else 587)
    alarm = alarm_of(host.strip(), port, security, sender.strip(), to.strip())
    keep_alarm(path, alarm)
    click.echo("2 mail: the server answered; a mail says only that something waits")


def _backup(path: Path, yes: bool, folder: Path | None) -> None:
    """The first backup, and the proof that a node comes out of it: put back in a folder that goes again."""
    from node.setup_steps import first_backup

    if folder is None and not yes:
        typed = click.prompt(
            "Folder for backups, on another disk; leave it empty for later", default="", show_default=False
        )
        folder = Path(typed.strip()) if typed.strip() else None
    if folder is None:
        click.echo("3 no backup yet: `trm-node backup FILE`, and `--keys` apart")
        return
    made = first_backup(path, folder)
    click.echo(f"3 backup: {made.database} and {made.keys}; a node came out of them, {counted(made.cases, 'case')}")
    click.echo("  keep the keys apart from the database, for 30 days at most")


def _doctor(path: Path) -> None:
    from node.setup_steps import looked_at

    found = looked_at(path)
    for one in found:
        click.echo(f"4 {one.level}: {one.says}" + (f": {one.fix}" if one.fix else ""))
    if not found:
        click.echo("4 the doctor finds nothing")


def _next(path: Path) -> None:
    from node.config import load

    node = load(path).config.node
    for line in (
        "next, in this order:",
        "  print the three recovery sheets, give them to three people, delete the files",
        f"  on an offline machine: trm-registry request node-record.json --key role-{node.country} --out request",
        "  send the request on a known diplomatic way; the maintainers phone you and compare twelve groups",
        f"  trm-node --config {path} serve, as a service (deploy/), behind a proxy with TLS",
        "  sign in at /desk/, set up two passkeys, invite an operator and a second coordinator",
    ):
        click.echo(line)
