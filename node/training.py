"""A node for practice: invented countries, a registry of its own on this machine, a folder that no real node opens.

Whether a folder is one stands in its database since it was made, so that neither a copied configuration nor a copied
folder turns practice into a real case, or a real case into practice. Source: interface C16.
"""

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from node.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from node.config import Config

FLAG: Final = "node.training"
PRACTISES: Final = re.compile(r"X(?!K)[A-Z]")  # XK is in use for a country that exists
HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def why_no_training(config: "Config") -> tuple[str, str] | None:
    """What keeps this configuration from being one for practice: a sentence and the key; None if nothing does."""
    if not PRACTISES.fullmatch(config.node.country):
        return (
            f"{FLAG} is set for {config.node.country}; people practise in an invented country, XA to XZ without XK",
            FLAG,
        )
    if any(urlsplit(one).hostname not in HERE for one in config.registry.mirrors):
        return "a training node reads a registry of its own on this machine; name 127.0.0.1", "registry.mirrors"
    if config.alarm.smtp_host or config.alarm.command or config.alarm.backup_command:
        return "a training node calls nobody at night; take [alarm] out", "alarm"
    return None


def must_be_invented(countries: "Iterable[str]") -> None:
    """Unavailable where a registry lists a country that exists: nobody practises beside real cases."""
    if any(not PRACTISES.fullmatch(one) for one in countries):
        raise Unavailable("this registry lists countries that exist; a training node has a registry of its own")


def must_be_of_one_kind(is_training: bool, says_training: bool) -> None:
    """BadInput where a folder was made for the one and the configuration says the other."""
    if says_training and not is_training:
        raise BadInput("this data folder was not made for practice and may hold real people; name another", field=FLAG)
    if is_training and not says_training:
        raise BadInput("this data folder was made for practice; nothing in it is real, name another", field=FLAG)
