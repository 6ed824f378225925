"""What the rules of a table certificate give together, by its hit policy, worked out a second time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ruleproof.verify_tables.values import order_of, value_of


def answer(table: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Give what rules say together; `rules` are all that match (in order), or the one that wins."""
    policy, aggregation = table["hit_policy"], table["aggregation"]
    gives_list = policy in ("RULE ORDER", "OUTPUT ORDER") or (policy == "COLLECT" and not aggregation)
    given = [rule["gives"] for rule in rules]
    if aggregation not in ("", "COUNT") and any(cell[0] == "expression" for cells in given for cell in cells):
        return ["open"]
    if not rules:
        return _of_no_rule(table, gives_list)
    if policy == "UNIQUE" and len(rules) > 1:
        return ["error", "several rules match"]
    if policy == "ANY" and any(plain(cells) != plain(given[0]) for cells in given):
        return ["error", "rules that match disagree"]
    if policy in ("PRIORITY", "OUTPUT ORDER") and len(rules) > 1:
        order = in_order(table, rules)
        if order is None:
            return ["open"]
        by_number = {rule["rule"]: rule["gives"] for rule in rules}
        given = [by_number[number] for number in order]
    if gives_list:
        return ["list", given]
    return _collected(aggregation, given) if aggregation else ["gives", given[0]]


def _of_no_rule(table: Mapping[str, Any], gives_list: bool) -> list[Any]:
    defaults = [output["default"] for output in table["outputs"]]
    if any(cell is not None for cell in defaults):
        cells = [["value", None] if cell is None else cell for cell in defaults]
        return ["list", [cells]] if gives_list else ["gives", cells]
    if gives_list:
        return ["list", []]
    return ["gives", [["value", ["number", "0"]]]] if table["aggregation"] == "COUNT" else ["nothing"]


def in_order(table: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> list[int] | None:
    """Give the numbers of rules in the order in which they win; `None` where an expression would have to be known."""
    if table["hit_policy"] not in ("PRIORITY", "OUTPUT ORDER"):
        return [rule["rule"] for rule in rules]
    ranks: dict[int, list[int]] = {}
    for rule in table["rules"]:
        places = []
        for output, cell in zip(table["outputs"], rule["gives"], strict=True):
            listed = [plain(value) for value in output["order"]]
            if cell[0] == "expression":
                if listed:
                    return None
                places.append(0)
            else:
                value = plain(cell[1])
                places.append(listed.index(value) if value in listed else len(listed))
        ranks[rule["rule"]] = places
    return sorted((rule["rule"] for rule in rules), key=lambda number: (ranks[number], number))


def _collected(how: str, given: Sequence[Any]) -> list[Any]:
    if how == "COUNT":
        return ["gives", [["value", ["number", str(len(given))]]]]
    found = [_aggregated(how, [cells[index][1] for cells in given]) for index in range(len(given[0]))]
    if len(found) == 1 and found[0] is None:
        return ["error", "the outputs cannot be aggregated"]
    return ["gives", [["value", value] for value in found]]


def _aggregated(how: str, values: Sequence[Any]) -> Any:
    """Add values, or give the least or the most of them; `None` where that means nothing."""
    if how == "SUM":
        numbers = [Decimal(value[1]) for value in values if isinstance(value, list) and value[0] == "number"]
        return ["number", str(sum(numbers, Decimal(0)))] if len(numbers) == len(values) else None
    best = values[0]
    for value in values[1:]:
        (kind, place), (other, least) = order_of(value), order_of(best)
        if kind != other or place is None:
            return None
        if (place < least) if how == "MIN" else (place > least):
            best = value
    return best


def plain(cells: Any) -> Any:
    """Give cells or values such that those of equal values are equal: `1.0` is `1`; yes is not one."""
    if isinstance(cells, list) and len(cells) == 2 and cells[0] == "number" and isinstance(cells[1], str):
        return ["number", str(value_of(cells)[1].normalize())]
    if isinstance(cells, list):
        return [plain(cell) for cell in cells]
    return {"yes or no": cells} if isinstance(cells, bool) else cells
