"""On which address of the desk each letter is written: the general form of acts, or a page of its own.

Which letters have a door of their own the tables say (`service.threads.doors`); here is only where that door is.
"""

from typing import Final

from node.service.cases.change_forms import change_forms
from node.service.threads.doors import ACTS

# By kind: the page below its thread; the rest of what has no page is written from the case or by nobody.
OF_A_THREAD: Final = {
    "referral.accept": "do/referral.accept",
    "info.response": "answer",
    "rectification": "correct",
    "access.response": "access",
    "complaint.answer": "complaint",
    "safety.medical": "medical",
}


# What is said about an alert is said on its own page, which has the number and the script.
OF_AN_ALERT: Final = frozenset({"safety.update", "safety.acknowledged", "safety.stand_down"})


def act_path(thread: str, kind: str) -> str:
    """The page on which this letter of a thread is written."""
    if kind in OF_AN_ALERT:
        return "/alerts"
    return f"/thread/{thread}/{OF_A_THREAD.get(kind, f'do/{kind}')}"


def has_page(kind: str) -> bool:
    """Whether a person writes this letter on a page of its thread."""
    return kind in ACTS or kind in OF_A_THREAD or kind in OF_AN_ALERT


def door_of(clears: str, case: str, peer: str, plan: str = "", thread: str | None = None) -> str:
    """Where the button of a shut gate leads: a change, her consent, a letter; empty where nothing here clears it."""
    if clears in change_forms():
        return f"/case/{case}/change/{clears}" + (f"?plan_id={plan}" if plan else "")
    if clears == "consent":
        return f"/case/{case}/consent?peer={peer}&purpose=travel"
    if not clears or clears == "approve":
        return ""
    return f"/case/{case}/open/return.request?peer={peer}" if thread is None else act_path(thread, clears)
