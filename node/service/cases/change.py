"""What every change of a case shares: the base struct, and how a person of the case is named."""

from typing import Annotated

from msgspec import Meta

from node.service.threads.commands import Command

PersonId = Annotated[
    str, Meta(pattern="^[0-9a-f]{16}(?!\\n)$", description="a person of this case, 8 bytes, lowercase hex")
]


class Change(Command, frozen=True, tag_field="change"):
    """One change of a case's control part."""
