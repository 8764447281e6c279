"""Every closed list of codes by its content: its name, and the order it is read in; its type has lost both."""

from typing import Any, Final, Literal, NamedTuple, get_args, get_origin

from node.protocol.letters import (
    codes,
    codes_directory,
    codes_information,
    codes_logistics,
    codes_return,
    codes_rights,
    codes_safety,
)


class CodeList(NamedTuple):
    """A list as the program has it."""

    name: str
    values: tuple[Any, ...]


CODE_LISTS: Final[dict[frozenset[Any], CodeList]] = {
    frozenset(get_args(one)): CodeList(name, get_args(one))
    for module in (codes, codes_directory, codes_information, codes_logistics, codes_return, codes_rights, codes_safety)
    for name, one in vars(module).items()
    if get_origin(one) is Literal
}
