"""CSV that spreadsheets open as it is meant: with a BOM, and no cell taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def download(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """Return the rows as a file called *name*."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([[_cell(value) for value in row] for row in rows])
    response = Response("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULAS):
        return f"'{value}"
    return "" if value is None else value
