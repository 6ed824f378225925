"""Why and why not of decision tables made elsewhere, against every case of random tables."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from ruleproof.model.table_meaning import answer
from ruleproof.model.tables import DecisionTable, Literal
from ruleproof.prover.table_cases import Cases
from ruleproof.readers import read_table
from ruleproof.runtime.explain.tables.case import OutsideError, box_of, space_around
from ruleproof.runtime.explain.tables.changes import TableSearch
from ruleproof.runtime.explain.tables.reasons import NoSuchOutputError, TableReasons

OUTPUTS = ("A", "B", "C")
CELLS = {
    "n": ("-", "<=2", ">2", "[1..3]", "not(4)", "0,5", "> m", "m"),
    "m": ("-", "<3", ">=3", "[2..4]", "1"),
    "kind": ("-", '"x"', '"y","z"', 'not("x")'),
}
VALUES: dict[str, tuple[Any, ...]] = {
    "n": tuple(map(Decimal, range(6))),
    "m": tuple(map(Decimal, range(6))),
    "kind": ("x", "y", "z", "other"),
}


def _table(rng: random.Random, hit_policy: str) -> DecisionTable:
    rows = [
        ",".join(_quoted(rng.choice(CELLS[name])) for name in CELLS) + f',"""{rng.choice(OUTPUTS)}"""'
        for _ in range(rng.randint(2, 6))
    ]
    types = 'integer: [0..5],integer: [0..5],string,"string: ""C"",""A"",""B"""'
    text = "\n".join(["n,m,kind,grade", types.replace("integer: [0..5]", '"integer: [0..5]"'), *rows]) + "\n"
    reading = read_table("random.csv", text.encode(), hit_policy=hit_policy)
    (table,) = reading.tables
    return table


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _cases() -> list[dict[str, Any]]:
    return [dict(zip(VALUES, values, strict=True)) for values in product(*VALUES.values())]


def _gives(table: DecisionTable, case: Mapping[str, Any], wanted: str) -> bool:
    found = answer(table, case)
    if found.error:
        return False
    return wanted in found.value if isinstance(found.value, tuple) else found.value == wanted


@pytest.mark.parametrize("hit_policy", ["U", "A", "F", "P", "C", "R", "O", "C<", "C>"])
def test_changes_are_all_the_smallest(hit_policy: str) -> None:
    """Whole numbers only, so that going through the values listed goes through every cell there is."""
    rng = random.Random(hit_policy)
    tried = led = 0
    for _ in range(25):
        table = _table(rng, hit_policy)
        reasons, cases = TableReasons(table), _cases()
        assert not reasons.space.open_cells, table
        for _ in range(3):
            case, wanted = dict(rng.choice(cases)), rng.choice(OUTPUTS)
            if rng.random() < 0.3:
                del case[rng.choice(list(case))]
            fixed = frozenset(name for name in case if rng.random() < 0.3)
            costs = {name: rng.randint(1, 3) for name in VALUES}
            expected = _smallest(table, cases, case, wanted, fixed)
            try:
                found = reasons.why_not(case, wanted, fixed=fixed, costs=costs, limit=1000)
            except NoSuchOutputError:
                assert not expected
                continue
            tried += 1
            led += bool(expected)
            assert not found.not_exact
            assert {frozenset(change.inputs) for change in found.changes} == expected
            assert [change.cost for change in found.changes] == sorted(change.cost for change in found.changes)
            for change in found.changes:
                assert change.cost == sum(costs[name] for name in change.inputs)
                for _, part in change.ways:
                    witness = _witness(table, case, part)
                    assert _gives(
                        table,
                        {
                            **case,
                            **{name: witness[name] for name in VALUES if name in change.inputs or name not in case},
                        },
                        wanted,
                    )
            if not expected:
                _is_a_smallest_fault(table, cases, case, wanted, found.fault)
            assert found.now == (frozenset() in expected)
    assert tried > 30
    assert led > 10


def _witness(table: DecisionTable, case: Mapping[str, Any], part: tuple[int, ...]) -> Mapping[str, Any]:
    """Give one case of a box."""
    found = Cases(space_around(TableReasons(table).space, case)).case(part)
    assert found is not None
    return found


def _smallest(
    table: DecisionTable, cases: list[dict[str, Any]], case: Mapping[str, Any], wanted: str, fixed: frozenset[str]
) -> set[frozenset[str]]:
    reached = set()
    for other in cases:
        changed = frozenset(name for name in case if other[name] != case[name])
        if not changed & fixed and _gives(table, other, wanted):
            reached.add(changed)
    return {one for one in reached if not any(other < one for other in reached)}


def _is_a_smallest_fault(
    table: DecisionTable, cases: list[dict[str, Any]], case: Mapping[str, Any], wanted: str, fault: tuple[str, ...]
) -> None:
    assert not _smallest(table, cases, case, wanted, frozenset(fault))
    for name in fault:
        assert _smallest(table, cases, case, wanted, frozenset(fault) - {name})


def test_a_case_lies_in_the_cells_of_its_rules() -> None:
    """A rule holds in the box of a case exactly where its cells pass, comparisons between inputs too."""
    rng = random.Random(7)
    for _ in range(40):
        table = _table(rng, "C")
        reasons = TableReasons(table)
        for case in rng.sample(_cases(), 20):
            box = box_of(reasons.space, case)
            holding = {
                index + 1
                for index, row in enumerate(reasons.space.rows)
                if any(all(mask & mine for mask, mine in zip(box, part, strict=True)) for part in row.sure)
            }
            assert holding == set(answer(table, case).rules)


def test_a_value_that_cannot_be_is_refused() -> None:
    table = _table(random.Random(1), "U")
    with pytest.raises(OutsideError, match="`n` cannot be 9"):
        box_of(TableReasons(table).space, {"n": Decimal(9)})


GRADES = b'age,income,risk\n<18,-,"""none"""\n>=18,<1000,"""high"""\n>=18,>=1000,"""low"""\n'


def test_why_in_words() -> None:
    (table,) = read_table("risk.csv", GRADES).tables
    case = {"age": Decimal(30), "income": Decimal(500)}
    found = TableReasons(table).why(case, answer(table, case))
    assert found.text == "risk: high. Rule 2 says high: age >=18 (here 30); income <1000 (here 500)."


def test_why_not_in_words() -> None:
    (table,) = read_table("risk.csv", GRADES).tables
    reasons, case = TableReasons(table), {"age": Decimal(30), "income": Decimal(500)}
    assert reasons.why_not(case, "low").text == (
        "Risk would be low with income: 1000 or more. Rule 3 also needs income >=1000 (here 500)."
    )
    fixed = reasons.why_not(case, "none", fixed=frozenset({"age", "income"}))
    assert fixed.fault == ("age",)
    assert fixed.text == "Risk cannot be none while age stays as it is. Rule 1 also needs age <18 (here 30)."
    assert reasons.why_not(case, "high").text == "Risk: high is the answer already."
    assert (
        reasons.why_not({"age": Decimal(30)}, "high").text
        == "Risk: high is still possible; it hangs on what is not known yet."
    )
    assert reasons.why_not(case, "nothing", limit=1).text == "Risk is nothing in no case at all."


def test_what_is_not_exact_is_said() -> None:
    text = b'a,b,out\n"sqrt(a) > b",-,1\n-,-,2\n'
    (table,) = read_table("open.csv", text, hit_policy="F").tables
    found = TableReasons(table).why_not({"a": Decimal(1), "b": Decimal(1)}, "2")
    assert found.not_exact
    assert "cannot be worked out exactly" in found.text
    summed = read_table("sum.csv", b"a,out\n<5,1\n>2,2\n", hit_policy="C+").tables[0]
    assert "sum of its rules" in TableReasons(summed).why_not({"a": Decimal(1)}, "2").text


def test_no_output_no_answer() -> None:
    (table,) = read_table("risk.csv", GRADES).tables
    with pytest.raises(NoSuchOutputError, match="no rule of `risk` gives `middling`: its rules give high, low or none"):
        TableReasons(table).why_not({}, "middling")


def test_units_are_rules_in_order() -> None:
    (table,) = read_table("risk.csv", GRADES).tables
    reasons = TableReasons(table)
    search = TableSearch(table, reasons.space, reasons.space.whole, lambda outputs: outputs == (Literal("low"),))
    assert [unit.row for unit in search.units] == [0, 1, 2]
    assert [unit.row for unit in search.targets] == [2]
