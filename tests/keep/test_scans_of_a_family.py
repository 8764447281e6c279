"""Scans of what two people of one case signed: hers go with her, the other one's stay, and no older copy opens hers."""

import sqlite3
from contextlib import closing

from node.service.cases.case_notes import note_lines, write_note
from node.service.cases.consent_talks import open_talk
from node.service.cases.consents import NewConsent, NewRecipient, list_consents, record_consent
from node.service.scans.clean import cleaned
from node.service.scans.keeping import attach_scan, open_scan, scans_of
from tests.keep.test_last_byte import CHILD, family
from tests.keeping import blobs, erase_case
from tests.pictures import jpeg, png
from tests.world import Country, World


async def spoken(here: Country, case: str, person: str) -> str:
    """Somebody allows something before a witness whose name is kept; the consent."""
    new = NewConsent(
        person_id=person, given_by="self", capacity="adult", language="uk", interpreter="none",
        recipients=(NewRecipient("XA", "civil_society"),), purposes=("enquiry",), levels=("L1",), categories=("needs",),
        method="spoken_witnessed", info_sheet_version="1", understood_check=True, alternatives_explained=True,
        no_pressure_declared=True, present=("caseworker",), spoken_to_alone=True,
        witness_name="Wim Invented", witness_role="colleague",
    )  # fmt: skip
    return (await record_consent(here.node, here.coordinator, case, new)).consent


async def test_r25_one_persons_scan_goes_with_her_and_the_others_opens_under_the_new_key(world: World) -> None:
    """R25, H26: the key of the case is changed; what stays was put under the fresh one without anybody's sign-in."""
    case, _ = await family(world)
    xd = world["XD"]
    node, ana = xd.node, xd.coordinator
    records = {one.person_id: one.consent for one in await list_consents(node, ana, case)}
    (mother,) = (one for who, one in records.items() if who != CHILD)
    hers = await attach_scan(node, ana, case, mother, jpeg())
    await attach_scan(node, ana, case, records[CHILD], png())
    await write_note(node, ana, case, "about both")
    heard = {who: await spoken(xd, case, who) for who in records}
    with closing(sqlite3.connect(world.tmp / "XD" / "node.db")) as before:
        gone = {row[0] for row in before.execute("select sealed from scan where consent_id=?", (records[CHILD],))}
        key = before.execute("select dek from scan where consent_id=?", (mother,)).fetchone()[0]

    await erase_case(xd, case, CHILD)

    assert len(gone) == 1 and not gone & blobs(world.tmp / "XD" / "node.db")
    assert not node.seals.case_keys.exists(key[:16])
    assert [one.scan_id for one in await scans_of(node, ana, case, mother)] == [hers]
    assert (await open_scan(node, ana, case, mother, hers, "keep_safe")).content == cleaned(jpeg())[1]
    who_heard = await open_talk(node, ana, case, next(one for who, one in heard.items() if who != CHILD), "keep_safe")
    assert who_heard.witness_name == "Wim Invented"
    assert not node.store.read_sync(lambda reader: reader.consent_talks.get(case, heard[CHILD]))
    assert await note_lines(node, ana, case) == []  # nobody can take her out of free words
