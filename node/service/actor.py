"""Who is asking: an opaque user id, a role, and the office key while that person is signed in."""

from dataclasses import dataclass, field

from node.crypto.suite import KemKey
from node.errors import WrongRole
from node.protocol.gate.facts import ActorRole


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, or a machine with a token; `office` is None where no name can be read; `shut_out` are the
    cases of which this person's organisation sees nothing, an empty string standing for all of them (H14)."""

    user_id: str
    role: ActorRole
    organisation: str = ""
    office: KemKey | None = field(default=None, repr=False)
    shut_out: frozenset[str] = frozenset()

    def must_be(self, *roles: ActorRole) -> None:
        """Raise WrongRole unless the role is one of these."""
        if self.role not in roles:
            raise WrongRole(f"role is {self.role}; expected one of {', '.join(roles)}, ask a colleague who has it")
