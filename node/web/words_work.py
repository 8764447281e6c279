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
    "undo_s": "For how many seconds it can be taken back",
    "is_plan": "Does it say where she sleeps, who is with her and who decides next?",
}
QUEUES: Final[dict[str, str]] = {
    "held=R39": "The country is out of the network, or the list of countries is too old",
    "held=no_prekey": "No key of that country could be had yet",
    "held=office_key_gone": "That country no longer lists the key of its office",
    "queue=queued": "waits to leave",
    "queue=held": "held back",
    "held=clock": "The clock of this node was set back. It goes by itself once the clock is right; tell the operator.",
    "held=clocks_differ": "It came too late by that country's clock, and not by ours. It goes again by itself, ever"
    " more slowly; tell the operator.",
    "held=turn": "An earlier letter of this matter has to leave first.",
    "held=registry_stale": "The list of countries was not seen for too long. Tell the operator.",
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
MAIL: Final[dict[str, str]] = {
    "mail=at_once": "Once, as soon as something new waits",
    "mail=digest": "One mail a day at the most: a digest",
}
MARKS: Final[dict[str, str]] = {
    "mark=beyond_caseload": "A caseworker whose case it was not",
    "mark=break_glass": "Searched beyond their own cases",
    "mark=outside_hours": "Outside office hours",
    "mark=many_at_once": "Thirty things or more opened within one hour",
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
ON_PAPER: Final[dict[str, str]] = {
    "printed_consent": "Printed the consent page",
    "printed_referral": "Printed a paper referral",
    "printed_journey": "Printed the card for the way",
    "printed_sheet": "Printed her sheet",
    "printed_release": "Printed the paper for the authority",
    "read_with_her": "To read it with her",
    "her_signature": "For her signature",
    "she_carries_it": "She carries it with her",
    "given_to_country": "For the focal point of the other country",
    "given_to_authority": "For the authority",
    "own_file": "For our own file",
    "card=legs": "The way",
    "card=transport": "By",
    "card=meeting_point": "Meeting point",
    "card=meeting_time": "When",
    "card=who_meets": "Who meets you",
    "card=recognition": "How you know them",
    "card=arrangement_contact": "To call",
}
CONCERNS: Final[dict[str, str]] = {
    "key_may_be_stolen": "Its key may be stolen",
    "letters_reach_police": "Letters reach the police",
    "names_reach_others": "Names reach others",
    "alerts_not_justified": "Its alerts are not justified",
    "nobody_answers": "Nobody answers",
    "record_not_true": "Its record is not true",
    "two_histories": "It shows two histories",
}
WORDS: Final[dict[str, str]] = {**SEARCH, **MARKS, **MAIL, **ALERTS, **QUEUES, **OF_A_TALK, **ON_PAPER, **CONCERNS}
