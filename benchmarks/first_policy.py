"""The first policy that everything is measured on: 28 rules, the first that holds counts, over 12 inputs.

It is made up for measuring; nobody should bill by it.  `RULES` is the one place where the rules stand: the text of the policy
and the rules of the peers are made from it, and only `by_hand` is written a second time, as somebody would without any tool.

    POLICY              the text of the policy; DECISION is its decision
    by_hand(claim)      the same as hand-written conditions
    claims(rows)        claims as dictionaries, always the same ones
    arrow(rows)         the same claims as a table of columns, with dictionaries or plain texts
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

DECISION = "code"
SEED = 28
ROWS = 1_000_000

Value = str | int | bool
Test = tuple[Value, ...] | range
"""What a rule asks of an input: to be one of some values, or a number in a range."""

GENES = range(1, 601)

INPUTS: Mapping[str, Mapping[Value, int]] = {
    "method": {"ngs": 80, "pcr": 8, "sanger": 6, "array": 6},
    "analyte": {"dna": 60, "rna": 15, "both": 25},
    "extent": {"targeted": 86, "exome": 9, "genome": 5},
    "origin": {"somatic": 75, "germline": 25},
    "tissue": {"solid_organ": 70, "blood_forming": 30},
    "genes": {},
    "specimen": {"tissue": 60, "blood": 15, "marrow": 10, "plasma": 15},
    "purpose": {"diagnosis": 60, "relapse": 15, "monitoring": 20, "screening": 5},
    "msi": {True: 40, False: 60},
    "tmb": {True: 30, False: 70},
    "paired": {True: 20, False: 80},
    "prior": {True: 10, False: 90},
}
"""The values of each input, and how often each is drawn among a hundred; `genes` are drawn from `DRAWN_GENES`."""

DRAWN_GENES: Mapping[range, int] = {range(1, 5): 15, range(5, 51): 45, range(51, 601): 40}
"""How often the number of genes lies where, among a hundred."""

RULES: tuple[tuple[str, Mapping[str, Test], str], ...] = (
    ("R1", {"purpose": ("screening",)}, "none"),
    ("R2", {"prior": (True,), "purpose": ("diagnosis",)}, "review"),
    ("R3", {"method": ("pcr", "sanger"), "genes": range(1, 5)}, "single gene"),
    ("R4", {"method": ("pcr", "sanger")}, "CPT 81479"),
    ("R5", {"method": ("array",), "origin": ("somatic",)}, "CPT 81277"),
    ("R6", {"method": ("array",)}, "CPT 81229"),
    ("R7", {"origin": ("germline",), "extent": ("genome",)}, "CPT 81425"),
    ("R8", {"origin": ("germline",), "extent": ("exome",)}, "CPT 81415"),
    ("R9", {"origin": ("germline",), "genes": range(1, 10)}, "CPT 81479"),
    ("R10", {"origin": ("germline",), "paired": (True,)}, "CPT 81432"),
    ("R11", {"origin": ("germline",)}, "CPT 81437"),
    ("R12", {"specimen": ("plasma",), "purpose": ("monitoring",)}, "review"),
    ("R13", {"specimen": ("plasma",), "genes": range(1, 5)}, "CPT 81479"),
    ("R14", {"specimen": ("plasma",), "msi": (True,), "tmb": (True,)}, "CPT 81464"),
    ("R15", {"specimen": ("plasma",), "tmb": (True,)}, "CPT 81463"),
    ("R16", {"specimen": ("plasma",)}, "CPT 81462"),
    ("R17", {"extent": ("genome",)}, "CPT 81425"),
    ("R18", {"extent": ("exome",)}, "CPT 81415"),
    ("R19", {"genes": range(1, 5)}, "CPT 81479"),
    ("R20", {"genes": range(51, 601), "analyte": ("rna",)}, "CPT 81456"),
    ("R21", {"genes": range(51, 601), "analyte": ("dna",), "msi": (True,), "tmb": (True,)}, "CPT 81458"),
    ("R22", {"genes": range(51, 601), "analyte": ("dna",), "msi": (True,)}, "CPT 81457"),
    ("R23", {"genes": range(51, 601), "msi": (True,), "tmb": (True,), "paired": (True,)}, "CPT 81459"),
    ("R24", {"genes": range(51, 601)}, "CPT 81455"),
    ("R25", {"tissue": ("blood_forming",), "analyte": ("rna",)}, "CPT 81451"),
    ("R26", {"tissue": ("blood_forming",)}, "CPT 81450"),
    ("R27", {"analyte": ("rna",)}, "CPT 81449"),
    ("R28", {"genes": range(5, 51)}, "CPT 81445"),
)
"""Each rule: its name, what it asks, and the outcome.  The first that holds counts."""


def by_hand(claim: Mapping[str, Any]) -> str:
    """Give the code, as a careful developer writes it: in the order of the rules, every input looked up where it is needed."""
    purpose = claim["purpose"]
    if purpose == "screening":
        return "none"
    if claim["prior"] and purpose == "diagnosis":
        return "review"
    method = claim["method"]
    genes = claim["genes"]
    if method in ("pcr", "sanger"):
        return "single gene" if genes <= 4 else "CPT 81479"
    origin = claim["origin"]
    if method == "array":
        return "CPT 81277" if origin == "somatic" else "CPT 81229"
    extent = claim["extent"]
    if origin == "germline":
        if extent == "genome":
            return "CPT 81425"
        if extent == "exome":
            return "CPT 81415"
        if genes <= 9:
            return "CPT 81479"
        return "CPT 81432" if claim["paired"] else "CPT 81437"
    if claim["specimen"] == "plasma":
        if purpose == "monitoring":
            return "review"
        if genes <= 4:
            return "CPT 81479"
        if claim["tmb"]:
            return "CPT 81464" if claim["msi"] else "CPT 81463"
        return "CPT 81462"
    if extent == "genome":
        return "CPT 81425"
    if extent == "exome":
        return "CPT 81415"
    if genes <= 4:
        return "CPT 81479"
    analyte = claim["analyte"]
    if genes >= 51:
        if analyte == "rna":
            return "CPT 81456"
        if claim["msi"]:
            if analyte == "dna":
                return "CPT 81458" if claim["tmb"] else "CPT 81457"
            if claim["tmb"] and claim["paired"]:
                return "CPT 81459"
        return "CPT 81455"
    if claim["tissue"] == "blood_forming":
        return "CPT 81451" if analyte == "rna" else "CPT 81450"
    return "CPT 81449" if analyte == "rna" else "CPT 81445"


def in_order(claim: Mapping[str, Any]) -> str:
    """Give the code, written by hand as one condition for each rule, with every input looked up first."""
    method, analyte, extent = claim["method"], claim["analyte"], claim["extent"]
    origin, tissue, genes = claim["origin"], claim["tissue"], claim["genes"]
    specimen, purpose, msi = claim["specimen"], claim["purpose"], claim["msi"]
    tmb, paired, prior = claim["tmb"], claim["paired"], claim["prior"]
    if purpose == "screening":
        return "none"
    if prior and purpose == "diagnosis":
        return "review"
    if method in ("pcr", "sanger") and genes <= 4:
        return "single gene"
    if method in ("pcr", "sanger"):
        return "CPT 81479"
    if method == "array" and origin == "somatic":
        return "CPT 81277"
    if method == "array":
        return "CPT 81229"
    if origin == "germline" and extent == "genome":
        return "CPT 81425"
    if origin == "germline" and extent == "exome":
        return "CPT 81415"
    if origin == "germline" and genes <= 9:
        return "CPT 81479"
    if origin == "germline" and paired:
        return "CPT 81432"
    if origin == "germline":
        return "CPT 81437"
    if specimen == "plasma" and purpose == "monitoring":
        return "review"
    if specimen == "plasma" and genes <= 4:
        return "CPT 81479"
    if specimen == "plasma" and msi and tmb:
        return "CPT 81464"
    if specimen == "plasma" and tmb:
        return "CPT 81463"
    if specimen == "plasma":
        return "CPT 81462"
    if extent == "genome":
        return "CPT 81425"
    if extent == "exome":
        return "CPT 81415"
    if genes <= 4:
        return "CPT 81479"
    if genes >= 51 and analyte == "rna":
        return "CPT 81456"
    if genes >= 51 and analyte == "dna" and msi and tmb:
        return "CPT 81458"
    if genes >= 51 and analyte == "dna" and msi:
        return "CPT 81457"
    if genes >= 51 and msi and tmb and paired:
        return "CPT 81459"
    if genes >= 51:
        return "CPT 81455"
    if tissue == "blood_forming" and analyte == "rna":
        return "CPT 81451"
    if tissue == "blood_forming":
        return "CPT 81450"
    if analyte == "rna":
        return "CPT 81449"
    return "CPT 81445"


def interpreted(claim: Mapping[str, Any]) -> str:
    """Give the code by reading `RULES` one after another, as a small interpreter of rules does."""
    for _, tests, outcome in RULES:
        for name, allowed in tests.items():
            if claim[name] not in allowed:
                break
        else:
            return outcome
    raise LookupError("no rule holds")


# ---------------------------------------------------------------- the policy


def policy_text() -> str:
    """Give the policy: each rule overrides those behind it that may hold in the same case."""
    lines = ['policy first "First policy"', '  note "Made up for measuring: no advice on billing."', ""]
    lines += ["source handbook", "  authority is binding", ""]
    for name, values in INPUTS.items():
        lines.append(f"input {name} is {_domain(values)}")
    lines += ["", f"decision {DECISION} gives one of {', '.join(_outcomes())}"]
    for number, (name, tests, outcome) in enumerate(RULES):
        lines += ["", f"rule {name} for {DECISION}"]
        lines.append("  when " + " and ".join(_condition(*test) for test in tests.items()))
        lines.append(f"  then report {_quoted(outcome)}")
        behind = [other for other, asked, _ in RULES[number + 1 :] if _overlap(tests, asked)]
        if behind:
            lines.append(f'  overrides {", ".join(behind)} because "it stands first"')
        lines.append(f"  cite handbook coding.{number + 1}")
    return "\n".join(lines) + "\n"


def _domain(values: Mapping[Value, int]) -> str:
    if not values:
        return f"whole number from {GENES[0]} to {GENES[-1]}"
    return "yes or no" if True in values else f"one of {', '.join(map(str, values))}"


def _outcomes() -> Iterator[str]:
    return map(_quoted, dict.fromkeys(outcome for _, _, outcome in RULES))


def _quoted(outcome: str) -> str:
    return f'"{outcome}"' if " " in outcome and not outcome.startswith("CPT ") else outcome


def _condition(name: str, allowed: Test) -> str:
    if isinstance(allowed, range):
        low, high = allowed[0], allowed[-1]
        if high == GENES[-1]:
            return f"{name} is at least {low}"
        return f"{name} is at most {high}" if low == GENES[0] else f"{name} is between {low} and {high}"
    words = ["yes" if value is True else "no" if value is False else str(value) for value in allowed]
    return f"{name} is {words[0]}" if len(words) == 1 else f"{name} is one of ({', '.join(words)})"


def _overlap(one: Mapping[str, Test], two: Mapping[str, Test]) -> bool:
    return all(set(one[name]) & set(two[name]) for name in one.keys() & two.keys())


POLICY = policy_text()


# ---------------------------------------------------------------- claims


def drawn(rows: int = ROWS, seed: int = SEED) -> dict[str, np.ndarray[Any, Any]]:
    """Give what is drawn for each input: the place of the value among those of the input; of `genes` the number itself."""
    import numpy as np

    chance = np.random.Generator(np.random.PCG64(seed))
    found = {}
    for name, values in INPUTS.items():
        weights = list((values or DRAWN_GENES).values())
        bounds = list(accumulate(weights))
        places = np.searchsorted(bounds, chance.integers(0, bounds[-1], rows), side="right")
        if not values:
            starts = np.array([part[0] for part in DRAWN_GENES])[places]
            widths = np.array([len(part) for part in DRAWN_GENES])[places]
            places = starts + chance.integers(0, 1 << 30, rows) % widths
        found[name] = places.astype(np.int32)
    return found


def claims(rows: int = ROWS, seed: int = SEED) -> list[dict[str, Any]]:
    """Give claims as dictionaries with a value for each input."""
    columns = []
    for name, places in drawn(rows, seed).items():
        values = list(INPUTS[name])
        columns.append([values[place] for place in places.tolist()] if values else places.tolist())
    return [dict(zip(INPUTS, line, strict=True)) for line in zip(*columns, strict=True)]


def arrow(rows: int = ROWS, seed: int = SEED, *, dictionary: bool = True) -> pa.Table:
    """Give the same claims as columns: texts as dictionaries or plain, yes or no as bits, genes as 32-bit integers."""
    import pyarrow as pa

    columns = {}
    for name, places in drawn(rows, seed).items():
        values = list(INPUTS[name])
        if not values:
            columns[name] = pa.array(places)
        elif True in values:
            columns[name] = pa.array(places == values.index(True))
        else:
            column = pa.DictionaryArray.from_arrays(pa.array(places), pa.array(values))
            columns[name] = column if dictionary else column.dictionary_decode()
    return pa.table(columns)
