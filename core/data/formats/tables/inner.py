"""Tables inside documents to lines."""

import pandas as pd

from core.data.formats.tables.columns import find_columns, known_names
from core.data.formats.tables.parts import join_row

_LEAST_ROWS = 3


def document_lines(rows: list[list[str]]) -> list[str] | None:
    """Return the lines of a table inside a document, or nothing where it has no column of speakers.

    Example: `[["0:01", "Ada", "Pour."], ...]` -> `["Ada: Pour.", ...]`.
    """
    width = max(map(len, rows), default=0)
    if width < 2 or len(rows) < _LEAST_ROWS:  # noqa: PLR2004  # who, and what
        return None
    filled = [row + [""] * (width - len(row)) for row in rows]
    header = known_names(filled[0]) > 1
    table = pd.DataFrame(
        filled[1:] if header else filled,
        columns=filled[0] if header else [str(number) for number in range(width)],
        dtype=str,
    )
    columns = find_columns(table)
    if columns is None or columns.speaker is None:
        return None
    return [
        join_row(" ".join(who.replace(":", " ").split()), " ".join(text.split()))
        for who, text in zip(
            table.iloc[:, columns.speaker].tolist(), table.iloc[:, columns.text].tolist(), strict=True
        )
        if text.strip()
    ]
