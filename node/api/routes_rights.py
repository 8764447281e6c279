"""Routes: her rights. She sees who holds what, has it corrected, complains, hears of a breach, takes what is safe.

An erasure is asked and confirmed by acts of a thread (`erasure.request`, `erasure.confirm`); a complaint begins like
every matter with `complaint.open`.
"""

from node.api.call import Route
from node.api.roles import COORDINATE, DECIDE
from node.service.rights import access, breach, cards, complaints, corrections, sheet
from node.service.rights.access import AnswerAccess, Asked
from node.service.rights.breach import BreachReported, ReportBreach
from node.service.rights.cards import CardFound, CheckCard, PaperView, RecordCall, TakePaper
from node.service.rights.complaints import AnswerComplaint
from node.service.rights.corrections import Correct
from node.service.rights.sheet import SheetView
from node.service.threads.commands import ActDone
from node.service.way_out import WhereTo

RIGHTS: tuple[Route, ...] = (
    Route(
        "GET",
        "/cases/{case}/sheet",
        DECIDE,
        "Who holds what about her, in every country, and who opened it, there and here",
        lambda c: sheet.sheet(c.node, c.actor, c.path["case"], c.query.to),
        query=WhereTo,
        answers=SheetView,
    ),
    Route(
        "POST",
        "/cases/{case}/access",
        DECIDE,
        "Ask every country that heard of her what it holds",
        lambda c: access.ask_everybody(c.node, c.actor, c.path["case"]),
        answers=Asked,
    ),
    Route(
        "POST",
        "/threads/{thread}/access",
        DECIDE,
        "Answer what is held here on a thread, from what is stored",
        lambda c: access.answer(c.node, c.actor, c.path["thread"], c.body),
        takes=AnswerAccess,
        answers=ActDone,
        status=201,
    ),
    Route(
        "POST",
        "/threads/{thread}/corrections",
        DECIDE,
        "Send the right values of fields of an earlier letter",
        lambda c: corrections.correct(c.node, c.actor, c.path["thread"], c.body),
        takes=Correct,
        answers=ActDone,
        status=201,
    ),
    Route(
        "POST",
        "/threads/{thread}/complaint",
        DECIDE,
        "Answer a complaint for the independent body; not by whoever decided",
        lambda c: complaints.answer(c.node, c.actor, c.path["thread"], c.body),
        takes=AnswerComplaint,
        answers=ActDone,
        status=201,
    ),
    Route(
        "POST",
        "/breaches",
        COORDINATE,
        "Letters were exposed: tell every country concerned, within 24 hours",
        lambda c: breach.report_breach(c.node, c.actor, c.body),
        takes=ReportBreach,
        answers=BreachReported,
        status=201,
    ),
    Route(
        "POST",
        "/cases/{case}/papers",
        DECIDE,
        "What she takes with her: nothing, a neutral card, or her sheet where that is safe",
        lambda c: cards.take_paper(c.node, c.actor, c.path["case"], c.body),
        takes=TakePaper,
        answers=PaperView,
        status=201,
    ),
    Route(
        "POST",
        "/cards/check",
        DECIDE,
        "A call from abroad: the code of a card and her word",
        lambda c: cards.check_card(c.node, c.actor, c.body),
        takes=CheckCard,
        answers=CardFound,
    ),
    Route(
        "POST",
        "/cases/{case}/calls",
        DECIDE,
        "What was told after calling her back",
        lambda c: cards.record_call(c.node, c.actor, c.path["case"], c.body),
        takes=RecordCall,
        status=204,
    ),
)
