"""What the pages of work in a case call their own things: ladders of alarms, what is done about an alert."""

from typing import Final

ALERTS: Final[dict[str, str]] = {
    "ladder=call": "Nobody here has taken it up",
    "ladder=answer": "Our alert; nobody there has said that they act",
    "ladder=second": "Waits for a second person here",
    "ladder=review": "The second look within 24 hours",
    "ladder=inform": "She has not been told yet",
    "ladder=plan": "A country is out of the network; a plan is needed",
    "ladder=look": "A letter about an arrival tells of danger",
    "ladder=owner": "Her release from detention has to be asked for",
    "alert=acknowledge": "Take it up",
    "alert=update": "Say what changed",
    "alert=stand_down": "The danger is over",
    "alert=confirm": "I stand behind it: send it now",
    "alert=refuse": "It does not go",
    "alert=review": "Look at it a second time",
    "alert=informed": "She was told",
    "alert=answer_drill": "Answer the drill",
    "informed": "Does she know?",
    "said": "What was said and agreed",
    "number": "Which number of theirs?",
    "is_plan": "Does it say where she sleeps, who is with her and who decides next?",
}
QUEUES: Final[dict[str, str]] = {
    "queue=queued": "waits to leave",
    "queue=held": "held back",
    "queue=released": "on its way",
    "queue=parked": "waits for a person",
    "queue=refused": "refused there",
    "queue=given_up": "given up",
    "queue=cancelled": "cancelled",
    "error=transport": "not reached",
    "error=peer-policy": "the other node puts it off",
    "error=peer": "the other node failed",
    "error=crypto": "keys or signatures do not fit",
    "error=ours": "a fault of this node",
}
OF_A_TALK: Final[dict[str, str]] = {
    "present=interpreter": "Interpreter",
    "present=advocate": "Advocate",
    "informed=informed": "She knows of it",
    "answer=no_information_to_share": "Nothing to share (the other country reads only this word)",
    "answer=confirmed": "Confirmed",
    "answer=not_confirmed": "Not confirmed",
    "answer=need_more": "More facts would help",
}
SEARCH: Final[dict[str, str]] = {
    "how=reference": "this reference",
    "how=pseudonym": "these two words",
    "how=phone": "the same telephone number",
    "how=same": "the same name",
    "how=written": "name written alike",
    "how=sounds": "name sounds alike",
    "beyond=she_is_here": "She is here now and asks for help",
    "beyond=call_about_her": "Somebody who may know calls about her",
    "beyond=in_danger": "She is in danger",
    "task=searched_beyond": "A colleague searched beyond their own cases",
    "found_beyond": "Found by a colleague who searched beyond their own cases",
}
WORDS: Final[dict[str, str]] = {**SEARCH, **ALERTS, **QUEUES, **OF_A_TALK}
