"""Every rule of the handbook: its id, one plain sentence, its source, and where this software enforces it.

Rows only. The predicates are in `guards` (our side), `shown` (what the letter itself shows, both sides), `consent` and
`case_changes`. A row with "later" is not enforced yet; nothing here claims more than the code does.
Source: domain 6 (R01-R40), practice (H01-H35).
"""

from typing import Literal

import msgspec

from node.protocol.letters.codes import reason_of

Place = Literal[
    "drafting",  # when a person writes: the gate, in front of her
    "release",  # when it is about to leave: the same gate again
    "receiver",  # row 13: judged only from what both sides exchanged
    "shape",  # cannot be expressed: no field, no code, no kind
    "record",  # when a fact or a consent is recorded: two people, mandatory parts
    "desk",  # a local reason to hold what arrived; never an answer on the wire
    "service",  # by the layers around: audit, sign-in, clocks, logs, delivery
    "later",  # in a later issue
]
Effect = Literal["hold", "cancel"]

FIRST_PRECEDENCE: tuple[str, ...] = ("R10", "H05", "R20", "R31", "R02")


class Objection(msgspec.Struct, frozen=True):
    """Why a letter may not go, or was refused: for our own people, never for the wire beyond `reason`.

    `hold`: a person can put it right and the same letter goes; `cancel`: this letter will never go. `ends_thread`: the
    thread gets the one stop letter (H01). `discreet`: on a page show the sentence only, without the rule (H17).
    `reason` is the code of wire 4; only a receiver may use it, and only for what both sides exchanged. `held_as` is the
    code under which the letter waits, where the rule's id alone would not tell what it waits for.
    """

    rule: str
    sentence: str
    next_step: str
    effect: Effect = "cancel"
    reason: int = 0
    ends_thread: bool = False
    discreet: bool = False
    held_as: str = ""


class Rule(msgspec.Struct, frozen=True):
    """One rule. `reason` is its number in a receipt (R01 -> 1, H01 -> 101), whether or not it is ever said there."""

    id: str
    sentence: str
    source: str
    enforced_at: tuple[Place, ...]

    @property
    def reason(self) -> int:
        """The reason code of wire 4: R01-R40 are 1-40, H01-H35 are 101-135."""
        return reason_of(self.id)


def precedence(objection: Objection) -> int:
    """0 is the strongest: R10 (and the countries she named, H05), then R20, R31, R02, then the rest. Source: H02."""
    return next((i for i, rule in enumerate(FIRST_PRECEDENCE) if rule == objection.rule), len(FIRST_PRECEDENCE))


RULES: tuple[Rule, ...] = (
    Rule(
        "R01",
        "Nothing about a person leaves without her valid consent for this recipient, purpose and level.",
        "CETS 197 art 12(7)",
        ("drafting", "release", "receiver"),
    ),
    Rule(
        "R02",
        "Only a safety alert may go without consent, with a reason and a second look within 24 hours.",
        "CETS 197 art 33",
        ("drafting", "release", "receiver"),
    ),
    Rule(
        "R03",
        "The first contact with another country names nobody.",
        "minimisation",
        ("drafting", "release", "receiver", "shape"),
    ),
    Rule(
        "R04",
        "Identity goes only after acceptance, and only what the other side needs and she allowed.",
        "GDPR 5(1)(c)",
        ("drafting", "release", "receiver"),
    ),
    Rule(
        "R05",
        "A presumed victim has every right to help; no formal identification is asked for.",
        "CETS 197 art 10(2)",
        ("drafting", "release", "receiver"),
    ),
    Rule(
        "R06",
        "Help never depends on working with the police or the courts.",
        "CETS 197 art 12(6)",
        ("drafting", "release", "receiver", "shape"),
    ),
    Rule(
        "R07",
        "Only voluntary return exists here.",
        "ODIHR return principles 1, 2",
        ("drafting", "release", "receiver", "shape"),
    ),
    Rule(
        "R08",
        "No return is planned before both countries have assessed the risk.",
        "ODIHR principle 1",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "R09",
        "No return is planned while her recovery period runs.",
        "CETS 197 art 13",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "R10",
        "After an asylum claim, or where she fears persecution, nothing goes to that country.",
        "Refugee Convention art 33",
        ("drafting", "release", "desk"),
    ),
    Rule(
        "R11",
        "An embassy or consulate receives nothing, except to verify identity when she asked for it.",
        "ODIHR principle 1",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "R12",
        "Whoever may be a child is treated as a child until two people have settled her age.",
        "CETS 197 art 10(3)",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "R13",
        "A child's consent counts only with a guardian, and with the child's own assent recorded.",
        "CETS 197 art 10(4)",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "R14",
        "A child returns only after a best-interests decision.",
        "CETS 197 art 16(7)",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "R15",
        "Family that may be involved is not contacted.",
        "TACT family assessment",
        ("drafting", "release", "receiver", "record", "desk"),
    ),
    Rule(
        "R16",
        "Family is told nothing of trafficking unless she wants it.",
        "CETS 197 art 11",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "R17",
        "A person in detention raises an alarm, and no return is asked for.",
        "NRM handbook",
        ("drafting", "release", "receiver", "desk", "record"),
    ),
    Rule(
        "R18",
        "No field tells of an offence by the person.",
        "CETS 197 art 26",
        ("drafting", "release", "receiver", "shape"),
    ),
    Rule(
        "R19",
        "No law-enforcement body receives anything here, and nobody passes letters on to one.",
        "NRM handbook; datACT",
        ("drafting", "release", "receiver", "shape", "record"),
    ),
    Rule(
        "R20",
        "She can withdraw at any time, in one step, without a reason, and it works at once.",
        "GDPR 7(3), 17, 19",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "R21",
        "Withdrawing or refusing never ends or lowers help.",
        "CETS 197 art 12",
        ("release", "receiver", "record"),
    ),
    Rule(
        "R22",
        "Consent ends, at the latest after 12 months; after that nothing new is disclosed.",
        "ODIHR principle 2",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "R23",
        "Consent counts only if she was informed in her language, knew the alternatives and understood.",
        "CETS 197 art 12(1)(d)",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "R24",
        "Nobody approves alone what needs two people, and every opening of a name is logged with a reason.",
        "case management practice",
        ("record", "desk", "service"),
    ),
    Rule("R25", "Whatever arrived is erased when its time is over.", "GDPR 5(1)(e)", ("record", "service")),
    Rule(
        "R26",
        "No number follows a person from one country to another.",
        "datACT; minimisation",
        ("drafting", "release", "receiver", "shape"),
    ),
    Rule(
        "R27",
        "A negative answer never tells whether she is known.",
        "minimisation",
        ("drafting", "release", "receiver", "shape", "service"),
    ),
    Rule(
        "R28",
        "Nothing is passed on without a new consent and a new thread.",
        "GDPR 19",
        ("drafting", "release", "receiver"),
    ),
    Rule(
        "R29",
        "Where she sleeps is in no letter and no directory.",
        "CETS 197 art 12(2)",
        ("drafting", "release", "receiver", "shape"),
    ),
    Rule(
        "R30",
        "Nobody is declined for nationality, religion, orientation or status.",
        "CETS 197 art 3",
        ("drafting", "release", "receiver", "shape"),
    ),
    Rule(
        "R31",
        "A stop wins: later letters of the same matter do not go.",
        "ODIHR principle 1",
        ("drafting", "release", "receiver"),
    ),
    Rule("R32", "An overdue arrival is an alarm nobody can wave away.", "ODIHR principle 1", ("record", "service")),
    Rule(
        "R33",
        "She can see, correct and complain.",
        "ODIHR principle 6; GDPR 15, 16",
        ("drafting", "release", "receiver", "service"),
    ),
    Rule(
        "R34",
        "Proceedings and compensation are checked before return.",
        "CETS 197 art 16(2)",
        ("drafting", "release", "record"),
    ),
    Rule("R35", "Statistics never show fewer than 11 people.", "CTDC", ("service",)),
    Rule(
        "R36",
        "Every decision of the gate is in a chained log that names no person.",
        "accountability",
        ("drafting", "release", "receiver", "service"),
    ),
    Rule(
        "R37",
        "What we do not know is refused, never ignored.",
        "protocol",
        ("drafting", "release", "receiver", "shape"),
    ),
    Rule(
        "R38",
        "Nothing personal stands in a log, an address, a file name or an error.",
        "confidentiality",
        ("drafting", "release", "receiver", "service"),
    ),
    Rule(
        "R39",
        "A suspended or revoked country gets nothing, not even what was queued before.",
        "protocol",
        ("drafting", "release", "receiver", "service"),
    ),
    Rule(
        "R40",
        "A person decides, never the machine.",
        "GDPR 22",
        ("drafting", "release", "receiver"),
    ),
    Rule(
        "H01",
        "Every stop looks the same: one letter, no reason.",
        "practice H01",
        ("drafting", "release", "receiver", "service"),
    ),
    Rule(
        "H02",
        "Where rules meet, asylum comes first, then withdrawal, then a stop; safety and arrival still go.",
        "practice H02",
        ("drafting", "release", "receiver"),
    ),
    Rule(
        "H03",
        "Nobody can override an asylum block; only her own wish, with a lawyer, two people and seven days.",
        "practice H03",
        ("drafting", "release", "record"),
    ),
    Rule(
        "H04",
        "A transit country can stop the way without a reason.",
        "practice H04",
        ("drafting", "release", "receiver", "shape", "service"),
    ),
    Rule(
        "H05",
        "First she is asked who must never hear of her; until then nothing about her opens elsewhere.",
        "practice H05",
        ("drafting", "release", "receiver", "desk"),
    ),
    Rule(
        "H06",
        "An overdue arrival is asked about among friends first.",
        "practice H06",
        ("drafting", "release", "record", "service"),
    ),
    Rule("H07", "Whoever stopped on the way is cared for there.", "practice H07", ("receiver", "record", "service")),
    Rule("H08", "A restored backup revives nothing.", "practice H08", ("drafting", "release", "service")),
    Rule(
        "H09",
        "No other legal ground replaces her consent.",
        "practice H09",
        ("drafting", "release", "receiver"),
    ),
    Rule(
        "H10",
        "Without a guardian, child protection and a second person may allow an offer for ten days, no more.",
        "practice H10",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "H11",
        "A guardian counts when appointed, free of conflict by a second look, and the child was heard alone.",
        "practice H11",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "H12",
        "A child's family is sought only after a best-interests decision.",
        "practice H12",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "H13",
        "Names are sealed only to the office her consent names.",
        "practice H13",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "H14",
        "Whom two people distrust gets no name and sees nothing.",
        "practice H14",
        ("drafting", "release", "receiver", "record", "desk"),
    ),
    Rule(
        "H15",
        "Paper, PDF, export and stick pass the same gate as a letter.",
        "practice H15",
        ("drafting", "release"),
    ),
    Rule("H16", "A withdrawal that may not leave waits for her own word.", "practice H16", ("release", "record")),
    Rule(
        "H17",
        "She speaks alone, with an independent interpreter; a suspicion of pressure holds what rests on consent.",
        "practice H17",
        ("drafting", "release", "receiver", "record", "desk"),
    ),
    Rule("H18", "She carries a paper only if that is safe.", "practice H18", ("record", "service")),
    Rule(
        "H19",
        "Only she confirms that she arrived.",
        "practice H19",
        ("drafting", "release", "receiver", "record", "service"),
    ),
    Rule(
        "H20",
        "Medical facts go without consent only if she cannot speak.",
        "practice H20",
        ("drafting", "release", "receiver"),
    ),
    Rule("H21", "An on-call promise is tested.", "practice H21", ("service",)),
    Rule(
        "H22",
        "Urgent runs in hours, the rest in working days; a wrong clock never stops safety or a stop.",
        "practice H22",
        ("drafting", "release", "receiver", "service"),
    ),
    Rule(
        "H23",
        "A silent origin does not decide her risk.",
        "practice H23",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule("H24", "Being a witness never blocks her wish.", "practice H24", ("drafting", "release", "record")),
    Rule(
        "H25",
        "No return letter while she is detained.",
        "practice H25",
        ("drafting", "release", "receiver", "desk", "record"),
    ),
    Rule(
        "H26",
        "Each dependant is a person: own consent, own block; one block stops the whole thread.",
        "practice H26",
        ("drafting", "release", "receiver", "record"),
    ),
    Rule(
        "H27",
        "On her 18th birthday a guardian's consent ends for disclosure; help under way goes on 30 days.",
        "practice H27",
        ("drafting", "release", "receiver", "record", "service"),
    ),
    Rule(
        "H28",
        "An offer never outs: pregnancy, HIV, addiction and gender history only item by item, after acceptance.",
        "practice H28",
        ("drafting", "release", "receiver", "shape"),
    ),
    Rule("H29", "Whoever left by choice is not traced.", "practice H29", ("drafting", "release", "record")),
    Rule(
        "H30",
        "Death, birth and incapacity freeze letters, not care.",
        "practice H30",
        ("drafting", "release", "record"),
    ),
    Rule(
        "H31",
        "Where she lived counts as origin, and no state is asked whether she is its own before a lawyer has looked.",
        "practice H31",
        ("drafting", "release", "receiver", "record", "desk"),
    ),
    Rule("H32", "A suspension lists who is on the way.", "practice H32", ("service",)),
    Rule("H33", "People in a group each decide alone.", "practice H33", ("drafting", "release", "shape", "record")),
    Rule("H34", "What she asked to keep is kept.", "practice H34", ("record", "service")),
    Rule(
        "H35",
        "An alert about another person is that person's own.",
        "practice H35",
        ("drafting", "release", "receiver"),
    ),
)

BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
