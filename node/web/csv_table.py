"""A table to be taken away, as CSV: codes, numbers and our own words only, nothing that somebody typed."""

import csv
import io
from collections.abc import Iterable

from aiohttp import web

from node.web.visit import Visit


def as_table(v: Visit, name: str, head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> web.Response:
    """The file `name.csv`; the mark at its front tells spreadsheets which letters these are."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(rows)
    return v.download(out.getvalue().encode("utf-8-sig"), "text/csv", f"{name}.csv", "utf-8")
