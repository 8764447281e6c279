"""Structs that hold salts, keys or payloads: what they print is their name, and nothing of what is in them."""


class Unshown:
    """A mixin for msgspec structs that must never tell their content to a log or a traceback."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
