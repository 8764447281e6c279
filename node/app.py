"""Putting one node together from its configuration, and running it until it is told to stop.

Holds no rule. The order matters: keys and database first, then the registry, then what others may ask of us.
"""

import asyncio
import gc
import os
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web

from node.api.app import api_application
from node.api.limits import ApiLimits, held_to
from node.clock import clock_for
from node.config import Config, Loaded, pinned_root, two_steps
from node.errors import Unavailable
from node.health import health_routes, metrics_application, tell_of_clock
from node.init_checks import read_key
from node.jobs import Job, Jobs
from node.listening import runner_of
from node.log import configure, get
from node.machine import machine_of, settings_of
from node.pager import Pager, channels_of
from node.peer.api import routes as peer_routes
from node.peer.worker import Workers
from node.proxies import real_remote
from node.secret_files import read_text_secret
from node.service.buckets import Buckets
from node.service.context import YEAR_S, Node
from node.service.delivery.incoming import judge_parked
from node.service.directory.publishing import send_entries
from node.service.network.old_registry import load_old_sends
from node.service.network.prekeys import load_bundles
from node.service.network.registry import RegistryKeeper
from node.service.safety import alarms, on_call
from node.service.staff.sign_in import SignInLimits, Staff
from node.service.statistics.yearly import make_year
from node.service.upkeep import birthdays, sweeps
from node.service.upkeep.setup import Opened, Unlock, message_seed, open_node
from node.signer import SignerProcess
from node.store.folder import DataFolder
from node.training import must_be_invented, must_be_of_one_kind
from node.web.administration import Administration
from node.web.app import desk_application, refused
from node.web.settings import SIGN_IN_PATHS, DeskSettings
from registry.client import RegistryClient
from registry.errors import BadRegistryFile
from registry.roots import parse_metadata
from registry.trust import View
from registry.tuftypes import Root

YOUNG_OBJECTS = 100_000  # so many new ones before garbage is looked for; a letter leaves some hundreds
NO_VIEW = View(0, 0, 0, 0, 0, bytes(32), {}, (), {})


@dataclass(slots=True)
class Running:
    """A node at work: what it opened, and its moving parts."""

    opened: Opened
    keeper: RegistryKeeper
    workers: Workers
    jobs: Jobs
    url: str
    metrics_url: str


def unlock_of(config: Config) -> Unlock:
    """How the node's key is had by this configuration; asks for the passphrase where nothing is configured."""
    keys = config.keys
    if keys.key_file is not None:
        return Unlock(key_file=read_key(keys.key_file))
    if keys.passphrase_file is not None:
        return Unlock(passphrase=read_text_secret(keys.passphrase_file))
    if sys.stdin.isatty():
        import getpass

        return Unlock(passphrase=getpass.getpass("Passphrase of this node: "))
    return Unlock()


def open_alone(config: Config) -> Opened:
    """Open the stopped node of this configuration, without the registry: for what is done to it by hand."""
    clock = clock_for(config.node.country, config.node.clock_file)
    folder = DataFolder(config.node.data_dir, config.node.journal_dir)
    opened = open_node(folder, config.node.country, unlock_of(config), NO_VIEW, clock, os.urandom)
    try:
        must_be_of_one_kind(opened.node.training, config.node.training)
    except BaseException:
        opened.close()
        raise
    return opened


def open_configured(loaded: Loaded) -> tuple[Opened, RegistryClient, list[tuple[str, bytes]]]:
    """Open the node of this configuration, with the registry as it was last verified."""
    config = loaded.config
    clock = clock_for(config.node.country, config.node.clock_file)
    fetched: list[tuple[str, bytes]] = []
    root = pinned_root(config)
    _must_be_root(config.registry.root_file, root)
    client = RegistryClient(
        config.node.data_dir / "registry", root, config.registry.mirrors,
        archive=lambda name, data: fetched.append((name, data)), quarantine_s=config.registry.first_contact_wait_s,
    )  # fmt: skip
    opened = open_alone(config)
    try:  # only now is the folder ours alone: reading the stored registry works in a folder beside it
        opened.node.view = client.load(clock.now()) or NO_VIEW
        if opened.node.training:
            must_be_invented(opened.node.view.countries)
        _must_have_a_registry(client)
        load_old_sends(opened.node)
    except BaseException:
        opened.close()
        raise
    opened.node.mirrors = config.registry.mirrors
    longest_s, usual = config.limits.retry_longest_s, opened.node.limits
    opened.node.limits = replace(
        usual, limitation_s=config.limits.limitation_years * YEAR_S, retry_cap_s=longest_s,
        retry_cap_urgent_s=min(longest_s, usual.retry_cap_urgent_s),
    )  # fmt: skip
    return opened, client, fetched


def _must_be_root(file: Path, data: bytes) -> None:
    try:
        parse_metadata(data, Root)
    except BadRegistryFile as error:
        says = f"pinned root {file.name}: {error.message}; put the root that the maintainers gave you there"
        raise Unavailable(says) from None


def _must_have_a_registry(client: RegistryClient) -> None:
    """A copy that cannot be used or renewed is said; with neither there would never be a registry, so none starts."""
    found = [one for one in (client.damaged, client.unwritable()) if one is not None]
    for one in found:
        get().error("registry_copy", exc_info=one)
    if client.view is None and (unwritable := client.unwritable()) is not None:
        raise Unavailable(unwritable.message)


@asynccontextmanager
async def running(loaded: Loaded) -> AsyncIterator[Running]:
    """A node that serves, delivers and sweeps, until the block ends."""
    config = loaded.config
    opened, client, fetched = await asyncio.to_thread(open_configured, loaded)
    node = opened.node
    keeper = RegistryKeeper(node, client, fetched, must_be_invented if node.training else None)
    node.on_unknown_key = keeper.ask
    node.signer = signer = SignerProcess(lambda: node.keys.message, message_seed(opened))
    workers = Workers(node)
    limits = SignInLimits(config.limits.session_idle_s, config.limits.session_max_s, two_steps(config))
    staff = Staff(node, opened.pepper, limits=limits)
    node.page_by = channels_of(config.alarm)
    jobs = Jobs(_rows(opened, keeper, workers, staff, config), node.clock, config.limits.max_clock_jump_s)
    node.on_believed = jobs.wake_all
    node.on_alarm, node.on_page = (lambda: jobs.wake("alarms")), (lambda: jobs.wake("pages"))
    runners: list[web.AppRunner] = []
    asks = asyncio.create_task(keeper.answer_asks(), name="registry asks")
    try:
        await keeper.refresh()
        tell_of_clock(node)
        load_bundles(node)
        await judge_parked(node)
        here = Administration(lambda: machine_of(node, jobs, loaded), lambda: settings_of(loaded))
        public = _public(node, jobs, staff, config, replace(here, serves_operators=config.desk.admin == "public"))
        url = await _listen(public, config.listen.host, config.listen.port, config, runners)
        metrics = metrics_application(node, jobs)
        _add_faces(metrics, node, staff, config, here)  # operators work here, through a tunnel
        metrics_url = await _listen(metrics, config.listen.metrics_host, config.listen.metrics_port, None, runners)
        await workers.start()
        jobs.start()
        _settle_memory()
        yield Running(opened, keeper, workers, jobs, url, metrics_url)
    finally:
        for runner in runners:
            await runner.cleanup()
        await jobs.stop()
        await workers.stop()
        asks.cancel()
        await asyncio.gather(asks, return_exceptions=True)
        opened.close()
        signer.close()
        gc.unfreeze()


def _settle_memory() -> None:
    """What was made for the start stays until the end: looking through it again for garbage only costs time."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(YOUNG_OBJECTS)


async def serve(loaded: Loaded) -> None:
    """Run until SIGTERM or Ctrl-C; prints one line with the address when it is ready."""
    clock = clock_for(loaded.config.node.country, loaded.config.node.clock_file)
    configure(clock.now, loaded.config.log.level)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with running(loaded) as node:
        print(f"ready {node.opened.node.country} {node.url} metrics {node.metrics_url}", flush=True)
        await stop.wait()
        get().info("stopping")


def _rows(opened: Opened, keeper: RegistryKeeper, workers: Workers, staff: Staff, config: Config) -> list[Job]:
    node, pager = opened.node, Pager(opened.node, config.alarm)
    return [
        #   name        every s                      what it does, safe to call by hand
        Job("registry", config.registry.refresh_s, keeper.refresh, jitter_s=config.registry.refresh_s // 10),
        Job("delivery", 60, workers.look),
        Job("reseal", 3600, lambda: sweeps.reseal(node)),
        Job("overdue", 60, lambda: sweeps.overdue(node)),
        Job("alarms", 30, lambda: alarms.climb(node)),
        Job("drills", 3600, lambda: on_call.remind_of_drill(node)),
        Job("pages", 15, pager.send_due),
        Job("mails", 900, pager.send_wished),
        Job("gaps", 60, lambda: sweeps.gaps(node)),
        Job("heads", 3600, lambda: sweeps.heads(node)),
        Job("coming_of_age", 3600, lambda: birthdays.coming_of_age(node)),
        Job("keys", 3600, lambda: sweeps.keys(opened)),
        Job("retention", 3600, lambda: sweeps.retention(node)),
        Job("statistics", 86_400, lambda: make_year(node)),
        Job("directory", 600, lambda: send_entries(node)),
        Job("sign_ins", 60, staff.sweep),
        Job("disk", 10, lambda: sweeps.disk(node)),
    ]


def _public(node: Node, jobs: Jobs, staff: Staff, config: Config, administration: Administration) -> web.Application:
    app = web.Application(middlewares=[real_remote(config.listen.trusted_proxies)], client_max_size=1 << 20)
    per_s = config.limits.requests_per_minute / 60
    app.add_routes(peer_routes(node, Buckets(node.clock.monotonic, per_s=per_s * 5)))
    app.add_routes(health_routes(node, jobs))
    _add_faces(app, node, staff, config, administration)
    app.router.add_get("/", _to_the_desk)
    return app


def _add_faces(app: web.Application, node: Node, staff: Staff, config: Config, administration: Administration) -> None:
    """The API and the desk, on the public listener and on the machine's own."""
    limits = ApiLimits(config.limits.api_requests_per_minute, config.limits.sign_ins_per_minute)
    app.add_subapp("/api/v1", api_application(staff, limits, administration.serves_operators))
    monotonic = node.clock.monotonic
    held = held_to(limits, monotonic, refused(staff), SIGN_IN_PATHS)
    settings = DeskSettings(config.desk.exit_url, config.desk.help_name, config.desk.help_phone, config.desk.undo_s)
    app.add_subapp("/desk", desk_application(staff, (held,), settings=settings, administration=administration))


async def _to_the_desk(_: web.Request) -> web.Response:
    return web.Response(status=303, headers={"Location": "/desk/"})


async def _listen(
    app: web.Application, host: str, port: int, config: Config | None, runners: list[web.AppRunner]
) -> str:
    runner = runner_of(app)
    await runner.setup()
    runners.append(runner)
    context = None if config is None else tls_of(config)
    try:
        await web.TCPSite(runner, host, port, ssl_context=context).start()
    except OSError as error:
        known = error.errno is not None and error.errno > 0  # a name that is nobody's has a number of its own
        reason = (os.strerror(error.errno or 0) if known else "it is no address of this machine").lower()
        raise Unavailable(
            f"cannot listen on {host} port {port}: {reason}; stop the other program or change [listen]"
        ) from error
    bound = runner.addresses[0][1]
    return f"{'https' if context else 'http'}://{host}:{bound}"


def tls_of(config: Config) -> ssl.SSLContext | None:
    """What the node proves itself with where no proxy does it; Unavailable where the two files do not fit."""
    if config.tls.cert_file is None or config.tls.key_file is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(config.tls.cert_file, config.tls.key_file)
    except OSError as error:  # ssl's own errors are of this kind too
        is_ssl = isinstance(error, ssl.SSLError)
        reason = "they are no certificate with its key" if is_ssl else (error.strerror or "unreadable").lower()
        raise Unavailable(f"tls.cert_file and tls.key_file cannot be used: {reason}; name a PEM pair") from error
    return context
