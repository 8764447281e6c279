"""Every rule of the handbook: its id, one plain sentence, its source, and where this software enforces it.

Rows only. The predicates are in `guards` (our side), `shown` (what the letter itself shows, both sides), `consent` and
`case_changes`. A row with "later" is not enforced yet; nothing here claims more than the code does.
Source: domain 6 (R01-R40), practice (H01-H35).
"""

from node.protocol.rule import FIRST_PRECEDENCE, Effect, Objection, Place, Rule, precedence
from node.protocol.rules_of_practice import PRACTICE

__all__ = ["BY_ID", "FIRST_PRECEDENCE", "RULES", "Effect", "Objection", "Place", "Rule", "precedence"]

DOMAIN: tuple[Rule, ...] = (
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
        "No return is planned before both judged the risk, know who she is and what waits, "
        "somebody receives her and her document is valid.",
        "ODIHR principle 1; CETS 197 art 16(4), 16(5)",
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
        ("drafting", "release", "receiver", "record", "desk"),
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
        receiver="nothing to see: how many people stood behind a letter is known where it was written.",
    ),
    Rule(
        "R25",
        "Whatever arrived is erased when its time is over.",
        "GDPR 5(1)(e)",
        ("record", "service"),
        receiver="nothing to see: each country erases what it received by its own dates.",
    ),
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
    Rule(
        "R32",
        "An overdue arrival is an alarm nobody can wave away.",
        "ODIHR principle 1",
        ("drafting", "receiver", "record", "service"),
    ),
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
        receiver="nothing to see: proceedings have no field; a plan says only that its gates are clear (R09).",
    ),
    Rule(
        "R35",
        "Statistics never show fewer than 11 people.",
        "CTDC",
        ("service",),
        receiver="nothing to see: statistics do not come by letter.",
    ),
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
)
RULES: tuple[Rule, ...] = (*DOMAIN, *PRACTICE)

BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
