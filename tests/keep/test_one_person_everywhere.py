"""One person of a family is erased: her id stands nowhere in what is left of the case, whatever field it stood in.

The types of a case are walked, so that a new field which can hold a person makes a test fail. Source: wire 11; H26.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
import pytest

from node.errors import NotAllowed
from node.protocol.cases.care import Care
from node.protocol.cases.case import Case, CaseThread, EarlierFact, Person, Tie, asked_to_be_unknown_to, asylum_blocks
from node.protocol.cases.family import FamilyRecords, Suspicion
from node.protocol.cases.life_events import Birth, LifeRecords
from node.protocol.cases.return_plan import Approval, ArrivalAlarm, PersonReturn, ReturnPlan
from node.protocol.cases.without import check_nobody_waits, without
from node.service.cases.identity import LOCAL_PLACE, read_identity, write_local
from node.service.safety.off_network import Kept
from node.service.threads.book import Book, OpenCase
from node.store.distrust import OffNetworkRow
from node.store.keep import SEALED
from node.store.work import Reader, Work
from tests.keep.test_last_byte import MARK, OTHER_MARK, case_at, family
from tests.keeping import erase_case
from tests.world import Country, World

HER, OTHER = "0123456789abcdef", "fedcba9876543210"
NOW = 1_800_000_000
HER_THREAD, OTHER_THREAD = "a7" * 16, "b8" * 16

PERSONS = {"CaseThread.persons", "Paper.person_id", "Card.person_id", "PersonReturn.person_id", "Person.person_id",
           "Birth.parent", "EarlierFact.person_id"}  # fmt: skip
THREADS = {"CaseThread.thread", "ArrivalAlarm.thread", "Care.thread", "HerWord.thread"}
NOBODY_OF_THE_CASE = {
    # users and bodies that act
    "AlarmStep.by", "Alternatives.by", "Approval.by", "Approval.organisation", "Assessor.by", "Assessor.organisation",
    "BestInterests.by", "Call.by", "Card.made_by", "Care.ended_by", "Caregiver.by", "AlternativeCare.by",
    "ArrivalAlarm.ended_by", "Case.released_or_attested_by", "CaseThread.stop_suppressed_by", "Custody.by",
    "EarlierFact.by",
    "Death.recorded_by", "Distrust.by", "FamilyAssessment.recorded_by", "FirstIntake.answered_by", "GroupTie.asked_by",
    "Guardian.appointing_body", "Guardian.conflict_checked_by", "Guardian.recorded_by", "Halt.by", "HerWord.by",
    "Incapacity.recorded_by", "Incapacity.wish_by", "LegalHold.by", "Lift.by", "Majority.by", "Nationality.by",
    "NoContact.recorded_by", "Paper.by", "Proceedings.by", "Recovery.waived_by", "ReleaseRequest.owner",
    "ReturnPlan.authors", "RiskAssessment.by", "Suspicion.by", "Tracing.by", "Wish.by", "Birth.registration_by",
    # dates, countries, languages, codes, hashes
    "AlternativeCare.confirmed_on", "BestInterests.country", "BestInterests.decided_on", "Birth.on",
    "Caregiver.confirmed_on", "CaseThread.country", "Custody.checked_on", "Death.on", "Distrust.value",
    "FamilyAssessment.assessed_on", "Guardian.appointed_on", "Journey.through", "Lift.country",
    "Nationality.looked_on", "NoContact.decided_on", "Person.accessibility", "Person.blocked_countries",
    "Person.languages", "Person.needs", "Person.safety_codes", "Refused.country", "ReturnPlan.country", "Tie.country",
    "Tracing.decided_on", "Paper.to", "Card.code", "Card.salt", "Card.word_hash",
    # ids of other things: cases, groups, plans, care, letters
    "Case.case_id", "GroupTie.group", "GroupTie.cases", "GroupTie.apart_from", "ReturnPlan.plan_id", "Care.care_id",
    "Care.letter",
    # what a fact was before; it goes with whoever it was of, and with whoever stands in it (below)
    "EarlierFact.field", "EarlierFact.value",
}  # fmt: skip


def parts(kind: Any) -> Iterator[Any]:
    """The types a field is made of."""
    if get_origin(kind) in (tuple, Union, UnionType):
        for one in get_args(kind):
            yield from parts(one)
    else:
        yield kind


def structs(kind: Any, seen: set[Any]) -> set[Any]:
    """Every struct that a case is made of."""
    if kind in seen:
        return seen
    seen.add(kind)
    for field in msgspec.structs.fields(kind):
        for one in parts(field.type):
            if isinstance(one, type) and issubclass(one, msgspec.Struct):
                structs(one, seen)
    return seen


def words(kind: Any) -> set[str]:
    """`Struct.field` of every field that can hold any string, or anything else that this test does not know."""
    known = (int, bool, type(None), type(...))
    return {
        f"{struct.__name__}.{field.name}"
        for struct in structs(kind, set())
        for field in msgspec.structs.fields(struct)
        for one in parts(field.type)
        if get_origin(one) is not Literal and one is not ... and one not in known
        and not (isinstance(one, type) and issubclass(one, msgspec.Struct))
    }  # fmt: skip


def test_every_field_of_a_case_that_holds_words_is_known_to_name_a_person_or_not() -> None:
    """H26, wire 11: a new field is written into one of the lists above; into PERSONS means that `without` clears it."""
    assert words(Case) == PERSONS | THREADS | NOBODY_OF_THE_CASE


@dataclass
class Filled:
    """Builds every struct with nothing left out, about one person and one thread."""

    who: str
    thread: str

    def make(self, kind: Any, name: str = "") -> Any:
        origin = get_origin(kind)
        if origin is Literal:
            return get_args(kind)[0]
        if origin in (Union, UnionType):
            return self.make(next(one for one in get_args(kind) if one is not type(None)), name)
        if origin is tuple:
            return tuple(self.make(one, name) for one in get_args(kind) if one is not ...)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return kind(
                **{f.name: self.make(f.type, f"{kind.__name__}.{f.name}") for f in msgspec.structs.fields(kind)}
            )
        if kind is str:
            return {"Birth.parent": HER}.get(name) or self._word(name)
        return {int: 1, bool: True}[kind]

    def _word(self, name: str) -> str:
        return self.who if name in PERSONS else self.thread if name in THREADS else f"word-{name}"


def joined(first: Case, second: Case) -> Case:
    """One case with the lists of both, and a plan and a thread that concern both persons."""
    lists = [f.name for f in msgspec.structs.fields(Case) if isinstance(getattr(first, f.name), tuple)]
    merged = {
        name: (*getattr(first, name), *getattr(second, name)) for name in lists if name != "released_or_attested_by"
    }
    both = msgspec.structs.replace(second.returns[0], persons=first.returns[0].persons + second.returns[0].persons)
    shared = msgspec.structs.replace(second.threads[0], thread="c9" * 16, persons=(HER, OTHER))
    merged["returns"], merged["threads"] = (*merged["returns"], both), (*merged["threads"], shared)
    return msgspec.structs.replace(first, **merged)


def full(who: str = HER, other: str = OTHER) -> Case:
    """A case with every field filled for two persons."""
    text = msgspec.json.encode(joined(Filled(HER, HER_THREAD).make(Case), Filled(OTHER, OTHER_THREAD).make(Case)))
    return msgspec.json.decode(
        text.replace(HER.encode(), who.encode()).replace(OTHER.encode(), other.encode()), type=Case
    )


def named(case: Case, who: str) -> set[str]:
    """`Struct.field` of every place where an id stands."""
    found = set[str]()

    def walk(value: Any, place: str) -> None:
        if isinstance(value, msgspec.Struct):
            for field in value.__struct_fields__:
                walk(getattr(value, field), f"{type(value).__name__}.{field}")
        elif isinstance(value, tuple):
            for one in value:
                walk(one, place)
        elif value == who:
            found.add(place)

    walk(case, "Case")
    return found


def test_an_id_stands_nowhere_in_a_case_without_its_person() -> None:
    """Wire 11: and her own thread with what hung on it is gone too; all that is the other's stays."""
    before = full()
    assert named(before, HER) == PERSONS and named(before, HER_THREAD) == THREADS

    after = without(before, HER, NOW)

    assert HER not in msgspec.json.encode(after).decode()
    assert HER_THREAD not in msgspec.json.encode(after).decode()
    assert named(after, OTHER) == PERSONS - {"Birth.parent"} and named(after, OTHER_THREAD) == THREADS
    assert [len(plan.persons) for plan in before.returns] == [1, 1, 2]
    assert [len(plan.persons) for plan in after.returns] == [1, 1]
    assert [len(one.persons) for one in after.threads] == [1, 1]


def test_an_earlier_fact_of_another_that_names_her_goes_too() -> None:
    """C6, GDPR 17: what a dependant's birth said before names the mother, inside words that no type tells apart."""
    told = (EarlierFact(OTHER, "birth", f'{{"parent":"{HER}"}}', NOW, ()), EarlierFact(OTHER, "needs", "[]", NOW, ()))

    after = without(msgspec.structs.replace(full(), earlier=told), HER, NOW)

    assert after.earlier == told[1:]


def pair(mother: Person, child: Person, **facts: Any) -> Case:
    return Case(case_id="1" * 32, trafficking_status="possible", persons=(mother, child), **facts)


def test_who_was_born_to_her_keeps_what_was_closed_through_her() -> None:
    """H30, R10: her claim came after the birth; with her gone, nothing else would close the country to her child."""
    mother = Person(HER, "person", "25-34", protection="sought", ties=(Tie("XA", "nationality", "not_asked"),),
                    blocked_countries=("XT",), coercion_suspected=True,
                    family=FamilyRecords(suspicions=(Suspicion("partner", NOW, "ana"),)))  # fmt: skip
    child = Person(OTHER, "dependant", "0-5", life=LifeRecords(birth=Birth("2027-01-01", HER)))
    assert asylum_blocks(mother, "XA", NOW) and not asylum_blocks(child, "XA", NOW)

    (left,) = without(pair(mother, child), HER, NOW).persons

    assert all(asked_to_be_unknown_to(left, country) for country in ("XA", "XT"))
    assert left.family.suspected and left.coercion_suspected and left.role == "person"


def test_an_approval_of_a_plan_for_both_is_none_for_the_one_who_is_left() -> None:
    """R24, H26: a child whose mother no longer travels is another journey; somebody looks again."""
    rows = (PersonReturn(HER), PersonReturn(OTHER))
    plan = ReturnPlan("p" * 16, "XA", rows, NOW, NOW, authors=("ana",), approval=Approval("bea", "haven", NOW))
    before = pair(Person(HER, "person", "25-34"), Person(OTHER, "dependant", "6-11"), returns=(plan,))
    assert before.returns[0].is_approved

    (left,) = without(before, HER, NOW + 60).returns

    assert [one.person_id for one in left.persons] == [OTHER] and not left.is_approved


def test_nobody_who_is_cared_for_on_the_way_or_searched_for_is_erased() -> None:
    """H06, H07, R32: it would end unseen; what concerns another person's thread does not stand in the way."""
    threads = (CaseThread(HER_THREAD, "XA", NOW, (HER,)), CaseThread(OTHER_THREAD, "XA", NOW, (OTHER,)))
    people = (Person(HER, "person", "25-34"), Person(OTHER, "dependant", "6-11"))
    care = pair(*people, threads=threads, care=(Care("c" * 16, HER_THREAD, "d" * 32, NOW),))
    alarm = pair(*people, threads=threads, arrival_alarms=(ArrivalAlarm(HER_THREAD, NOW),))

    for case in (care, alarm):
        for person in (HER, None):
            with pytest.raises(NotAllowed, match="end that first"):
                check_nobody_waits(case, person)
        check_nobody_waits(case, OTHER)


@pytest.mark.parametrize("which", [0, 1], ids=["whom_the_case_is_about", "a_dependant"])
@pytest.mark.parametrize("code", ["XD", "XA"])
async def test_an_id_stands_nowhere_in_anything_that_opens_after_the_erasure(
    world: World, code: str, which: int
) -> None:
    """Wire 11: the case with every field filled, consents, threads, letters, tasks, alarms, telephone notes, names.

    The other one keeps her names, and where the family sleeps while it is cared for (H07).
    """
    _, thread = await family(world)
    here = world[code]
    case_id = case_at(here)
    persons = [one.person_id for one in opened(here, case_id).case.persons]
    her, other = persons[which], persons[1 - which]
    hers_name, others_name = (MARK, OTHER_MARK) if which == 0 else (OTHER_MARK, MARK)
    await fill(here, case_id, thread, her, other, main=persons[0], said=hers_name)
    before = everything(here, case_id)
    assert [table for table in ("case_file", "task", "alarm", "off_network") if her not in before[table]] == []
    tokens = hers(here, thread, her)
    assert len(tokens) == 1 and tokens[0] in before["thread"] and tokens[0] in before["letter"]

    await erase_case(here, case_id, her)

    after = everything(here, case_id)
    for table, text in after.items():
        assert [word for word in (her, hers_name, *tokens) if word in text] == [], table
    assert other in after["case_file"] and f"'{other}'" in after["identity"]
    assert others_name in after["identity"] and "by the station" in after["identity"]


async def fill(here: Country, case_id: str, thread: str, her: str, other: str, *, main: str, said: str) -> None:
    """Put her id wherever something is sealed for the case."""
    node, peer = here.node, "XA" if here.node.country == "XD" else "XD"

    def write(work: Work) -> None:
        now, book = node.now(), Book(node, work)
        case = book.case(case_id)
        filled = full(her, other)
        was = {"case_id": case_id, "threads": (*case.case.threads, *filled.threads), "retention": case.case.retention}
        family_care = msgspec.structs.replace(filled.care[1], ended_at=None)
        persons = tuple(
            msgspec.structs.replace(one, role="person" if one.person_id == main else "dependant")
            for one in sorted(filled.persons, key=lambda one: one.person_id != main)
        )
        facts = {**was, "persons": persons, "care": (filled.care[0], family_care)}
        case = book.put_case(case, msgspec.structs.replace(filled, **facts), now)
        write_local(node, work, case, main, {LOCAL_PLACE: "by the station"}, now)
        for table, seal in (("task", case_id), ("alarm", "ref-1")):
            words = node.seals.seal(case.dek, table, seal, f'{{"about":"{her}"}}'.encode())
            if table == "task":
                work.tasks.add("second_person", now, case_id=case_id, sealed=words)
            else:
                raise_alarm_row(work, case_id, peer, thread, words, now)
        call = node.seals.seal(case.dek, "off_network", thread, Kept(her, "contact", said, None))
        work.off_network.add(OffNetworkRow(0, peer, thread, case_id, True, call, now, "ana", None, None))

    await node.store.write(write)


def raise_alarm_row(work: Work, case_id: str, peer: str, thread: str, sealed: bytes, now: int) -> None:
    work.connection.execute(
        "insert into alarm (ladder, ref, peer, thread_id, case_id, code, raised_by, raised_at, due_at, step, next_at,"
        " sealed) values ('plan','ref-1',?,?,?,'','node',?,?,0,?,?)",
        (peer, thread, case_id, now, now, now, sealed),
    )


def opened(here: Country, case_id: str) -> OpenCase:
    return here.node.store.read_sync(lambda reader: Book(here.node, reader).case(case_id))


def hers(here: Country, thread: str, her: str) -> list[str]:
    """Her consent tokens on a thread of ours, or those by which the other country's letters mean her."""
    from node.service.keep.one_person import persons_by_token

    def read(reader: Reader) -> list[str]:
        book = Book(here.node, reader)
        row = reader.threads.find(thread)
        assert row is not None
        case = book.case(row.case_id).case
        noted = next(one.persons for one in case.threads if one.thread == thread)
        return [token for token, who in persons_by_token(book, book.open_file(row), noted).items() if who == her]

    return here.node.store.read_sync(read)


def everything(here: Country, case_id: str) -> dict[str, str]:
    """Every sealed value of a case by table, opened, and its identity part."""

    def read(reader: Reader) -> dict[str, str]:
        case = Book(here.node, reader).case(case_id)
        found = {
            column.table: " ".join(
                here.node.seals.open(case.dek, column.table, place, sealed).decode()
                for _, place, sealed in reader.sealed_rows.of_case(column, case_id)
            )
            for column in SEALED
        }
        return {**found, "identity": repr(read_identity(here.node, reader, case, here.office))}

    return here.node.store.read_sync(read)


async def test_two_people_cannot_erase_a_case_while_somebody_of_it_is_cared_for(world: World) -> None:
    """H07: refused when it is asked for, with what to do; where she died there is nobody to care for any more."""
    xd = world["XD"]
    case_id = await xd.new_case(care=(Care("c" * 16, HER_THREAD, "d" * 32, NOW),))

    with pytest.raises(NotAllowed, match="end that first") as refused:
        await erase_case(xd, case_id)
    done = await erase_case(xd, case_id, ground="died")

    assert refused.value.rule == "H07" and done.done
