"""What a column holds that no claim gives, as expressions of FEEL: groups of codes, and days between dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleproof.artifacts.exported.columns import GIVEN, GROUP, Column
from ruleproof.artifacts.exported.names import Names
from ruleproof.model.nodes import DaysBetween
from ruleproof.prover.space import Space
from ruleproof.prover.table_texts import value_text


def worked_out(column: Column) -> bool:
    """Tell whether a column is worked out from inputs by an expression."""
    return column.how != GIVEN or isinstance(column.item.derived, DaysBetween)


def asked_by(column: Column) -> tuple[str, ...]:
    """Give the inputs of the policy that a column needs to be known."""
    derived = column.item.derived
    return (derived.first, derived.second) if isinstance(derived, DaysBetween) else (column.item.name,)


def logic_of(column: Column, names: Names, space: Space) -> str:
    """Give the expression that works a column out."""
    name = names.inputs[column.item.name]
    group = column.dimension.group
    if group is not None:
        codes = _named(space, column.item.name) if group.others else group.values
        named = f"count({name}[item in {_list(codes)}])"
        test = f"{named} < count({name})" if group.others else f"{named} > 0"
        return f"if {name} = null then false else {test}"
    return "".join(_groups(column, name)) if column.how == GROUP else _days_between(column, names)


def _named(space: Space, name: str) -> list[str]:
    """Give every code of an input that some group names."""
    groups = (space.dimensions[place].group for place in space.places[name])
    return sorted({code for group in groups if group is not None for code in group.values})


def _list(codes: Iterable[str]) -> str:
    return f"[{', '.join(map(value_text, codes))}]"


def _groups(column: Column, name: str) -> Iterator[str]:
    """Ask group after group; what is in none of them is the last."""
    there = [cell for cell in column.dimension.cells if not cell.missing]
    pairs = list(zip(there, column.values, strict=True))
    last = next((word for cell, word in pairs if cell.others), pairs[-1][1])
    yield f"if {name} = null then null else "
    for cell, word in pairs:
        if word != last:
            yield f"if list contains({_list(cell.values)}, {name}) then {value_text(word)} else "
    yield value_text(last)


def _days_between(column: Column, names: Names) -> str:
    between = column.item.derived
    if not isinstance(between, DaysBetween):
        raise TypeError(f"`{column.name}` is given, not worked out")
    first, second = names.inputs[between.first], names.inputs[between.second]
    tests = []
    if between.low is not None:
        tests.append(f"{first} - {second} >= {_days(between.low)}")
    if between.high is not None:
        tests.append(f"{first} - {second} <= {_days(between.high)}")
    return f"if {first} = null or {second} = null then false else {' and '.join(tests) or 'true'}"


def _days(count: int) -> str:
    return f'duration("{"-" if count < 0 else ""}P{abs(count)}D")'
