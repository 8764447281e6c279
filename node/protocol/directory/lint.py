"""A name in the directory that reads like an address: refused where it is written, not shown where it arrives.

The shape of a name already has no digit and no sign of an address; these are the words that are left. No list of words
is complete: people read every entry of their own country before it is published. Source: R29.
"""

import re
import unicodedata
from typing import Final

_TEXT: Final = """
    street str straße strasse road rd avenue ave lane ln boulevard blvd square alley drive highway hwy
    rue allée chemin impasse quai place calle carrer avenida av plaza paseo carretera rua travessa estrada praça
    via viale vicolo piazza corso gasse platz weg allee ufer ring laan plein gracht gatan gata vägen vej gade gate
    ulica ul ulitsa aleja plac osiedle os ulice náměstí třída utca út tér körút strada bulevardul bd
    piața aleea rruga bulevardi cadde caddesi sokak sokağı mahalle mahallesi odos οδός λεωφόρος πλατεία
    улица ул вулиця вул проспект просп бульвар переулок площадь площа шосе шоссе набережная корпус
    квартира شارع طريق ميدان حي
    floor flat apartment apt building bldg block room stairs entrance gps coordinates latitude longitude
    postcode zip near behind opposite beside corner
"""
_ENDINGS: Final = ("straße", "strasse", "gasse", "platz", "allee", "straat", "gatan", "vägen", "vagen", "gade", "utca")
_SPLIT: Final = re.compile(r"[\s.’'\-–]+")


def address_like(name: str) -> bool:
    """Whether a name has a word that belongs to an address or a way to a place, in the languages known here."""
    folded = unicodedata.normalize("NFC", name).casefold()
    words = [word for word in _SPLIT.split(folded) if word]
    return any(word in _FOLDED or word.endswith(_FOLDED_ENDINGS) for word in words)


_FOLDED: Final = frozenset(word.casefold() for word in _TEXT.split())
_FOLDED_ENDINGS: Final = tuple(ending.casefold() for ending in _ENDINGS)
