"""docs/handbook-map.md: each sentence of the founding document, by its first words, and where it lives here.

`make docs` writes the page; tests find every file it names and, where the document itself is at hand, that every
sentence of it has a row. Source: the OSCE/ODIHR handbook on National Referral Mechanisms, part I.
"""

from dataclasses import dataclass
from typing import Final

HEAD = """# The founding document, sentence by sentence

Made from `node/handbook_map.py` (`make docs`); do not edit. The document is the OSCE/ODIHR handbook on National
Referral Mechanisms; a sentence is named by its first words. **For people** marks what a country's people and laws do,
which software can only leave room for; **not yet** what this product does not do so far.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence: its first words, how it lives here, and the files to look at. No file: it says why."""

    words: str
    says: str
    files: tuple[str, ...] = ()


FOR_PEOPLE: Final = "**For people.** "
HEADING: Final = "A heading."
GATE: Final = "node/protocol/gate/gate.py"
RULES: Final = "docs/rules.md"
REFERRAL: Final = "node/protocol/referral.py"
RETURN: Final = "node/protocol/voluntary_return.py"
CODES: Final = "node/protocol/letters/codes.py"
CONSENT: Final = "node/protocol/consent/faults.py"
RECORD: Final = "registry/record.py"

ROWS: Final = (
    Row(
        "A National Referral Mechanism (NRM) is a co-operative framework",
        "The whole product: state offices and civil society of two countries act on one thread, under rules that both"
        " nodes check.",
        ("HANDBOOK.md", RULES, "node/protocol/matters.py"),
    ),
    Row(
        "The basic aims of an NRM are to ensure",
        "The way to refer is the referral matter; the rights are R01-R40 and H01-H35, asked before anything leaves.",
        (REFERRAL, GATE, RULES),
    ),
    Row(
        "In addition, NRMs can work to help improve national policy",
        FOR_PEOPLE
        + "What the software adds is knowledge: how timely answers are, numbers that show nobody (R35), declines"
        " with coded reasons. Compensation and proceedings are asked about before a return.",
        ("node/protocol/statistics/figures.py", "node/protocol/cases/return_plan.py", CODES),
    ),
    Row(
        "NRMs can establish national plans of action",
        FOR_PEOPLE + "Benchmarks that can be measured are the time limits of every answer, and the published figures.",
        ("node/protocol/threads/deadlines.py", "node/service/statistics/figures.py"),
    ),
    Row(
        "The structure of an NRM will vary in each country",
        "A node fits any structure: roles, offices and organisations are data of a country's signed record and of its"
        " user list, not of the program.",
        (RECORD, "node/service/staff/people.py"),
    ),
    Row(
        "An NRM usually includes a national co-ordinator",
        "The coordinator is a role of its own: publishes the directory entry, and is called after caseworker and"
        " back-up when an answer does not come or an alarm is not taken up; then the published figures show it. The"
        " roundtable is for people.",
        ("node/api/roles.py", "node/protocol/threads/deadlines.py", "node/protocol/ladders.py"),
    ),
    Row(
        "NRMs also often include ad hoc working groups",
        FOR_PEOPLE + "A panel that decides for a child is recorded with its roles.",
        ("node/protocol/cases/children.py",),
    ),
    Row(
        "NRMs are likely to be most effective if they are founded on a formal co-operation agreement",
        "Between countries: admission by several maintainers, a signed record that names each office and its holder,"
        " and tables that say who owes which answer when.",
        ("registry/ceremony.py", "registry/admission.py", RECORD, "HANDBOOK.md"),
    ),
    Row("An initial country assessment should usually be the first step", FOR_PEOPLE + "It comes before a node."),
    Row(
        "An assessment can help determine which agencies",
        FOR_PEOPLE
        + "Its result is written into the country's record (offices, holders) and its directory entry (services).",
        (RECORD, "node/protocol/directory/entry.py"),
    ),
    Row(
        "The assessment may be initiated and carried out",
        FOR_PEOPLE + "Either may run a node; the record says who holds each office key.",
        (RECORD,),
    ),
    Row(
        "Based on the results of the assessment",
        FOR_PEOPLE
        + "A node is one process in one folder, set up by `trm-node init`, so that a structure can start small.",
        ("docs/operator.md", "node/init.py"),
    ),
    Row(
        "If a country already has a national council",
        FOR_PEOPLE + "An existing focal point becomes the authority of the record.",
        (RECORD, "node/init.py"),
    ),
    Row(
        "Effective NRMs require good co-operation between government agencies",
        "Office keys have holders, state or civil society; consent names which one may read a name (H13).",
        ("node/protocol/gate/identity.py", "node/crypto/office.py"),
    ),
    Row(
        "Often, victims of trafficking are first identified by law-enforcement",
        "Whoever identified her, the letters go between focal points, marked for victim assistance only. A consent"
        " cannot name a law-enforcement body as recipient (R19); an office that also has police powers reads names only"
        " where she chose it in writing and the country lists a civil-society office too (H13).",
        (CONSENT, "node/protocol/gate/identity.py"),
    ),
    Row(
        "Thus, an NRM can be an essential structure for referring", "The referral matter, across borders.", (REFERRAL,)
    ),
    Row(
        "NRMs should develop a dynamic process to ensure participation of civil society",
        "A country's record lists the offices that read names, state or civil society. One that lists an office with"
        " police powers and no civil-society office is not admitted, and no name goes there (H13).",
        ("registry/admission.py", "node/protocol/gate/identity.py"),
    ),
    Row(
        "Internal monitoring, evaluation, and",
        "Yearly statistics and figures of timeliness, a chained audit that names nobody, feedback until closure as"
        " letters of the referral and follow-ups of a return.",
        ("node/service/statistics/yearly.py", "node/service/upkeep/oversight.py", REFERRAL, RETURN),
    ),
    Row(
        "Achieving these ends requires the involvement of a wide range",
        "Staff of member organisations sign in with their organisation's name; a second person may be of another one.",
        ("node/service/staff/people.py",),
    ),
    Row(
        "An NRM should therefore seek to be as inclusive as possible",
        FOR_PEOPLE + "The network takes any country its maintainers admit, and the protocol is published for other"
        " software.",
        ("registry/admission.py", "docs/protocol.md", "docs/schemas/README.md"),
    ),
    Row(
        "Establishing NRMs in countries of destination, transit, and origin",
        "Referral, voluntary return and transit are matters of their own; a transit country sees only what it needs.",
        (REFERRAL, RETURN, "node/protocol/transit.py"),
    ),
    Row("An NRM should incorporate:", "Opens the list that follows."),
    Row(
        "Guidance on how to identify and appropriately treat",
        "Every answer of the API about a thread says what can be done now and, for the rest, why not and by which rule;"
        " consent is informed, scoped and can be taken back in one step (R20, R23). Support with identification is"
        " asked for without naming anybody. Pages show the same to people who work without a case system.",
        (
            CONSENT,
            "node/service/threads/reading.py",
            "node/service/threads/withdrawals.py",
            "node/protocol/information.py",
            "HANDBOOK.md",
        ),
    ),
    Row(
        "A system to refer trafficked persons to specialized agencies",
        "The directory matches her needs to services of every country, with the reason of each match and miss, and"
        " holds no address; where she sleeps is in no letter (R29).",
        ("node/protocol/directory/matching.py", "node/protocol/letters/fields.py", REFERRAL),
    ),
    Row(
        "Such shelter entails",
        "Each is a need code of the offer; a return is voluntary only and prepared by both countries. Resettlement is a"
        " referral to the country she chooses.",
        (CODES, RETURN, "node/protocol/letters/codes_return.py"),
    ),
    Row(
        "The establishment of appropriate, officially binding mechanisms",
        FOR_PEOPLE + "The software keeps assistance apart from prosecution: help never depends on it (R06), her hearing"
        " from abroad is arranged before a return (R34).",
        ("node/protocol/letters/fields.py", "node/protocol/cases/return_plan.py"),
    ),
    Row(
        "An institutional anti-trafficking framework",
        "Both countries fold the same thread to the same state; every decision of the gate is in a chained log that"
        " names nobody (R36).",
        ("node/protocol/threads/fold.py", "node/store/audit.py"),
    ),
    Row(
        "Responsibilities and competencies of all actors",
        "Roles of staff, sides of a thread, two people where a protection is lifted: each is a table.",
        ("node/api/roles.py", "HANDBOOK.md", "node/protocol/cases/changes.py"),
    ),
    Row(
        "When dealing with victims of trafficking, it is important to remember",
        "No code grounds a decline in nationality, religion, orientation or status (R30); no field tells of an offence"
        " (R18) or of willingness to co-operate (R06).",
        (CODES, "node/protocol/letters/fields.py"),
    ),
    Row(
        "NRMs are not rigid structures",
        "No national order of steps is forced; only what protects her is a hard condition.",
        (GATE, "node/protocol/cases/case.py"),
    ),
    Row(
        "That is why an NRM is not built from a single",
        "Limits, calendars and offices are each country's own; the blueprint is only the protocol.",
        ("node/config.py", "node/service/threads/times.py", "docs/protocol.md"),
    ),
    Row("Key Elements:", HEADING),
    Row("Identification and Co-operation", HEADING),
    Row(
        "At the core of every NRM is the process of locating",
        "A case begins with a presumed person; the status is possible or actual, and both have every right here (R05).",
        ("node/protocol/cases/case.py", "node/protocol/gate/guards.py"),
    ),
    Row(
        "This process includes all the different organizations",
        "An acceptance names the organisation that receives her; another one needs a new consent (R28).",
        (REFERRAL, "node/protocol/gate/identity.py"),
    ),
    Row("I.", HEADING),
    Row("WHAT IS A NATIONAL REFERRAL MECHANISM", HEADING),
    Row(
        "Locating and identifying trafficked persons is a fundamental problem",
        "One country helps another to identify, by indicators, interpreters and legal facts, without a name.",
        ("node/protocol/information.py", "node/protocol/letters/codes_information.py"),
    ),
    Row(
        "For a variety of reasons, those caught up in human trafficking",
        "The first contact names nobody (R03), and she says first who must never hear of her (H05).",
        ("node/protocol/gate/shown.py", "node/protocol/gate/guards.py"),
    ),
    Row(
        "Victims may harbour deep feelings of mistrust",
        "She chooses the office and may exclude state bodies, police or embassy; distrust of an office is recorded and"
        " kept to (H14).",
        ("node/protocol/consent/record.py", "node/protocol/gate/identity.py"),
    ),
    Row(
        "Frequently, victims fear violent retaliation",
        "A country she fears hears nothing (R10); family that may be involved is not asked after (R15); a danger is"
        " told at once, with what not to do (R02).",
        ("node/protocol/gate/guards.py", "node/protocol/gate/people.py", "node/protocol/safety.py"),
    ),
    Row(
        "Such threats of violence once they return home",
        "Only a return she wishes can be expressed (R07); both countries judge the risk first (R08).",
        (RETURN, "node/protocol/letters/codes_return.py", "node/protocol/cases/return_plan.py"),
    ),
    Row(
        "Because victims of trafficking are often reluctant initially",
        "Presumed is enough for every letter of assistance (R05).",
        ("node/protocol/gate/guards.py", "node/protocol/letters/bodies.py"),
    ),
    Row(
        "Victims of trafficking are only rarely able to extricate themselves",
        "A safety alert reaches the country where the danger is, in or out of office hours, and calls the back-up when"
        " nobody acknowledges it.",
        ("node/protocol/safety.py", "node/service/safety/alarms.py"),
    ),
    Row(
        "Usually, if they come to the attention of authorities at all",
        "Who found her is asked in no letter; names go to an office with police powers only if she chose it in"
        " writing (R19).",
        ("node/protocol/letters/bodies.py", "node/protocol/gate/identity.py"),
    ),
    Row(
        "Official bodies likely to come into contact with victims",
        "The questions of a case are few and coded, names come last, and nothing personal stands in an error or log"
        " (R38).",
        ("node/service/cases/requests.py", "node/errors.py", "node/log.py"),
    ),
    Row(
        "It is important for official bodies to remember",
        "Rights do not wait for co-operation: there is no such field (R06, R18).",
        ("node/protocol/letters/fields.py",),
    ),
    Row(
        "There are a variety of means that can be used",
        FOR_PEOPLE + "Hotlines and outreach come before a case; a case system of theirs can open one by token.",
        ("node/service/staff/tokens.py",),
    ),
    Row(
        "The identification of a trafficked person can be a complex",
        "No step asks for a formal status, an age in doubt is a child's until two people settle it (R12).",
        ("node/protocol/cases/changes.py", "node/protocol/information.py"),
    ),
    Row(
        "Sometimes it is a question of weeks or months",
        "No return is planned while her recovery period runs (R09); consent can be asked step by step.",
        ("node/protocol/cases/return_plan.py", CONSENT),
    ),
    Row(
        "Therefore, the concept outlined in this handbook incorporates",
        "Assistance letters never ask whether identification has ended (R05).",
        (REFERRAL, "node/protocol/letters/bodies.py"),
    ),
    Row(
        "Part of the overall goal of an NRM is to bring about a change",
        "There is a word for every need and none for a crime of hers (R18).",
        (CODES, "node/protocol/letters/fields.py"),
    ),
    Row(
        "Adopting this viewpoint will help ensure",
        "No letter has a word for a witness, and whether she is one decides nothing (R06, H24).",
        ("node/protocol/letters/fields.py", "node/protocol/cases/return_plan.py"),
    ),
    Row(
        "The way to set up co-operation structures among governmental",
        "Offices with holders in the record, letters sealed to the one she named.",
        (RECORD, "node/crypto/office.py"),
    ),
    Row("This co-operation can reconcile what at the outset", FOR_PEOPLE + "The next four sentences say how."),
    Row(
        "On the one hand, the duty of law enforcement",
        "Detention is an alarm with an owner, and no return is asked for while it lasts (R17, H25); deportation has no"
        " word here (R07).",
        ("node/protocol/cases/changes.py", "node/protocol/gate/desk.py", "node/protocol/letters/codes_return.py"),
    ),
    Row(
        "This can mean that the prosecuting authorities do not recognise",
        "A presumed person is referred like an identified one (R05).",
        ("node/protocol/gate/guards.py",),
    ),
    Row(
        "On the other hand, international human-rights standards",
        "Each rule names the treaty or principle it comes from.",
        (RULES, "node/protocol/rules.py"),
    ),
    Row(
        "A co-operation agreement under the auspices of an NRM",
        "Her names can be sealed to a civil-society office and to no other, as she chooses (H13); detention raises an"
        " alarm and is ended by two people; proceedings are looked at before she goes (R17, R34).",
        ("node/protocol/gate/identity.py", "node/protocol/cases/changes.py", "node/protocol/cases/return_plan.py"),
    ),
    Row(
        "Such co-operation structures can help presumed trafficked persons",
        "Legal help and documents are needs of an offer; what a country's law grants is asked in codes.",
        (CODES, "node/protocol/letters/codes_information.py"),
    ),
)


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_row(number, row) for number, row in enumerate(ROWS, 1))])


def _row(number: int, row: Row) -> str:
    links = ", ".join(_link(name) for name in row.files)
    where = f" {links}" if links else ""
    return f"{number}. *{row.words} ...* {row.says}{where}\n"


def _link(name: str) -> str:
    target = name.removeprefix("docs/") if name.startswith("docs/") else f"../{name}"
    return f"[{name}]({target})"
