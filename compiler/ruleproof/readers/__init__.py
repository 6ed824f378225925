"""Decision tables made elsewhere, read into the model: DMN files, workbooks and CSV files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from ruleproof.readers.csv_table import read_csv
from ruleproof.readers.dmn import read_dmn
from ruleproof.readers.reading import Reading
from ruleproof.readers.xlsx import read_xlsx

ENDINGS = (".dmn", ".xlsx", ".csv")


def read_table(path: str, data: bytes, *, others: Iterable[tuple[str, bytes]] = (), hit_policy: str = "") -> Reading:
    """Read a file of decision tables by the ending of its name.

    `others` are the path and content of DMN files that a DMN file may import; `hit_policy` is for files that name none.
    """
    match PurePath(path).suffix.lower():
        case ".csv":
            return read_csv(path, data, hit_policy)
        case ".xlsx" | ".xlsm":
            return read_xlsx(path, data, hit_policy)
        case _:
            return read_dmn(path, data, others)
