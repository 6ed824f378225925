"""Letters on a terminal and in files: what cannot be seen is named, and columns are counted as they are shown."""

from __future__ import annotations

import unicodedata

from ruleproof.tree.tidy import text_width

TAB_STOP = 4


def visible(text: str) -> str:
    """Name every character that would not be seen, or that would change how the others are shown.

    >>> visible("a\\u202eb\\x1b[31m")
    'a<U+202E>b<U+001B>[31m'
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_visible_letter, text))


def _visible_letter(letter: str) -> str:
    hidden = unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    return f"<U+{ord(letter):04X}>" if hidden or (letter.isspace() and letter != " ") else letter


def beside(name: str, label: str) -> str:
    """Give a label as it stands beside its name; nothing where it only repeats the name.

    >>> beside("R1", "small panel"), beside("rna_adds", "rna adds")
    (' (small panel)', '')
    """
    return "" if not label or label.replace(" ", "_") == name.replace(" ", "_") else f" ({visible(label)})"


def shown_letters(line: str) -> list[str]:
    """Give for each letter of a line how it is shown: tabs as blanks, the invisible by name.

    >>> "".join(shown_letters("ab\\tc"))
    'ab  c'
    """
    shown: list[str] = []
    column = 0
    for letter in line:
        text = " " * (TAB_STOP - column % TAB_STOP) if letter == "\t" else visible(letter)
        column += text_width(text)
        shown.append(text)
    return shown
