"""How dates are written in a column: declared by its owner, such as `MM/DD/YYYY`, and never guessed."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from itertools import pairwise

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_PARTS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "MON": r"(?P<name>[A-Za-z]{3})",
    "MM": r"(?P<month>[0-9]{2})",
    "DD": r"(?P<day>[0-9]{2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "D": r"(?P<day>[0-9]{1,2})",
}
_PART = re.compile(r"YYYY|MON|MM|DD|M|D|[-/. ]")
EXAMPLES = "YYYY-MM-DD, YYYYMMDD, MM/DD/YYYY, M/D/YYYY or DD-MON-YYYY"


@dataclass(frozen=True, slots=True)
class DateForm:
    """A way to write dates; `text` is as declared, `pattern` reads it."""

    text: str
    pattern: re.Pattern[str]

    def read(self, text: str) -> str | None:
        """Give a date as `2024-03-21`; nothing where it is written otherwise, or there is no such day.

        >>> date_form("DD-MON-YYYY").read("30-May-2015"), date_form("MM/DD/YYYY").read("30/05/2015")
        ('2015-05-30', None)
        """
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        parts = found.groupdict()
        if "name" in parts:
            name = parts["name"].upper()
            if name not in _MONTHS:
                return None
            month = _MONTHS.index(name) + 1
        else:
            month = int(parts["month"])
        try:
            return datetime.date(int(parts["year"]), month, int(parts["day"])).isoformat()
        except ValueError:
            return None


def date_form(text: str) -> DateForm | None:
    """Give the form that a text declares; nothing where it is none, or where year, month and day are not each there once.

    >>> date_form("DD.MM.YY") is None, date_form("YYYYMMDD").read("20240321")
    (True, '2024-03-21')
    """
    parts = _PART.findall(text)
    kinds = sorted("M" if part == "MON" else part[0] for part in parts if part in _PARTS)
    if "".join(parts) != text or kinds != ["D", "M", "Y"] or len(text) > 40 or _runs_on(parts):
        return None
    letters = "".join(_PARTS.get(part, re.escape(part)) for part in parts)
    return DateForm(text, re.compile(letters))


def _runs_on(parts: list[str]) -> bool:
    """Tell whether a part of one or two digits stands beside another, so that nobody could tell where it ends."""
    return any(
        first in _PARTS and second in _PARTS and ("M" in (first, second) or "D" in (first, second))
        for first, second in pairwise(parts)
    )
