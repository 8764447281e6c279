"""A table to be taken away, as CSV: codes, numbers and our own words only, nothing that somebody typed."""

import csv
import io
from collections.abc import Iterable

from aiohttp import web


def as_table(name: str, head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> web.Response:
    """The file `name.csv`; the mark at its front tells spreadsheets which letters these are."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    body = out.getvalue().encode("utf-8-sig")
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)
