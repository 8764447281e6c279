"""Routes: questions of other countries and their answers, and how old the open verifications are.

A question of our own begins like every matter: `POST /cases/{case}/threads` with `info.request` or
`ident.support_request`.
"""

from node.api.call import Route
from node.api.roles import DECIDE, WORK
from node.service.information import ages, looked
from node.service.information.ages import VerificationView
from node.service.information.answers import AnyAnswer
from node.service.threads.commands import ActDone

INFORMATION: tuple[Route, ...] = (
    Route(
        "POST",
        "/threads/{thread}/information",
        DECIDE,
        "Answer a question, or note that there is nothing to share: then one word leaves at its fixed time (R27)",
        lambda c: looked.answer(c.staff, c.caller, c.path["thread"], c.body),
        takes=AnyAnswer,
        answers=ActDone,
        status=201,
    ),
    Route(
        "GET",
        "/verifications",
        WORK,
        "Identity verifications that wait for another country, oldest first, with their age",
        lambda c: ages.open_verifications(c.node, c.actor),
        answers=list[VerificationView],
    ),
)
