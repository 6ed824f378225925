"""Small policies for the tests of SQL, and claims for them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

SMALL = """policy panels
input genes is whole number from 1 to 500
input share is decimal number from 0 to 1 with 2 decimals, may be missing
input tissue is one of "it's", marrow
input tag is code like "Z" then 4 letters or digits, may be missing
input diagnoses are codes of icd10cm
decision code gives one of small, "la'rge; DROP TABLE claims --"
rule S for code when genes is at most 50
  then report small
rule L for code when genes is more than 50
  then report "la'rge; DROP TABLE claims --"
"""
GOOD: dict[str, Any] = {
    "genes": 40,
    "share": Decimal("0.75"),
    "tissue": "it's",
    "tag": None,
    "diagnoses": ("ICD C34.1",),
}


def out_of_domain() -> list[dict[str, Any]]:
    """Give claims of `SMALL` of which thirteen hold what is not allowed."""
    changes: list[tuple[str, Any]] = [
        ("genes", 0), ("genes", 501), ("genes", None), ("share", Decimal("1.01")), ("share", Decimal("0.5")),
        ("tissue", "its"), ("tissue", None), ("tag", "Z123"), ("tag", "Z12345"), ("tag", "xZ1234"), ("tag", "Z1234"),
        ("tag", "Z1234\n"),
        ("diagnoses", ()), ("diagnoses", None), ("diagnoses", ("C34.1",)), ("diagnoses", ("ICD C34.1", "ICD C34.2")),
    ]  # fmt: skip
    return [GOOD, {**GOOD, "genes": 60}, *({**GOOD, name: value} for name, value in changes)]


HALVES = """policy halves
input share is decimal number from 0 to 1, may be missing
decision side gives one of half, beside
rule H for side when share is 0.5
  then report half
rule B for side when not (share is 0.5)
  then report beside
"""

CODES = """policy codes_of_panels

input rna is yes or no
input serial is yes or no

decision code gives one of small, large, again, other
rule S for code when not rna
  then report small
rule A for code when serial
  then may also report again on a further line
rule B for code when rna
  then must not report large, other
decision plain gives one of a, b
rule P for plain when rna
  then report a
rule Q for plain when not rna
  then report b
"""
"""A decision that bars codes and names one for a further line, and one that does neither."""

STRANGE_TEXTS = (
    "", "'", "''", '"', "\\", "\\\\", "a\\'b", "\\n", "it's \\' OR 1=1 --", "*/ /* -- ;", "${HOME}", "${env:HOME}", "$$", "`",
    "%s %(x)s {0}", "é ü ß 漢字 🙂", "a\nb", "tab\there", "\r\n", "\x01\x1f\x7f\x85", "\u2028\u2029", "\\u0041",
    "?:name", "&x", "\\%",
    "E'x'", "x'41'", " ends with a backslash \\",
)  # fmt: skip
"""Texts that a database could take for something else than text."""

_STRANGE_NAMES = (
    'a "b" c', "x; DROP TABLE claims --", "it's", "back\\slash", "*/ /*", "größe 漢", "select", "%s", "dot.ted", "ends \\",
)  # fmt: skip


def strange_policy() -> str:
    """Give a policy of which every name and every value could be taken for something else."""
    inputs = "\n".join(f"input `{name}` is one of {_STRANGE_VALUES}" for name in _STRANGE_NAMES)
    tests = "\n".join(
        f"rule `R {name}` for `d {name}` when `{name}` is {_quoted(_VALUES[0])}\n  then report {_quoted(_VALUES[1])}\n"
        f"rule `S {name}` for `d {name}` when not (`{name}` is {_quoted(_VALUES[0])})\n  then report {_quoted(_VALUES[2])}"
        for name in _STRANGE_NAMES
    )
    decisions = "\n".join(f"decision `d {name}` gives one of {_STRANGE_VALUES}" for name in _STRANGE_NAMES)
    wanted = "\n".join(
        f"require `N {name}` that `{name}` is {_quoted(_VALUES[3])}\n  else deny" for name in _STRANGE_NAMES[:3]
    )
    return f'policy strange "*/ ${{HOME}} \'; DROP TABLE claims; --"\n{inputs}\n{decisions}\n{tests}\n{wanted}\n'


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_VALUES = ("it's", "\\' OR 1=1 --", '"; DROP TABLE claims; --', "${HOME}", "$$ \\", "🙂 */ %s")
_STRANGE_VALUES = ", ".join(map(_quoted, _VALUES))


def strange_claims() -> list[dict[str, Any]]:
    """Give claims of the strange policy, one with a value that it does not know."""
    claims = [
        {name: _VALUES[(place + number) % 6] for place, name in enumerate(_STRANGE_NAMES)} for number in range(12)
    ]
    return [*claims, {**claims[0], "it's": "its"}]


LISTED = """policy long
input service_date is date from 2015-01-01
input diagnoses are codes of icd10cm, may be missing
input main is code of icd10cm
codes covered of icd10cm
{covered}
codes lung of icd10cm
  start {lung}
decision d gives one of a, b, c, e
rule R1 for d when diagnoses any in covered and main is in lung then report a
rule R2 for d when diagnoses none in covered and main is in lung then report b
rule R3 for d when main is not in lung and diagnoses all in lung then report c
rule R4 for d when main is not in lung and not (diagnoses all in lung) then report e
rule R5 for d when diagnoses is missing then report e
"""


def long_codes(count: int) -> list[str]:
    """Give codes of the shape of ICD-10-CM, made by counting."""
    return [f"ICD {'ABCDEFGH'[n // 10_000]}{n // 1000 % 10}{n // 100 % 10}.{n % 100:02d}" for n in range(count)]


def long_policy(count: int) -> str:
    """Give a policy with a list of so many codes, over three years, and one of half as many."""
    codes = long_codes(count)
    covered = "\n".join(
        f"  start {', '.join(codes[first : first + 200])} services from {2015 + first // 200 % 3}-01-01"
        for first in range(0, count, 200)
    )
    return LISTED.format(covered=covered, lung=",\n    ".join(codes[::2]))


def long_claims(count: int, rows: int, chance: Any) -> list[dict[str, Any]]:
    """Give claims with codes of the lists, others, and some of a shape that no code has."""
    codes = [*long_codes(count), "ICD Z99.9", "ICD Y00", "ICD Y01"]
    wrong = [*codes[:1], "ICD z99", "Z99.9"]

    def one() -> str:
        return str(chance.choice(wrong if chance.random() < 0.02 else codes if chance.random() < 0.5 else codes[-3:]))

    return [
        {
            "service_date": datetime.date(2015 + chance.randrange(4), 3, 1),
            "diagnoses": None if chance.random() < 0.1 else tuple(sorted({one() for _ in range(chance.randint(1, 3))})),
            "main": one(),
        }
        for _ in range(rows)
    ]
