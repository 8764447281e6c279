"""A QR code as a drawing in the page itself: nothing is fetched, nothing is kept."""

import io

import segno
from markupsafe import Markup

SCALE = 5


def qr_svg(text: str) -> Markup:
    """An inline SVG with a light ground, so that a camera reads it in dark mode too."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=SCALE, xmldecl=False, svgns=False, dark="#000", light="#fff", border=4, nl=False
    )
    return Markup(out.getvalue().decode())  # noqa: S704 - drawn just here, holds paths only
