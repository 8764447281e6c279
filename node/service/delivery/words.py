"""Words that delivery shares: size classes, slots, and why a post failed. Source: wire 2, 4, 5."""

from typing import Final, Literal

from node.store.outbox import EnvelopeRow

__all__ = ["CLASS_NAMES", "MAX_BATCH", "SLOT_BYTES", "EnvelopeRow", "ErrorClass", "PostFailed"]

SLOT_BYTES: Final = 4096
MAX_BATCH: Final = 64
CLASS_NAMES: Final[dict[int, str]] = {16_384: "16", 65_536: "64", 262_144: "256"}

ErrorClass = Literal["transport", "peer-policy", "peer", "crypto", "ours"]


class PostFailed(Exception):
    """A request brought no usable answer; what was posted may be posted again.

    `detail` is a short phrase for the log and the operator; `retry_after_s` is what the peer asked for, if it did.
    """

    def __init__(self, error_class: ErrorClass, detail: str, retry_after_s: int | None = None) -> None:
        super().__init__(f"post failed: {detail} ({error_class})")
        self.error_class: ErrorClass = error_class
        self.detail = detail
        self.retry_after_s = retry_after_s
