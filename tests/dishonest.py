"""A country with its real keys and no gate of its own: whatever a test writes is signed, sealed and posted.

    liar = Dishonest(world)
    assert await liar.sends("return.request", at_liberty=False) == (REFUSED, 17)

The other country is an honest node; its signed receipt is what the liar reads. Every letter is good unless told else.
"""

import hashlib
import json
from typing import Any

from node.crypto.receipts import Hint
from node.protocol.letters.kinds import KINDS
from tests.attack.forged_posts import answer, forged, post
from tests.letters_support import BODIES, document
from tests.world import DAY_S, World

PURPOSES = ["enquiry", "referral", "risk_assessment", "family_tracing", "family_contact", "identity_verification",
            "travel", "transit", "reintegration", "followup"]  # fmt: skip
CATEGORIES = ["needs", "plan", "health", "identity", "documents", "contact", "arrangements"]
ON_CONSENT = ("referral.offer", "referral.info", "referral.disclose", "return.", "transit.request", "transit.arrange",
              "consent.assertion", "info.request", "ident.support_request")  # fmt: skip
QUIET = ("departure", "arrival", "failed", "assist_now", "take_back", "way_ended", "close", "stopped")


class Dishonest:
    """One thread as XD writes it to XA, in either role; `frame` and body are a test's to spoil."""

    def __init__(self, world: World, name: str = "a liar", sender: str = "XD", recipient: str = "XA") -> None:
        self.world, self.name, self.sender, self.recipient = world, name, sender, recipient
        self.thread, self.token = self.id_of("thread"), self.id_of("token")
        self.n, self.seen, self.last = 0, 0, ""

    async def sends(self, kind: str, frame: dict[str, Any] | None = None, **said: Any) -> tuple[int, int]:
        """Status and reason of the signed receipt for the next letter: `frame` and `said` change a good one."""
        self.n += 1
        return await self.posts(self.letter(kind, frame, **said))

    def letter(self, kind: str, frame: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
        """A good letter of this kind as plain JSON, with these parts of the frame and of the body changed."""
        now = self.world.clock.now()
        self.last = self.id_of(f"letter {self.n}")
        made = document(kind) | {"thread": self.thread, "letter_id": self.last, "n": max(self.n, 1), "seen": self.seen}
        made |= {"written_at": now, "thread_ends": now + 60 * DAY_S, "retention_until": now + 365 * DAY_S}
        if not KINDS[kind].stop:
            resting = kind.startswith(ON_CONSENT) and not kind.endswith(QUIET)
            made |= {"consent": [self.consent()] if resting else [], "reply_by": None, "relates_to": None}
            made |= {"disclosed": [], "sealed_identity": None, "attachments": []}
            made["lawful_basis"] = "explicit_consent" if resting else "public_task"
            made["body"] = self._body(kind, said)
        return made | (frame or {})

    def consent(self, **entry: Any) -> dict[str, Any]:
        """Her consent as it travels, with parts changed."""
        good = {
            "token": self.token, "basis": "consent", "given_by": "self", "capacity": "adult",
            "treated_as_child": False, "safeguards_met": True, "purposes": PURPOSES, "levels": ["L1", "L2", "L3"],
            "categories": CATEGORIES, "holder": None, "until": self.world.clock.now() + 90 * DAY_S,
        }  # fmt: skip
        return good | entry

    def item(self, field: str = "given_name", level: str = "L3", person: str = "") -> dict[str, str]:
        """One field about her that a letter names as sealed inside."""
        return {"person": person or self.token, "field": field, "level": level}

    def sealed(self, kid: str = "") -> dict[str, str]:
        """A block for an office of the recipient (or another key); what is inside, nobody of a machine can read."""
        own = self.world[self.recipient].office.office_kid.hex()
        return {"office_kid": kid or own, "identity_commit": "a1" * 32, "box": "QUJD"}

    async def posts(self, made: dict[str, Any]) -> tuple[int, int]:
        """Post a letter as it is; status and reason of the receipt."""
        sent = forged(self.world, self.sender, self.recipient, made)
        read = answer(self.world, self.sender, self.recipient, sent,
                      await post(self.world, self.recipient, sent.envelope))  # fmt: skip
        assert not isinstance(read, Hint), read
        return read.status, read.reason

    async def hears(self, kind: str, **said: Any) -> None:
        """A letter that the honest country's people write; the liar reads it, and its own node never learns of it."""
        self.world.fault = lambda sender, recipient, envelopes: "lost" if recipient == self.sender else None
        await self.world[self.recipient].act(self.thread, kind, self._body(kind, said))
        self.seen += 1
        await self.world[self.recipient].deliver(self.sender)

    async def state(self) -> str:
        """The state of the thread as the honest country shows it."""
        return (await self.world[self.recipient].view(self.thread)).state

    def tasks(self) -> list[str]:
        """What waits for people of the honest country."""
        node = self.world[self.recipient].node
        return [one.code for one in node.store.read_sync(lambda reader: reader.tasks.open())]

    def _body(self, kind: str, said: dict[str, Any]) -> Any:
        if BODIES.get(kind) is None:
            return None
        body = json.loads(json.dumps(BODIES[kind]).replace(BODIES["referral.accept"]["persons"][0], self.token))
        one_person: dict[str, Any] = {"dependants": []} if "dependants" in body else {}
        return body | one_person | said

    def id_of(self, what: str) -> str:
        """An id of this liar's own, the same in every run."""
        return hashlib.sha256(f"{self.name} {what}".encode()).hexdigest()[:32]
