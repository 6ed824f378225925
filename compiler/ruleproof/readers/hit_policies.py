"""Hit policies by all their names: words as in DMN, and the letters in the corner of a table."""

from __future__ import annotations

from ruleproof.model.tables import (
    ANY,
    COLLECT,
    COUNT,
    FIRST,
    MAX,
    MIN,
    OUTPUT_ORDER,
    PRIORITY,
    RULE_ORDER,
    SUM,
    UNIQUE,
)

_WORDS = {word: (word, "") for word in (UNIQUE, ANY, PRIORITY, FIRST, RULE_ORDER, OUTPUT_ORDER, COLLECT)} | {
    f"{COLLECT} {how}": (COLLECT, how) for how in (SUM, MIN, MAX, COUNT)
}
LETTERS = {
    "U": (UNIQUE, ""),
    "A": (ANY, ""),
    "P": (PRIORITY, ""),
    "F": (FIRST, ""),
    "R": (RULE_ORDER, ""),
    "O": (OUTPUT_ORDER, ""),
    "C": (COLLECT, ""),
    "C+": (COLLECT, SUM),
    "C<": (COLLECT, MIN),
    "C>": (COLLECT, MAX),
    "C#": (COLLECT, COUNT),
}


def hit_policy_of(text: str) -> tuple[str, str] | None:
    """Give the hit policy that a text names, with its aggregation; `None` for any other text.

    >>> hit_policy_of("rule_order"), hit_policy_of("C+"), hit_policy_of("best")
    (('RULE ORDER', ''), ('COLLECT', 'SUM'), None)
    """
    said = " ".join(text.upper().replace("_", " ").replace("(", " ").replace(")", " ").split())
    return _WORDS.get(said) or LETTERS.get(said)
