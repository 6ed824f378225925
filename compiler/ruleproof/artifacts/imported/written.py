"""Names, values and texts of a table as the language writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from itertools import count

from ruleproof.model.declared import RESERVED
from ruleproof.resources import folder

LONGEST_NAME = 60
"""How many letters of an expression make a name; a longer one stands in the label."""
LONGEST_LABEL = 300
WIDTH = 110
"""Lists are broken where a line would grow longer."""

COLUMNS = frozenset({"rule", "outcome", "cite", "reading", "note", "from", "until"})
"""The columns that a table has of its own: nothing that it asks about can have such a name, quoted or not."""

_WORD = re.compile(r"[^\W\d]\w*")
_HIDDEN = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""The letters that no policy may hold."""


@cache
def words() -> frozenset[str]:
    """Give every word of the language: as a name or a value it stands in quotes.

    >>> "overrides" in words(), "genes" in words()
    (True, False)
    """
    grammar = folder("grammar").joinpath("policy.lark").read_text("utf-8")
    patterns = " ".join(re.findall(r"(?m)^[A-Z]+[.0-9]*: /(.*)/$", grammar))
    return RESERVED | frozenset(re.findall(r'"([a-z]+)"', grammar)) | frozenset(re.findall(r"[a-z]{3,}", patterns))


def is_word(text: str) -> bool:
    """Tell whether a text can stand without quotes of any kind."""
    return bool(_WORD.fullmatch(text)) and text not in words()


def can_be_written(text: str) -> bool:
    """Tell whether a text can stand in a policy as it is."""
    return not _HIDDEN.search(text)


def visible(text: str) -> str:
    """Name the letters that no policy may hold, for notes and labels."""
    return _HIDDEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def text(said: str) -> str:
    r"""Write a text in quotes.

    >>> print(text('a "b"\n'))
    "a \"b\"\n"
    """
    plain = visible(said).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


def name(said: str) -> str:
    """Write a name, in backquotes where it is no word.

    >>> name("genes"), name("Credit score"), name("rule")
    ('genes', '`Credit score`', '`rule`')
    """
    return said if is_word(said) else f"`{said}`"


def value(said: str) -> str:
    """Write a value of an input or an outcome, in quotes where it is no word.

    >>> value("dna"), value("credit card"), value("yes")
    ('dna', '"credit card"', '"yes"')
    """
    return said if is_word(said) else text(said)


def number(value: Decimal) -> str:
    """Write a number without an exponent and without zeros at its end.

    >>> number(Decimal("1.50")), number(Decimal("1E+3")), number(Decimal("-0"))
    ('1.5', '1000', '0')
    """
    plain = f"{value:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def listed(items: Iterable[str], indent: str = "    ") -> str:
    """Write a list with commas, over several lines where it is long."""
    lines = [""]
    for item in items:
        piece = f"{item}, "
        if lines[-1] and len(lines[-1]) + len(piece) > WIDTH:
            lines.append("")
        lines[-1] += piece
    return f"\n{indent}".join(line.rstrip() for line in lines).rstrip(",")


def shortened(said: str, longest: int = LONGEST_LABEL) -> str:
    """Give a text on one line, cut where it is long."""
    line = " ".join(said.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


class Names:
    """Gives names, each once: in a policy one name stands for one thing."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, wanted: str, instead: str) -> str:
        """Give a name as close to the wanted one as can be; `instead` where that is too long, or no name at all."""
        plain = " ".join(wanted.split())
        fits = 0 < len(plain) <= LONGEST_NAME and "`" not in plain and can_be_written(plain)
        return self.free(f"{plain} in the table" if plain in COLUMNS else plain if fits else instead)

    def free(self, wanted: str) -> str:
        """Give a name, with a number after it where it is taken."""
        joint = "_" if _WORD.fullmatch(wanted) else " "
        found = wanted
        for number in count(2):
            if found not in self._taken:
                break
            found = f"{wanted}{joint}{number}"
        self._taken.add(found)
        return found


def slug(said: str, longest: int = 30) -> str:
    """Give a word made of a text, for the names of rows.

    >>> slug("Eligibility Risk"), slug("1st table"), slug("?")
    ('Eligibility_Risk', 't_1st_table', 't')
    """
    plain = re.sub(r"\W+", "_", said).strip("_")[:longest].strip("_")
    return plain if _WORD.fullmatch(plain) else f"t_{plain}".strip("_")
