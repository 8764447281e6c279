"""When something does not work: one plain sentence, one next step, and whom to phone; never what was typed."""

from typing import Final

from aiohttp import web

from node.errors import (
    BadInput,
    Conflict,
    NotAllowed,
    NotFound,
    OpenTRMError,
    PeerError,
    ReadOnly,
    TryLater,
    Unavailable,
    WrongRole,
)
from node.service.cases.identity import NamesShut
from node.service.seals import Erased
from node.web.visit import Visit
from node.web.words import N_

FAILED: Final = (500, N_("This did not work"), N_("Nothing was lost. Try again; if it fails again, tell the operator."))
ERASED: Final = (410, N_("This was erased"), N_("Nothing of it is left. Go back to the desk."))
REFUSED: Final = N_("Put right what is named, or ask your coordinator.")
NOT_KEPT: Final = N_("You can read. Tell the operator: what you just typed is not kept.")
SAYS: Final[tuple[tuple[type[OpenTRMError], int, str, str], ...]] = (
    #  error      status  what it is                          what to do
    (NotFound, 404, N_("There is nothing here"), N_("Check the reference, or go back to the desk.")),
    (NamesShut, 409, N_("Names are shut"), N_("Open them with your password, then do this again.")),
    (WrongRole, 403, N_("Your role does not see this"), N_("Ask a colleague who has the role.")),
    (NotAllowed, 409, N_("This cannot be done now"), REFUSED),
    (BadInput, 422, N_("Something cannot be used"), N_("Go back and correct it; what you typed is still there.")),
    (Conflict, 409, N_("Somebody changed this meanwhile"), N_("Load the page again, look, and decide again.")),
    (TryLater, 503, N_("This has to wait a moment"), N_("Try again in a minute. It is safe to repeat.")),
    (PeerError, 502, N_("The other country answered wrongly"), N_("Phone the other country.")),
    (ReadOnly, 503, N_("This node only reads for now"), NOT_KEPT),
    (Unavailable, 503, N_("Something is missing here"), N_("Tell the operator.")),
)


def trouble(visit: Visit, error: Exception) -> web.Response:
    """The page for an error."""
    status, title, next_step = _says(error)
    sentence = error.for_user if isinstance(error, OpenTRMError) and error.for_user else ""
    sentence = "" if isinstance(error, ReadOnly) else sentence  # the banner above says it already
    if sentence and next_step == REFUSED:
        next_step = ""  # a refusal that has words of its own says there what to do
    return visit.show(
        "trouble.html", status=status, title=title, sentence=sentence, next_step=next_step,
        rule=getattr(error, "rule", None), opens_names=isinstance(error, NamesShut),
    )  # fmt: skip


def _says(error: Exception) -> tuple[int, str, str]:
    if isinstance(error, Erased):
        return ERASED
    return next(((status, title, step) for kind, status, title, step in SAYS if isinstance(error, kind)), FAILED)
