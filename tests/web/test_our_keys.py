"""The page of our keys: what the registry has, what waits for it, what to do next, and twelve groups to read aloud."""

import msgspec
import pytest

from node.crypto.suite import KemKey, SigningKey
from node.service.staff.callers import who
from node.service.upkeep.key_state import KeyState, state_in
from node.service.upkeep.office_change import change_office
from node.service.upkeep.own_record import write_wanted
from node.web import key_lines
from tests.api.conftest import Desk
from tests.web.browser import Browser
from tests.web.test_operator import at_work

NOW = 1_800_000_000
WELL = KeyState(
    now=NOW, record_here=3, record_there=3, record_there_at=NOW - 9, groups="", office="yes", office_waits_until=0,
    office_changed_at=None, older_offices=0, older_until=0, older_last_letter=0, message="yes", message_changed_at=None,
    fallback="yes", next_announced=True, next_published=True, asked_for=False, copied_since=True, tried_at=NOW,
)  # fmt: skip


def red(**facts: object) -> dict[str, str]:
    state = msgspec.structs.replace(WELL, **facts)
    return {line.name: line.level for line in key_lines.lines(state) if line.level != "ok"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, {}),
        ({"record_here": 4}, {"Our record in the registry": "warning"}),
        ({"record_there": None}, {"Our record in the registry": "warning"}),
        ({"asked_for": True}, {"Office key, which opens names": "wrong"}),
        ({"office": "waits"}, {"Office key, which opens names": "warning"}),
        ({"office": "unwritten"}, {"Office key, which opens names": "wrong"}),
        ({"office": "elsewhere"}, {"Office key, which opens names": "wrong"}),
        ({"office_waits_until": NOW + 9}, {}),
        ({"older_offices": 1, "older_last_letter": NOW + 9}, {}),
        ({"older_offices": 1, "older_last_letter": NOW - 9}, {"Office keys before it": "warning"}),
        ({"message": "elsewhere"}, {"Message key, which signs letters": "wrong"}),
        ({"fallback": "unwritten"}, {"Fallback key, for what must not wait": "wrong"}),
        ({"next_published": False}, {"Message key that comes next": "warning"}),
        ({"next_published": False, "next_announced": False}, {"Message key that comes next": "warning"}),
        ({"copied_since": False}, {"Backup": "wrong"}),
    ],
)
def test_what_is_not_done_is_a_line_with_its_remedy(facts: dict[str, object], expected: dict[str, str]):
    assert red(**facts) == expected
    state = msgspec.structs.replace(WELL, **facts)
    assert [
        line.name for line in key_lines.lines(state) if line.level != "ok" and not (line.fix and line.command)
    ] == []


async def test_an_operator_sees_that_a_new_key_waits_for_the_registry_and_reads_the_groups(desk: Desk, ana: Browser):
    """O2: no key and no fingerprint of a person; another role sees nothing of it."""
    olaf, node = await at_work(desk, "olaf", "operator"), desk.staff.node
    before = await olaf.open("/desk/admin/our-keys")
    assert "It is the one that the registry lists." in before.said
    mine = node.view.countries[desk.code].fingerprint
    assert all(group in before.said for group in mine.split()) and len(mine.split()) == 12

    await desk.add("bea", "coordinator")
    caller = await who(desk.staff, desk.tokens["ana"])
    await change_office(desk.staff, caller, desk.users["bea"], "routine")
    unwritten = await olaf.open("/desk/admin/our-keys")
    assert "It was changed, and no record says so yet." in unwritten.said and "trm-node keys record" in unwritten.said
    assert "It was changed, and no record says so yet." in (await olaf.open("/desk/admin/health")).said
    write_wanted(desk.world[desk.code].opened)
    waits = await olaf.open("/desk/admin/our-keys")

    assert "It was changed, and no record says so yet." not in (await olaf.open("/desk/admin/health")).said
    assert "A new one waits for the registry" in waits.said and "Record 2 waits to be signed" in waits.said
    assert "trm-registry request" in waits.said
    dora = await at_work(desk, "dora", "auditor")
    assert (await dora.open("/desk/admin/our-keys")).status == 403


async def test_a_node_from_an_old_copy_is_told_that_the_registry_lists_another_key(desk: Desk):
    """Restored from before a change, or a record that somebody else published: telephone the maintainers."""
    node = desk.staff.node
    node.office_public = KemKey(bytes(32)).public
    assert node.store.read_sync(lambda reader: state_in(node, reader)).office == "elsewhere"

    node.keys = type(node.keys)(SigningKey(bytes(64)), node.keys.kem, node.keys.fallback_kid)
    assert node.store.read_sync(lambda reader: state_in(node, reader)).message == "elsewhere"
