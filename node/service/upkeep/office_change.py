"""The office key changed: a new one for those who are here, the old one kept for what is sealed to it, then destroyed.

Two people stand behind a change. Everybody who reads names gets the new key at once, sealed to their own, so nobody has
to come in for it; whoever was shut out gets none. The record for the registry is written from what the database says
(`office_record`), so a crash in between loses nothing. Source: at-rest, key hierarchy; wire 8; H13; interface O2.
"""

from dataclasses import dataclass, field
from typing import Literal

from node.crypto.errors import BadSheet
from node.crypto.recovery import Sheet, join_seed, make_sheets, read_sheet
from node.crypto.suite import KemKey
from node.crypto.vault import Secret
from node.errors import BadInput, Conflict, NotAllowed
from node.service.context import DAY_S, Node
from node.service.keep.again import NAMES_WAIT
from node.service.keep.office_rows import put_anew
from node.service.staff.callers import Caller
from node.service.staff.offices import OFFICE, give
from node.service.staff.older_offices import Older, followed_by, older_offices, put_older
from node.service.staff.people import READS_NAMES, must_hold_office
from node.service.staff.sign_in import Staff
from node.service.threads.book import Book
from node.service.threads.keeping import decode_kept
from node.service.upkeep.own_record import own_record
from node.service.upkeep.setup import Opened
from node.store.work import Reader, Work

Why = Literal["routine", "somebody_left", "stolen"]
ROTATE = "rotate_office_key"
WAIT_S = 3 * DAY_S  # other countries seal to a new key only after it (registry, decided 5)
SPREAD_S = 7 * DAY_S  # for the country's own signature, the publisher, and nodes that read the registry late
LATE_S = 2 * DAY_S


@dataclass(frozen=True, slots=True)
class OfficeChanged:
    """A change that is in the database: how many people have the new key, how many case systems lost it, the sheets."""

    people: int
    systems: int
    sheets: tuple[Sheet, Sheet, Sheet] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of older keys: names sealed anew to the newest, keys destroyed, and what still needs the others."""

    sealed_anew: int
    destroyed: int
    letters: int
    kept_until: int


def overlap_s(node: Node) -> int:
    """How long others may still seal to the key before: until they have the new one, and what they queued has left."""
    return WAIT_S + SPREAD_S + node.limits.max_life_s


async def change_office(staff: Staff, by: Caller, second: str, why: Why, known: Secret | None = None) -> OfficeChanged:
    """A new office key from now on. One transaction: before it nothing happened, after it only the record is to write.

    `second` is the colleague who signed in for it too. `known`: the key of recovery sheets, after a restore from before
    a change. NotAllowed for one person alone or a shut office vault.
    """
    by.actor.must_be("coordinator")
    node, seed = staff.node, must_hold_office(staff, by)
    if second == by.actor.user_id:
        raise NotAllowed("two different people change the office key; name a colleague", rule="R24")
    fresh = known or Secret(node.random(32))
    if KemKey(fresh.value).public == node.office_public:
        raise Conflict("this is the office key already; nothing is to change")
    public, sheets = KemKey(fresh.value).public, make_sheets(fresh.value, node.random)

    def change(work: Work) -> OfficeChanged:
        now = node.now()
        if work.meta.get("office_public") != node.office_public:
            raise Conflict("office key was changed in between; stop the node and look again")
        _must_be_here(work, second)
        if known is not None and any(one.kid == KemKey(fresh.value).office_kid for one in older_offices(work)):
            raise Conflict("these sheets are of a key that was changed since; take the newest set")
        until = now if why == "stolen" else now + overlap_s(node)
        put_older(work, followed_by(work, seed, public, now, until))
        work.meta.put("office_public", public)
        people = _hand_out(work, fresh, now)
        systems = work.sessions.forget_office()
        for task in work.tasks.open():
            if task.code == ROTATE:
                work.tasks.done(task.id, by.actor.user_id, now)
        work.audit.append(now, by.actor.user_id, "office_key_changed", second, rule="H13", outcome=why)
        return OfficeChanged(people, systems, sheets)

    changed = await node.store.write(change)
    node.office_public = public
    staff.offices.drop_all()  # what is held in memory is the key before; everybody types the password once
    return changed


def seed_of_sheets(opened: Opened, one: str, other: str) -> Secret:
    """The key of two sheets as typed, where our newest record lists none after it; BadInput for any other.

    So a node that came back from a copy made before a change takes the key that other countries seal to.
    """
    try:
        first, second = read_sheet(one), read_sheet(other)
        seed = Secret(join_seed(first, second, first.office_kid))
    except BadSheet as error:
        raise BadInput(str(error), field="sheet") from None
    keys = own_record(opened).record.office_keys
    this = next((key for key in keys if key.office_kid == first.office_kid), None)
    if this is None:
        raise BadInput("our record does not list the key of these sheets; take the newest set", field="sheet")
    if any(key.holder == this.holder and key.from_at > this.from_at for key in keys):  # whoever left may hold it
        raise BadInput("our record lists a newer key than that of these sheets; take the newest set", field="sheet")
    return seed


def _must_be_here(work: Work, second: str) -> None:
    row = work.people.get(second)
    if row is None or row.disabled_at is not None or row.role not in READS_NAMES:
        raise NotAllowed("the second person is a caseworker or coordinator who may come in; name another", rule="R24")


def _hand_out(work: Work, seed: Secret, now: int) -> int:
    """Seal the new key to everybody who read names and is still here; take the old one from all others."""
    given = 0
    for row in work.people.all():
        had = [wrap for wrap in work.people.wraps(row.user_id) if wrap.kind == OFFICE]
        if had and row.disabled_at is None and row.role in READS_NAMES:
            give(work, row, seed, now)
            given += 1
        elif had:
            work.people.drop_wrap(row.user_id, OFFICE, OFFICE)
    return given


async def settle_office(staff: Staff, by: Caller) -> Settled:
    """Seal our own names to the newest key, and destroy each older one that nothing needs any more. Safe to repeat.

    One transaction a case: a crash leaves some cases under the older key, which opens them until this is asked again.
    """
    by.actor.must_be("coordinator")
    must_hold_office(staff, by)
    node, office = staff.node, by.actor.office
    assert office is not None
    anew = 0
    for case_id in await node.store.read(_cases):
        anew += await node.store.write(lambda work, case=case_id: _seal_anew(node, work, case, office))  # type: ignore[misc]
    counted = await node.store.read(lambda reader: kids_needed(node, reader))

    def destroy(work: Work) -> Settled:
        now, older = node.now(), older_offices(work)
        over = [
            one
            for one in older
            if not counted.get(one.kid) and now >= last_arrival(node.limits.max_life_s, one) and not _waits(work)
        ]
        # Every letter is opened for it and nothing is written meanwhile: done once more only where a key would go.
        needed = kids_needed(node, work) if over else counted
        kept = [one for one in older if one not in over or needed.get(one.kid)]
        put_older(work, kept)
        if len(kept) < len(older):
            work.audit.append(now, by.actor.user_id, "office_key_destroyed", outcome=str(len(older) - len(kept)))
        letters = sum(needed.get(one.kid, 0) for one in kept)
        return Settled(
            anew,
            len(older) - len(kept),
            letters,
            max((last_arrival(node.limits.max_life_s, one) for one in kept), default=0),
        )

    return await node.store.write(destroy)


def last_arrival(max_life_s: int, one: Older) -> int:
    """When the last letter sealed to an older key can come: released at the end of the overlap, and long on its way."""
    return one.until + max_life_s + LATE_S


def kids_needed(node: Node, reader: Reader) -> dict[bytes, int]:
    """How many received letters hold names sealed to each of our office keys."""
    found: dict[bytes, int] = {}
    of_cases = [row for case in _cases(reader) for row in reader.letters.of_case(case)]
    for row in (*of_cases, *(one for one in reader.letters.all_held() if one.case_id is None)):
        if row.direction != "in" or row.sealed is None:
            continue
        letter = decode_kept(Book(node, reader).payload(row))
        if letter.sealed_identity is not None:
            kid = bytes.fromhex(letter.sealed_identity.office_kid)
            found[kid] = found.get(kid, 0) + 1
    return found


def _waits(reader: Reader) -> bool:
    """Names that a restore left in disorder stand in blocks of letters that are gone, which ask for their key."""
    return bool(reader.tasks.cases_with(NAMES_WAIT))


def _cases(reader: Reader) -> list[str]:
    return [case for case, _ in reader.spent.keys_of_cases()]


def _seal_anew(node: Node, work: Work, case_id: str, office: KemKey) -> int:
    """The keys of names, scans, notes and talks of a case under the newest office key; how many were under an older."""
    return put_anew(work, case_id, lambda key, place, version: node.seals.to_newest_office(key, office, place, version))
