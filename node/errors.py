"""The errors of OpenTRM: the class says what a caller can do about it.

A leaf: everybody may import it. The message is for the log and the operator: lower case, no dot, what was found,
what was expected, what to do; never a person's data, a key or the text of a letter. `for_user` is a sentence for the
person at the screen, with a next step.
"""


class OpenTRMError(Exception):
    """Something did not work, and the sentence says what to do."""

    def __init__(self, message: str, *, for_user: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.for_user = for_user


class BadInput(OpenTRMError):
    """What was given cannot be used: correct it and try again.

    `field` is a path such as `persons.0.age_band`; `found` is a kind or a code, never a value a person typed.
    """

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        found: str | None = None,
        expected: str | None = None,
        rule: str | None = None,
        for_user: str | None = None,
    ) -> None:
        super().__init__(message, for_user=for_user)
        self.field = field
        self.found = found
        self.expected = expected
        self.rule = rule


class NotFound(BadInput):
    """There is no such thing, or the caller may not know that there is."""


class NotAllowed(OpenTRMError):
    """A rule or a role says no: the same call will be refused again until the facts change.

    `rule` is the id of the handbook rule (`R10`, `H01`), or None where a role or a sign-in is missing.
    """

    def __init__(self, message: str, *, rule: str | None = None, for_user: str | None = None) -> None:
        super().__init__(message, for_user=for_user)
        self.rule = rule


class WrongRole(NotAllowed):
    """This person's role does not allow it, whatever the facts are: a colleague has to do it."""


class NotSignedIn(NotAllowed):
    """Nobody is signed in, or the sign-in has ended: sign in and try again."""


class Conflict(OpenTRMError):
    """Somebody else changed it in between: read it again, then decide again."""


class TryLater(OpenTRMError):
    """The same call may succeed later and is safe to repeat, after `retry_after_s` seconds where known."""

    def __init__(self, message: str, *, retry_after_s: int | None = None, for_user: str | None = None) -> None:
        super().__init__(message, for_user=for_user)
        self.retry_after_s = retry_after_s


class TooMany(TryLater):
    """One address asks more than one address may: the same call succeeds after `retry_after_s` seconds."""


class PeerError(OpenTRMError):
    """Another country's node answered something we cannot accept: ours is fine, phone them.

    `peer` is the country code.
    """

    def __init__(self, message: str, *, peer: str | None = None, for_user: str | None = None) -> None:
        super().__init__(message, for_user=for_user)
        self.peer = peer


class Unavailable(OpenTRMError):
    """This node lacks something only its operator can repair: a file, a key, a primitive, disk, a setting."""


READS_ONLY = "This node only reads for now: nothing that you type is kept. Tell your operator."


class ReadOnly(Unavailable):
    """The node reads and shows, and writes nothing, until its operator has repaired what the sentence names.

    The sentence is the operator's; whoever is at the screen hears another.
    """

    def __init__(self, message: str, *, for_user: str | None = READS_ONLY) -> None:
        super().__init__(message, for_user=for_user)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with what it counts, as it is said in a sentence: `1 maintainer`, `2 maintainers`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
