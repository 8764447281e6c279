"""The reason for opening names that somebody gave already, so that it is asked once per case and sign-in.

Each opening is logged with its reason all the same (R24). Source: practice, the desk.
"""

from node.service.access import may_work_on
from node.service.staff.callers import Caller
from node.service.staff.sign_in import Staff
from node.store.work import Reader

OPENED = "identity_opened"


async def reason_given(staff: Staff, caller: Caller, case_id: str) -> str:
    """The newest reason of this person for this case since this sign-in began; empty where none was given."""

    def read(reader: Reader) -> str:
        may_work_on(reader, caller.actor, case_id)
        session = reader.sessions.get(caller.token_hash, staff.node.now())
        if session is None:
            return ""
        refs = [case_id, *(row.letter_id for row in reader.letters.of_case(case_id))]
        lines = [line for ref in refs for line in reader.audit.lines(ref=ref, limit=100)]
        own = [
            line
            for line in lines
            if (line.act, line.actor) == (OPENED, caller.actor.user_id) and line.at >= session.created_at
        ]
        return max(own, key=lambda line: line.seq).outcome if own else ""

    return await staff.node.store.read(read)
