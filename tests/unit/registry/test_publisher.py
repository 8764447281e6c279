"""The publisher keeps the registry fresh by itself, deletes nothing and serves nothing but published files."""

import asyncio
import threading
from hashlib import sha256

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer

from registry import ceremony
from registry.errors import BadRegistryFile, StaleProposal
from registry.names import DAY_S
from registry.proposal import sign
from registry.publisher import Publisher
from registry.record import encode_record
from registry.repository import Repository
from registry.serve import keep_fresh, make_app
from registry.suspension import Suspension, counted, make_suspension, publish_suspension, suspended_until
from tests.registry_world import RegistryWorld, invented_keys, invented_record

NOW = 1_800_000_000


def suspension(maintainer, first_at, until=None, country="XA"):
    until = first_at + 3 * DAY_S if until is None else until
    return Suspension(
        v=1, country=country, record_sha256="00" * 32, maintainer=maintainer, first_at=first_at, until=until
    )


def test_the_timestamp_is_signed_again_after_a_day_and_not_before(world):
    """Registry decided 10."""
    first = world.repository.timestamp().version
    world.clock.step(DAY_S - 1)
    assert not world.publisher.refresh()
    world.clock.step(1)
    assert world.publisher.refresh()
    assert world.repository.timestamp().version == first + 1


def test_the_snapshot_is_signed_again_before_its_week_is_over(world, tmp_path):
    """A registry nobody touches stays valid."""
    for _ in range(30):
        world.clock.step(DAY_S)
        world.publisher.refresh()

    view = world.client(tmp_path / "state").refresh(world.clock.now())

    assert view.verified_at == NOW + 30 * DAY_S
    assert not view.troubles


def test_nothing_published_is_ever_deleted_or_changed(world):
    """Registry decided 8."""

    def files():
        return {p: p.read_bytes() for p in world.folder.rglob("*") if p.is_file() and p.name != "timestamp.json"}

    before = files()
    world.update("XA")
    world.join("XT")
    world.clock.step(6 * DAY_S)
    world.publisher.refresh()

    assert before.items() <= files().items()


def test_a_publication_that_crashed_before_the_timestamp_is_invisible_and_can_be_repeated(world, tmp_path, monkeypatch):
    """The last write is the one that publishes."""
    with monkeypatch.context() as broken:
        broken.setattr(world.repository, "write_timestamp", _crash)
        with pytest.raises(OSError, match="crash"):
            world.join("XT")
    assert set(world.client(tmp_path / "a").refresh(NOW).countries) == {"XA", "XB"}

    world.join("XT")

    assert set(world.client(tmp_path / "b").refresh(NOW).countries) == {"XA", "XB", "XT"}


def test_another_key_cannot_publish(world):
    """The root names the online key."""
    with pytest.raises(BadRegistryFile, match="online key"):
        Publisher(world.repository, world.keys["XA"].role, world.clock)


def test_one_maintainer_suspends_for_72_hours_and_every_node_sees_it(world, tmp_path):
    """Registry decided 4, R39."""
    client = world.client(tmp_path / "state")
    client.refresh(NOW)
    publish_suspension(world.publisher, make_suspension(world.repository, "ada", world.maintainers["ada"], "XA", NOW))

    view = client.refresh(NOW + 60)

    assert view.countries["XA"].status == "suspended"
    assert view.countries["XA"].status_at(NOW + 3 * DAY_S) == "active"
    assert view.countries["XB"].status == "active"
    assert client.load(NOW + 60) is not None
    assert world.client(tmp_path / "state").load(NOW + 60).countries["XA"].status == "suspended"


def test_a_suspension_signed_by_another_maintainer_is_refused(world):
    """Both keys of the maintainer who is named."""
    forged = make_suspension(world.repository, "ada", world.maintainers["bo"], "XA", NOW)
    with pytest.raises(BadRegistryFile, match="both keys of maintainer ada"):
        publish_suspension(world.publisher, forged)


def test_the_same_maintainer_may_not_repeat_and_a_second_may_extend_once():
    """Registry decided 4: 30 days; then k of n."""
    first = counted([], [suspension("ada", NOW)])
    repeated = counted(first, [suspension("ada", NOW + 2 * DAY_S)])
    extended = counted(first, [suspension("bo", NOW + 2 * DAY_S)])
    third = counted(extended, [suspension("cyd", NOW + 4 * DAY_S)])
    month_later = counted(first, [suspension("ada", NOW + 30 * DAY_S)])

    assert repeated == first
    assert suspended_until(extended, "XA") == NOW + 5 * DAY_S
    assert third == extended
    assert suspended_until(month_later, "XA") == NOW + 33 * DAY_S


def test_a_suspension_of_more_than_72_hours_does_not_count():
    """Registry decided 4."""
    assert counted([], [suspension("ada", NOW, NOW + 3 * DAY_S + 1)]) == ()
    assert suspended_until([suspension("ada", NOW)], "XB") == 0


async def test_the_server_gives_published_files_and_nothing_else(world):
    """No folder listing, no dot file, no way up, no writing."""
    (world.folder / "metadata/.timestamp.json.1.new").write_bytes(b"unfinished")
    (world.folder / "secret.txt").write_bytes(b"secret")
    async with TestClient(TestServer(make_app(world.repository))) as http:
        good = await http.get("/metadata/timestamp.json")
        body = await good.read()
        answers = [
            (await http.get(path)).status
            for path in (
                "/",
                "/metadata/",
                "/secret.txt",
                "/metadata/.timestamp.json.1.new",
                "/metadata/%2e%2e/secret.txt",
            )
        ]
        posted = await http.post("/metadata/timestamp.json", data=b"x")

    assert body == (world.folder / "metadata/timestamp.json").read_bytes()
    assert good.headers["Cache-Control"] == "no-cache"
    assert answers == [404] * 5
    assert posted.status == 405


async def test_the_publishers_loop_signs_and_survives_an_error(world, monkeypatch, capsys):
    """A full disk today is told, and tomorrow's signature is made."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    answers = iter([OSError("disk is full"), True])

    def refresh():
        answer = next(answers, True)
        if isinstance(answer, OSError):
            raise answer
        loop.call_soon_threadsafe(done.set)
        return answer

    monkeypatch.setattr(world.publisher, "refresh", refresh)
    task = asyncio.create_task(keep_fresh(world.publisher, every_s=0))
    await asyncio.wait_for(done.wait(), 10)
    task.cancel()

    assert "disk is full" in capsys.readouterr().err


def test_a_publication_by_hand_and_the_daily_signing_do_not_write_over_each_other(world, tmp_path, monkeypatch):
    """`trm-registry publish` is another process than `serve`: the second waits, and nodes verify what both wrote."""
    beside = threading.Thread(target=Publisher(Repository(world.folder), world.online, world.clock).refresh)
    write = Repository.write_timestamp
    world.clock.step(5 * DAY_S)  # both snapshot and timestamp have to be signed again

    def write_while_another_begins(repository, data):
        monkeypatch.setattr(Repository, "write_timestamp", write)
        beside.start()
        beside.join(0.5)
        write(repository, data)

    monkeypatch.setattr(Repository, "write_timestamp", write_while_another_begins)
    world.join("XT")
    beside.join(20)

    view = world.client(tmp_path / "state").refresh(world.clock.now())
    assert not view.troubles and "XT" in view.countries


async def test_the_publishers_loop_catches_up_with_a_clock_that_jumps_long_before_its_next_turn(world):
    """Registry 4.6: whoever woke up after days asks at once, and finds a timestamp of today."""
    task = asyncio.create_task(keep_fresh(world.publisher, every_s=3600))
    await asyncio.sleep(0)  # it has begun
    world.clock.jump(5 * DAY_S)

    for _ in range(2000):
        issued_at = world.repository.timestamp().unrecognized_fields["x-trm-issued-at"]
        if issued_at == world.clock.now():
            break
        await asyncio.sleep(0.01)
    task.cancel()

    assert issued_at == world.clock.now()


def _crash(data):
    raise OSError("crash")


def two_lists(world):
    """Proposals for one version of the list; what publishes them, and what the first says."""
    for code in ("XT", "XM"):
        world.keys[code] = invented_keys(code)
        world.records[code] = invented_record(code, world.keys[code], world.clock.now())
    first, second = ([world.proposal([world.request(code)])] for code in ("XT", "XM"))
    return ceremony.publish, first, second


def two_records(world):
    """Newer records of XA for one version of its role."""
    old, made = world.records["XA"], []
    prev = sha256(encode_record(old)).hexdigest()
    for number in ("duty desk, +000 000 001", "duty desk, +000 000 002"):
        world.records["XA"] = msgspec.structs.replace(old, serial=2, prev_sha256=prev, out_of_hours=number)
        made.append(world.request("XA", 2))
    return ceremony.publish_update, *made


@pytest.mark.parametrize("two", [two_lists, two_records])
def test_of_two_publications_of_one_version_at_once_the_second_is_told(world, monkeypatch, two):
    """Two hands at `trm-registry publish`: what each looked at still holds when it writes, or it writes nothing.

    Otherwise the second fails half-way, with files of its own lying there, and is told something else.
    """
    does, first, second = two(world)
    beside, at_the_door = Publisher(Repository(world.folder), world.online, world.clock), threading.Event()
    publish, alone, told = Publisher.publish, Repository.alone, list[object]()

    def publish_too():
        try:
            told.append(does(beside, second).version)
        except StaleProposal as error:
            told.append(error)

    def knocks(repository):
        if repository is beside.repository:
            at_the_door.set()
        return alone(repository)

    def another_begins(*given):
        monkeypatch.setattr(Publisher, "publish", publish)
        thread.start()
        at_the_door.wait(20)  # without the turn for the whole of it, it has looked at everything by now
        publish(*given)

    thread = threading.Thread(target=publish_too)
    monkeypatch.setattr(Repository, "alone", knocks)
    monkeypatch.setattr(Publisher, "publish", another_begins)
    does(world.publisher, first)  # nothing is raised: it is online
    thread.join(20)

    assert isinstance(told[0], StaleProposal)


def proposed(world: RegistryWorld, what: str) -> bytes:
    """A list or a root, signed by two."""
    if what == "targets":
        return world.proposal([])
    made = ceremony.renew_root(world.repository, world.clock.now())
    for name in ("ada", "bo"):
        made = sign(made, world.maintainers[name])
    return made


@pytest.mark.parametrize("what", ["targets", "root"])
def test_what_lay_until_it_ran_out_is_not_published(world, tmp_path, what):
    """Every node would refuse the whole registry until another one is signed."""
    made = proposed(world, what)
    world.clock.step(366 * DAY_S)
    world.publisher.refresh()

    with pytest.raises(StaleProposal, match=f"{what} .*ran out on 202"):
        ceremony.publish(world.publisher, [made])


@pytest.mark.parametrize("what", ["targets", "root"])
def test_a_clock_years_ahead_signs_nothing_that_outlives_its_ceremony(world, what):
    """Either would be shown for years by a publisher who hides the next one."""
    world.clock.step(3650 * DAY_S)
    made = proposed(world, what)
    world.clock.step(-3650 * DAY_S)

    with pytest.raises(BadRegistryFile, match="much longer than"):
        ceremony.publish(world.publisher, [made])


def test_a_countrys_request_that_ran_out_is_not_published(world):
    """Nobody could send to it: the country is told while it can make another one."""
    world.records["XA"] = msgspec.structs.replace(
        world.records["XA"], serial=2, prev_sha256=sha256(encode_record(world.records["XA"])).hexdigest()
    )
    request = world.request("XA", version=2)
    world.clock.step(366 * DAY_S)

    with pytest.raises(StaleProposal, match="c-XA version 2 ran out"):
        ceremony.publish_update(world.publisher, request)
