"""trm-registry: the registry by hand, with files that travel. Every command calls a plain function of this package."""

import asyncio
import errno
import os
import secrets
import shutil
import signal
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import click

from node.clock import INVENTED_COUNTRY, Clock, FileClock, SystemClock
from node.crypto.errors import CryptoError
from node.crypto.rolekeys import RoleKey
from node.crypto.vault import MODERATE
from node.errors import BadInput, OpenTRMError, counted
from registry.asked import last_asked, must_not_be_older, note_asked
from registry.ceremony import admit as admit_requests
from registry.ceremony import check_names, create_registry, publish_update, renew_root
from registry.ceremony import publish as publish_proposal
from registry.client import RegistryClient
from registry.command_line import Group, asking
from registry.concern import read_concern
from registry.countersign import countersign, joining, must_be_maintainer, must_begin_with
from registry.describe import countries_of, describe_copy, describe_file, describe_registry, must_not_be_lost
from registry.fetch import HttpFetch, fetch_from_folder
from registry.keyfiles import must_be_of, must_hold_no_key, name_of, new_key, open_key
from registry.names import ONLINE, country_role, when
from registry.publisher import Publisher
from registry.record import read_node_record
from registry.removal import remove as remove_countries
from registry.repository import Repository, write_whole
from registry.request import make_request, read_request
from registry.serve import serve as serve_registry
from registry.suspension import make_suspension, publish_suspension
from registry.troubles import plain

PASSPHRASE_COST = MODERATE
MAX_VERSION: Final = 2**31 - 1  # a slip of the hand ends here
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER: Final = click.Path(file_okay=False, path_type=Path)

_registry = click.option("--registry", "folder", type=_FOLDER, required=True, help="The publisher's folder.")
_key = click.option("--key", type=_FOLDER, required=True, help="A key folder.")
_passphrase = click.option(
    "--passphrase-file", type=_FILE, help="Read the passphrase from this file instead of asking."
)
_clock = click.option("--clock-file", type=_FILE, help="Shared clock of a demo; only for invented countries XA-XZ.")
_groups = click.option("--groups", multiple=True, help="XX=the twelve groups as heard; asked for when left out.")
_out = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")


class _Commands(Group):
    """Turns our errors into one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            with asking():
                return super().invoke(ctx)
        except (OpenTRMError, CryptoError) as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:  # a file that cannot be written, a port in use
            if error.errno == errno.EPIPE:
                raise  # click ends quietly when nobody reads on
            number = error.errno or 0
            reason = (os.strerror(number) if number > 0 else str(error)).lower()
            where = f"{Path(os.fsdecode(error.filename)).name}: " if error.filename else ""
            raise click.ClickException(f"{where}{reason}; name another file, folder or port") from None


@click.group(cls=_Commands)
def main() -> None:
    """Keep the registry of countries: who is in the network, with which keys."""


@main.command()
@click.argument("folder", type=_FOLDER)
@click.option("--keys", type=_FOLDER, required=True, help="Where the new keys go; move them to their holders.")
@click.option("--maintainer", "names", multiple=True, required=True, help="Name of a maintainer; repeat it.")
@click.option("--needed", type=int, required=True, help="How many must sign (k); at most 2k-1 maintainers.")
@_passphrase
@_clock
def init(
    folder: Path, keys: Path, names: tuple[str, ...], needed: int, passphrase_file: Path | None, clock_file: Path | None
) -> None:
    """Make a registry: maintainers' keys, the online key, and the root that nodes pin."""
    repository = Repository(folder)
    if repository.metadata.exists():
        raise BadInput("folder holds a registry already; name an empty one")
    check_names(names, needed)  # before a key is made in a folder of that name
    clock = _clock_of(None, clock_file)
    everybody, made = (*names, ONLINE), dict[str, RoleKey]()
    for name in everybody:
        must_hold_no_key(keys / name)
    with ExitStack() as undone:  # a full disk or Ctrl-C: nothing is left, so that the same command can be given again
        for path in (repository.metadata, *(keys / name for name in everybody)):
            if not path.exists():
                undone.callback(shutil.rmtree, path, ignore_errors=True)
        for name in everybody:
            passphrase = _passphrase_for(name, passphrase_file, new=True)
            made[name] = new_key(keys / name, name, passphrase, cost=PASSPHRASE_COST)
        online = made.pop(ONLINE)
        create_registry(repository, made, needed, online, clock)
        undone.pop_all()
    root = folder / "metadata" / "1.root.json"
    click.echo(f"registry made; nodes pin {root} (sha256 {repository.first_root_sha256()})")
    click.echo(f"keys are in {keys}: hand each maintainer its own folder, keep 'online' with the publisher")


@main.command()
@click.argument("node_record", type=_FILE)
@_key
@_out
@click.option("--version", type=click.IntRange(1, MAX_VERSION), default=1, help="One more than the last one published.")
@_passphrase
@_clock
def request(
    node_record: Path, key: Path, out: Path, version: int, passphrase_file: Path | None, clock_file: Path | None
) -> None:
    """At the country: make the role key (or use it again) and a request from node-record.json."""
    data = node_record.read_bytes()
    country = read_node_record(data)[0].country
    clock = _clock_for([country], clock_file)
    must_be_of(key, country_role(country))
    must_not_be_lost(out, "request", country)
    last = last_asked(key)
    must_not_be_older(version, last)
    if (key / "key.sealed").exists():
        role_key = open_key(key, _passphrase_for(country, passphrase_file))
    else:
        passphrase = _passphrase_for(country, passphrase_file, new=True)
        role_key = new_key(key, country_role(country), passphrase, cost=PASSPHRASE_COST)
    made = make_request(data, role_key, clock.now(), version)
    write_whole(out, made)
    note_asked(key, version)
    if version == last:
        click.echo(f"version {version} was asked for with this key before; if it was published, ask for {version + 1}",
                   err=True)  # fmt: skip
    click.echo(f"request for {country} written to {out}; read these groups to each maintainer who phones you:")
    click.echo(read_request(made).fingerprint)


@main.command()
@click.argument("requests", nargs=-1, type=_FILE)
@_registry
@_out
@_groups
@click.option("--replace", is_flag=True, help="Give a country that is in the registry new role keys.")
@click.option("--root", "of_root", is_flag=True, help="Renew the root instead.")
@click.option("--remove", "gone", multiple=True, metavar="XX", help="Take this country out instead; repeat it.")
@_clock
def admit(
    requests: tuple[Path, ...],
    folder: Path,
    out: Path,
    groups: tuple[str, ...],
    replace: bool,
    of_root: bool,
    gone: tuple[str, ...],
    clock_file: Path | None,
) -> None:
    """Make a proposal that admits REQUESTS (none: renew the targets file). Type the groups as you hear them."""
    if out.exists():
        raise BadInput(f"{out.name} exists already and may be signed; name another file with --out")
    if gone and (requests or of_root):
        raise BadInput("--remove goes alone: one proposal takes countries out, another one admits or renews")
    repository, data = Repository(folder), [path.read_bytes() for path in requests]
    codes = [read_request(one).code for one in data]
    clock = _clock_for([*countries_of(repository), *codes], clock_file)
    heard = _heard(codes, groups)
    if of_root:
        made = renew_root(repository, clock.now())
    elif gone:
        made = remove_countries(repository, gone, clock.now())
    else:
        made = admit_requests(repository, data, heard, clock.now(), replace=replace)
    write_whole(out, made)
    signers = counted(repository.maintainers().needed, "maintainer signs", "maintainers sign")
    click.echo(f"proposal written to {out}; {signers} it with `sign`")


@main.command()
@click.argument("proposal", type=_FILE)
@click.option("--registry", "folder", type=_FOLDER, required=True, help="A copy of the registry, as you fetched it.")
@click.option("--root", type=_FILE, help="The first root that you keep; a copy that begins with another gets nothing.")
@_key
@_groups
@_passphrase
def sign(
    proposal: Path, folder: Path, root: Path | None, key: Path, groups: tuple[str, ...], passphrase_file: Path | None
) -> None:
    """At a maintainer: add both signatures to a proposal file. Phone each country that joins and type its groups."""
    name, data, repository = name_of(key), proposal.read_bytes(), Repository(folder)
    if root is not None:
        must_begin_with(repository, root)
    codes = joining(repository, data)
    for line in (*describe_file(data)[1], describe_copy(repository)):
        click.echo(line)
    heard = _heard(codes, groups)
    signed = countersign(repository, data, heard, open_key(key, _passphrase_for(name, passphrase_file)))
    write_whole(proposal, signed)
    # Crash before this line: the proposal is as it was, with the signatures it had; sign again.
    click.echo(f"signed by {name}; pass {proposal} on")


@main.command()
@click.argument("country")
@_registry
@_key
@_out
@_passphrase
@_clock
def suspend(
    country: str, folder: Path, key: Path, out: Path, passphrase_file: Path | None, clock_file: Path | None
) -> None:
    """At one maintainer: suspend a country for 72 hours; give the file to `publish`."""
    repository, name = Repository(folder), name_of(key)
    clock = _clock_for(countries_of(repository), clock_file)
    must_not_be_lost(out, "suspension", country)
    opened = open_key(key, _passphrase_for(name, passphrase_file))
    must_be_maintainer(repository, opened)
    write_whole(out, make_suspension(repository, name, opened, country, clock.now()))
    click.echo(f"suspension of {country} written to {out}; hand it to the publisher")


@main.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@_registry
@_key
@_passphrase
@_clock
def publish(
    files: tuple[Path, ...], folder: Path, key: Path, passphrase_file: Path | None, clock_file: Path | None
) -> None:
    """Publish a signed proposal (or its copies), a country's newer request, or a suspension."""
    publisher = _publisher(folder, key, passphrase_file, clock_file)
    data = [path.read_bytes() for path in files]
    kind = describe_file(data[0])[0]
    if kind == "proposal":
        click.echo(f"published {(made := publish_proposal(publisher, data)).kind} version {made.version}")
    elif kind == "request":
        for one in data:
            click.echo(
                f"published record {(updated := publish_update(publisher, one)).record.serial} of {updated.code}"
            )
    else:
        for one in data:
            click.echo(f"{publish_suspension(publisher, one).country} is suspended for 72 hours")


@main.command()
@_registry
@_key
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=8700, show_default=True)
@_passphrase
@_clock
def serve(folder: Path, key: Path, host: str, port: int, passphrase_file: Path | None, clock_file: Path | None) -> None:
    """Serve the folder over HTTP and sign the timestamp daily, until Ctrl-C."""
    publisher = _publisher(folder, key, passphrase_file, clock_file)

    def still_invented() -> None:
        _clock_for(countries_of(publisher.repository), clock_file)

    async def run() -> None:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await serve_registry(publisher, host, port, still_invented)

    with publisher.repository.served_alone(), suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(run())


@main.command()
@click.argument("mirror")
@click.option("--root", "root", type=_FILE, required=True, help="The pinned root.")
@_clock
def verify(mirror: str, root: Path, clock_file: Path | None) -> None:
    """Read a registry (address or folder) as a node would and say what verifies."""
    pinned = root.read_bytes()
    is_address = mirror.startswith(("http://", "https://"))
    if not (is_address or Path(mirror).is_dir()):
        raise BadInput("there is no such folder; name the folder of a registry, or its address (http, https)")
    fetch = HttpFetch() if is_address else fetch_from_folder
    with tempfile.TemporaryDirectory() as state:
        clock: Clock = FileClock(clock_file) if clock_file else SystemClock()
        view = RegistryClient(Path(state), pinned, [mirror], fetch=fetch, quarantine_s=0).refresh(clock.now())
    _clock_for(list(view.countries), clock_file)
    click.echo(f"root {view.root_version}, snapshot {view.snapshot_version} {view.snapshot_sha256.hex()}")
    for code, country in view.countries.items():
        click.echo(f"{code} {country.status} record {country.serial} {country.fingerprint}")
    for source, sentence in view.troubles.items():
        click.echo(f"{source}: {plain(sentence)}")
    if view.troubles:
        raise click.ClickException("not everything verifies; see the lines above")


@main.command()
@click.argument("file", type=_FILE)
@_registry
def concern(file: Path, folder: Path) -> None:
    """Read a node's concern about another node and check its signature; it suspends nobody by itself."""
    repository = Repository(folder)
    records = {code: record for code in countries_of(repository) if (record := repository.record(code)) is not None}
    said = read_concern(file.read_bytes(), records)
    click.echo(
        f"{said.sender} about {said.about}: {said.code}, since {when(said.since)}, written {when(said.written_at)}"
    )
    click.echo("Phone both countries before anything else.")


@main.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def show(path: Path) -> None:
    """Say what a registry folder, a request, a proposal or a suspension holds."""
    lines = describe_registry(Repository(path)) if path.is_dir() else describe_file(path.read_bytes())[1]
    for line in lines:
        click.echo(line)


def _heard(codes: list[str], groups: tuple[str, ...]) -> dict[str, str]:
    heard = dict(entry.split("=", 1) for entry in groups if "=" in entry)
    for code in codes:
        if code not in heard:
            # Never shown here first: who has not phoned cannot go on (attack 41).
            heard[code] = click.prompt(f"Phone {code} on a number you have from elsewhere. Twelve groups as heard")
    return heard


def _publisher(folder: Path, key: Path, passphrase_file: Path | None, clock_file: Path | None) -> Publisher:
    repository = Repository(folder)
    clock = _clock_for(countries_of(repository), clock_file)
    return Publisher(repository, open_key(key, _passphrase_for(ONLINE, passphrase_file)), clock)


def _clock_for(countries: list[str], clock_file: Path | None) -> Clock:
    real = [code for code in countries if not INVENTED_COUNTRY.fullmatch(code)]
    return _clock_of(real[0] if real else None, clock_file)


def _clock_of(real: str | None, clock_file: Path | None) -> Clock:
    if clock_file is None:
        return SystemClock()
    if real is not None:
        raise BadInput(f"--clock-file is honoured only for invented countries XA-XZ, and {real} is here; leave it out")
    return FileClock(clock_file)


def _text_in(file: Path) -> str:
    """The passphrase in a file; BadInput where it is no text, or nothing."""
    try:
        text = file.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise BadInput(f"{file.name} is not text; write the passphrase in UTF-8") from None
    if not text:
        raise BadInput(f"{file.name} is empty; write the passphrase into it")
    return text


def _passphrase_for(name: str, file: Path | None, *, new: bool = False) -> str:
    if file is not None:
        return _text_in(file)
    hint = f" (for example {secrets.token_hex(8)})" if new else ""
    return str(click.prompt(f"Passphrase of {name}{hint}", hide_input=True, confirmation_prompt=new))
