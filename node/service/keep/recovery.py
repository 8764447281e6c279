"""Recovery sheets: a new set printed by a signed-in coordinator, and a way back in when every coordinator is lost.

Two of three sheets hold the office key. Whoever brings two makes one new coordinator, which the audit and a task tell
everybody. Source: at-rest, recovery 2-of-3.
"""

from node.crypto.errors import BadSheet
from node.crypto.recovery import Sheet, join_seed, make_sheets, read_sheet
from node.crypto.suite import office_kid
from node.crypto.vault import Secret, stretch
from node.errors import BadInput
from node.service.staff.book import NewUser
from node.service.staff.callers import Caller
from node.service.staff.offices import give
from node.service.staff.people import add_user, must_hold_office
from node.service.staff.sign_in import Staff
from node.store.work import Work

USED = "recovery_sheets_used"


async def new_sheets(staff: Staff, by: Caller) -> tuple[Sheet, Sheet, Sheet]:
    """A fresh set for the office key; older sets go on working, so destroy them. NotAllowed without the key."""
    by.actor.must_be("coordinator")
    seed = must_hold_office(staff, by)
    sheets = make_sheets(seed.value, staff.node.random)

    def told(work: Work) -> None:
        work.audit.append(staff.node.now(), by.actor.user_id, "recovery_sheets_printed", sheets[0].set_id.hex())

    await staff.node.store.write(told)
    return sheets


def check_sheets(staff: Staff, one: str, other: str) -> Sheet:
    """Try two sheets without making anybody: the first one, if they give this node's office key. BadInput if not."""
    first, _ = _joined(staff, one, other)
    return first


def recover(staff: Staff, one: str, other: str, new: NewUser) -> str:
    """Make a coordinator who reads names, from two sheets as typed; returns the user id. BadInput for wrong sheets."""
    sheet, seed = _joined(staff, one, other)
    if new.role != "coordinator":
        raise BadInput("sheets make a coordinator, who then makes the others", field="role", expected="coordinator")
    salt = staff.node.random(16)
    stretched, key_seed = stretch(new.password, salt, staff.cost), staff.node.random(32)

    def make(work: Work) -> str:
        now = staff.node.now()
        row = add_user(staff, work, new, stretched, salt, key_seed, "node")
        give(work, row, seed, now)
        work.audit.append(now, "node", USED, sheet.set_id.hex(), outcome="alarm")
        work.tasks.add(USED, now)
        return row.user_id

    return staff.node.store.write_sync(make)


def _joined(staff: Staff, one: str, other: str) -> tuple[Sheet, Secret]:
    try:
        first, second = read_sheet(one), read_sheet(other)
        seed = join_seed(first, second, office_kid(staff.node.office_public))
    except BadSheet as error:
        raise BadInput(str(error), field="sheet") from None
    return first, Secret(seed)
