"""What can go wrong with the registry, by what the caller can do about it."""

from node.errors import BadInput, Conflict, NotAllowed, OpenTRMError, TryLater


class BadRecord(BadInput):
    """A country's record cannot be used: its country corrects it. `field` names the place."""


class BadRegistryKey(BadInput):
    """A key may not be used in the registry: its owner makes another."""


class BadRegistryFile(BadInput):
    """A file of the registry, a request or a proposal is not what it should be: get it again from its sender."""


class StaleProposal(Conflict):
    """The registry went on since this proposal was made: make it again."""


class NotEnoughSignatures(NotAllowed):
    """Too few maintainers have signed with both their keys: ask another."""


class Unverified(OpenTRMError):
    """What a mirror served does not verify; the last verified copy stays in use."""


class RegistryUnavailable(TryLater):
    """No mirror gave a registry that verifies, and there is no verified copy yet."""


class MirrorFailed(TryLater):
    """A mirror gave nothing usable: another mirror, or the same later."""


class MirrorBehind(MirrorFailed):
    """A mirror has not got yet what another one has: it catches up by itself."""


class FileMissing(MirrorFailed):
    """The mirror answered that it does not have the file; for the next root that is the ordinary answer."""
