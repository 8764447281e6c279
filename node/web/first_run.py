"""The pages of the first run: one form a step, made from rows; what the steps do stands in `node.first_run`.

No desk is there yet, so nothing here knows a node: a page is made from words, what was typed, and an error.
Source: interface O1.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from node.web.assets import hashed
from node.web.language import LANGUAGES, Speech, own_name
from node.web.marks import N_
from node.web.render import left_to_right, template_named


class Asked(NamedTuple):
    """One input: its name, label, hint, the kind of input, and what can be chosen."""

    name: str
    label: str
    hint: str = ""
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] = ()


class Form(NamedTuple):
    """One step: its name, title, what to know before, the inputs, and what its button says."""

    name: str
    title: str
    says: str
    asked: tuple[Asked, ...]
    button: str


GO_ON: Final = N_("Save and go on")
FOREVER: Final = N_("Two capital letters, ISO 3166. It can never be changed.")
PUBLIC: Final = N_("It becomes public.")
ROLE: Final = N_("Of a role, never of a person. It becomes public.")
FORMS: Final = (
    Form(
        "office",
        N_("The office"),
        N_("What stands here goes into the public list of countries."),
        (
            Asked("country", N_("Your country"), FOREVER),
            Asked("authority", N_("Name of the office that answers for this node"), PUBLIC),
            Asked("contact", N_("Telephone or mail of its desk"), ROLE),
            Asked("out_of_hours", N_("Telephone at night and on holidays"), ROLE),
            Asked("url", N_("Address where other countries reach this node"), "https://trm.office.example"),
            Asked("holder", N_("Organisation whose people read names here"), PUBLIC),
            Asked(
                "holder_kind",
                N_("What kind of organisation is that?"),
                "",
                "choice",
                (("civil_society", N_("Civil society")), ("state", N_("Of the state"))),
            ),
            Asked("time_zone", N_("Time zone of your working days"), "Europe/Chisinau"),
        ),
        GO_ON,
    ),
    Form(
        "registry",
        N_("The list of countries"),
        N_("The maintainers gave you a file and these addresses."),
        (
            Asked("mirrors", N_("Addresses of its mirrors, with blanks between"), "https://registry.example"),
            Asked("root", N_("The file with its root, on this machine"), "root.json"),
        ),
        GO_ON,
    ),
    Form(
        "machine",
        N_("This machine"),
        N_("Files are named as this machine knows them."),
        (
            Asked("listen", N_("Address and port to listen on, behind your reverse proxy"), "127.0.0.1:8700"),
            Asked("data", N_("Folder for keys and database; it is made")),
            Asked(
                "unlock",
                N_("What opens the node at its start?"),
                "",
                "choice",
                (
                    ("key-file", N_("A key file: no hand is needed")),
                    ("passphrase", N_("A passphrase: somebody types it")),
                ),
            ),
            Asked(
                "key_file",
                N_("Where the key file goes"),
                N_("Away from the data folder. Not needed with a passphrase."),
            ),
            Asked("login", N_("Login of the first coordinator")),
            Asked("sheets", N_("Folder for the three recovery sheets, until they are printed")),
        ),
        GO_ON,
    ),
    Form(
        "root",
        N_("Compare the root"),
        N_(
            "Phone a maintainer on a number you knew before. They read you the sum of the"
            " root in groups of four; type these two as you hear them."
        ),
        (),
        N_("Compare"),
    ),
    Form(
        "make",
        N_("Make the node"),
        N_("Keys and database are made now. What stands in the record becomes public."),
        (
            Asked("password", N_("Password of the first coordinator"), N_("Twelve characters or more."), "password"),
            Asked("password_again", N_("The same again"), "", "password"),
        ),
        N_("Make this node"),
    ),
    Form(
        "mail",
        N_("Mail that calls your people"),
        N_(
            "A mail says only that something waits. The server is tried before it is written"
            " down. Leave all of it empty for none: then nobody is called when somebody is in"
            " danger."
        ),
        (
            Asked("host", N_("Mail server")),
            Asked(
                "security",
                N_("How it is protected"),
                "",
                "choice",
                (("starttls", "STARTTLS"), ("tls", "TLS"), ("none", N_("Not at all: only on this machine"))),
            ),
            Asked("port", N_("Port"), "587"),
            Asked("sender", N_("Address that the mail comes from")),
            Asked("to", N_("Address that is written to at once")),
        ),
        N_("Try it, and go on"),
    ),
    Form(
        "backup",
        N_("A first backup, tried"),
        N_("The database and apart from it the keys are copied, and a node is made out of the copies and thrown away."),
        (Asked("folder", N_("Folder for backups, on another disk")),),
        N_("Copy, and try the copy"),
    ),
)
PASSPHRASE: Final = (
    Asked(
        "passphrase",
        N_("Passphrase of this node"),
        N_("Twelve characters or more. Without it nothing opens again."),
        "password",
    ),
    Asked("passphrase_again", N_("The same again"), "", "password"),
)
NEXT: Final = (
    N_("Print the three recovery sheets, give them to three people, delete the files."),
    N_("On an offline machine make the request for the maintainers, and send it on a known diplomatic way."),
    N_("They phone you and compare twelve groups."),
    N_("Start the node as a service, behind a proxy that encrypts."),
    N_("Sign in at the desk, set up two passkeys, invite an operator and a second coordinator."),
)
WRONG: Final = {
    "groups": N_(
        "This is not what the file has. Listen once more; if it stays so, do not go on and tell the maintainers."
    ),
    "code": N_("This is not the code that stands in the terminal."),
    "same": N_("It was typed in two ways. Type it twice again."),
    "short": N_("Twelve characters or more."),
    "answer": N_("This cannot be used. Look at the example."),
}


def page(speech: Speech, template: str, **facts: Any) -> str:
    """A page as text."""
    return template_named(template).render(
        _=speech.say, speech=speech, static=hashed, ref=left_to_right,
        languages=[(code, own_name(code)) for code in LANGUAGES], **{"error": "", "field": "", "detail": "", **facts},
    )  # fmt: skip


def asked_in(form: Form, with_passphrase: bool) -> Sequence[Asked]:
    """The inputs of a step; a node that a passphrase opens needs it where it is made and where its copy is tried."""
    if not with_passphrase or form.name not in ("make", "backup"):
        return form.asked
    return (*form.asked, *PASSPHRASE) if form.name == "make" else (*form.asked, PASSPHRASE[0])


def secret_names() -> frozenset[str]:
    """Inputs that are never shown again."""
    return frozenset(one.name for form in FORMS for one in (*form.asked, *PASSPHRASE) if one.kind == "password")


def shown_again(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, without secrets."""
    return {name: value for name, value in typed.items() if name not in secret_names()}
