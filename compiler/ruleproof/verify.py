"""Check a certificate by a second, short and dumb program: no line of the prover is used here.

Four questions, each asked of the file alone: do the cells of each input fill its domain without touching each other, so that
no test cuts a cell; do the boxes of each decision fill the space without touching each other; do in each box exactly the
rules hold that it names; and is its answer what these rules give.  `ruleproof verify` then compares the conditions in the
certificate with those of the policy, where the policy is at hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import prod
from typing import Any

FORMAT = "ruleproof certificate 1"
MOST_CODES = 20_000_000
"""How many codes the tests of a certificate may name in all."""
Box = Sequence[frozenset[int]]


class FlawError(Exception):
    """What is wrong with a certificate, in one sentence."""


def verify(text: str) -> dict[str, int]:
    """Check a certificate; give the number of boxes of each decision proved, or raise `FlawError`."""
    try:
        certificate = json.loads(text)
    except (ValueError, RecursionError):
        raise FlawError("the file is no JSON") from None
    try:
        if certificate["format"] != FORMAT:
            raise FlawError(f"the file says it is {certificate['format']!r}, not {FORMAT!r}")
        return _Checker(_written_out(certificate)).run()
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError, ArithmeticError) as error:
        raise FlawError(f"a part is missing or malformed ({type(error).__name__}: {error})") from None


def _written_out(certificate: Any) -> Any:
    """Put the codes themselves where a certificate names classes of them: it lists each code once."""
    classes = certificate.pop("codes", []) if isinstance(certificate, dict) else []
    known: dict[tuple[int, ...], list[str]] = {}

    def of(part: Any) -> Any:
        if isinstance(part, list):
            return [of(item) if isinstance(item, (list, dict)) else item for item in part]
        if not isinstance(part, dict) or part.keys() != {"codes"}:
            return {name: of(item) for name, item in part.items()} if isinstance(part, dict) else part
        numbers = tuple(part["codes"])
        if numbers not in known:
            known[numbers] = [code for number in numbers for code in classes[number]]
            if sum(map(len, known.values())) > MOST_CODES or list(numbers) != sorted(set(numbers)):
                raise FlawError("the classes of codes are malformed")
        return known[numbers]

    return of(certificate) if classes else certificate


class _Checker:
    def __init__(self, certificate: Mapping[str, Any]) -> None:
        self.dimensions = certificate["dimensions"]
        self.whole: Box = [frozenset(range(len(item["cells"]))) for item in self.dimensions]
        self.of_input: dict[str, list[int]] = {}
        for index, item in enumerate(self.dimensions):
            self.of_input.setdefault(item["input"], []).append(index)
        self.decisions = {item["decision"]: item for item in certificate["decisions"]}
        codes_needed = [
            ["missing", name]
            for name, own in self.of_input.items()
            if "group" in self.dimensions[own[0]] and not self.dimensions[own[0]]["may_be_missing"]
        ]
        self.impossible = ["any", *certificate["cannot_happen"].values(), *codes_needed]
        self.no_text = certificate["no_text"]
        self.passing: dict[int, list[bool]] = {}
        self.inside: dict[tuple[str, int], list[int]] = {}

    def run(self) -> dict[str, int]:
        for name, own in self.of_input.items():
            dimensions = [self.dimensions[index] for index in own]
            if dimensions[0]["domain"]["kind"] == "several":
                _check_groups(name, dimensions)
            elif len(own) != 1 or "group" in dimensions[0]:
                raise FlawError(f"{name}: only an input of several codes has groups")
            else:
                _check_cells(name, dimensions[0])
        return {name: self.decision(item) for name, item in self.decisions.items()}

    def decision(self, item: Mapping[str, Any]) -> int:
        name = item["decision"]
        if not item["decided"]:
            raise FlawError(f"{name} was not decided, so there is nothing to check")
        boxes = [(self.box(entry["box"]), entry) for entry in item["boxes"]]
        self.check_cover(name, [box for box, _ in boxes])
        excluded = ["any", self.impossible, self.no_text, ["not", item["scope"]]]
        for box, entry in boxes:
            if not self.always(excluded, box, bool(entry.get("excluded"))):
                raise FlawError(
                    f"{name}: a box is {'not ' if entry.get('excluded') else ''}outside the question: {entry['box']}"
                )
            if not entry.get("excluded"):
                self.check_rules(item, box, entry)
        return len(boxes)

    def box(self, written: Mapping[str, Sequence[int]]) -> Box:
        box = list(self.whole)
        for index, cells in written.items():
            inside = frozenset(cells)
            if not inside or not inside <= self.whole[int(index)] or len(inside) != len(cells):
                raise FlawError(f"a box names cells that are not there: {dict(written)}")
            box[int(index)] = inside
        return box

    def check_cover(self, name: str, boxes: Sequence[Box]) -> None:
        """Boxes that do not touch and hold as many cases as the space fill it."""
        for index, box in enumerate(boxes):
            for other in boxes[:index]:
                if all(mine & theirs for mine, theirs in zip(box, other, strict=True)):
                    raise FlawError(f"{name}: two boxes hold the same case")
        held = sum(prod(len(cells) for cells in box) for box in boxes)
        if held != prod(len(cells) for cells in self.whole):
            raise FlawError(f"{name}: the boxes do not hold every case")

    def check_rules(self, item: Mapping[str, Any], box: Box, entry: Mapping[str, Any]) -> None:
        for rule in item["rules"]:
            if not self.always(rule["when"], box, rule["rule"] in entry["rules"]):
                raise FlawError(f"{item['decision']}: rule {rule['rule']} is misjudged in the box {entry['box']}")
        if len(set(entry["rules"]) & {rule["rule"] for rule in item["rules"]}) != len(entry["rules"]):
            raise FlawError(f"{item['decision']}: a box names a rule that is not there")
        said = answer(item, entry["rules"])
        if said != (entry["answer"]["kind"], entry["answer"]["force"], sorted(entry["answer"]["outcomes"])):
            raise FlawError(
                f"{item['decision']}: {', '.join(entry['rules']) or 'no rule'} do not give the answer of the box {entry['box']}"
            )

    # -------------------------------------------------------------- conditions on boxes

    def always(self, condition: Any, box: Box, wanted: bool) -> bool:
        """Tell whether a condition has one value in every case of a box: where it is unclear, the box is halved."""
        value = self.value(condition, box)
        if value is not None:
            return value == wanted
        index = next(index for index in self.asked(condition) if len(box[index]) > 1)
        cells = sorted(box[index])
        halves = frozenset(cells[: len(cells) // 2]), frozenset(cells[len(cells) // 2 :])
        return all(self.always(condition, [*box[:index], half, *box[index + 1 :]], wanted) for half in halves)

    def asked(self, condition: Any) -> Iterator[int]:
        """Give the dimensions that a condition asks about."""
        if condition[0] in ("all", "any", "not", "count"):
            for part in condition[2 if condition[0] == "count" else 1 :]:
                yield from self.asked(part)
        elif condition[0] == "decision":
            item = self.decisions[condition[1]]
            for part in (self.no_text, item["scope"], *(rule["when"] for rule in item["rules"])):
                yield from self.asked(part)
        else:
            yield from self.of_input[condition[1]]

    def value(self, condition: Any, box: Box) -> bool | None:
        """Give whether a condition holds in a box: always, never, or `None` where that is not clear at once."""
        match condition:
            case ["not", part]:
                value = self.value(part, box)
                return None if value is None else not value
            case ["all", *parts]:
                return _at_least(len(parts), [self.value(part, box) for part in parts])
            case ["any", *parts]:
                return _at_least(1, [self.value(part, box) for part in parts])
            case ["count", needed, *parts]:
                return _at_least(needed, [self.value(part, box) for part in parts])
            case ["decision", name, outcomes]:
                return self.decides(self.decisions[name], outcomes, box)
            case ["some", name, quantifier, codes]:
                return self.some(name, quantifier, codes, box)
            case ["missing", name] if "group" in self.dimensions[self.of_input[name][0]]:
                there = self.there(self.of_input[name], box)
                return None if there is None else not there
            case [_, name, *_]:
                return self.test(condition, self.of_input[name][0], box)
            case _:
                raise FlawError(f"no such condition: {condition!r}")

    def test(self, test: Any, index: int, box: Box) -> bool | None:
        key = id(test)  # a certificate keeps its tests, and one may name many codes
        if key not in self.passing:
            self.passing[key] = [_passes(test, cell) for cell in self.dimensions[index]["cells"]]
        values = {self.passing[key][cell] for cell in box[index]}
        return values.pop() if len(values) == 1 else None

    def some(self, name: str, quantifier: str, codes: Sequence[str], box: Box) -> bool | None:
        own = self.of_input[name]
        if (name, id(codes)) not in self.inside:
            self.inside[name, id(codes)] = self.groups_of(name, set(codes))
        inside = self.inside[name, id(codes)]
        outside = [index for index in own if index not in inside]
        if quantifier == "any":
            return self.there(inside, box)
        barred = self.there(outside if quantifier == "all" else inside, box)
        return _at_least(2, [self.there(own, box), None if barred is None else not barred])

    def groups_of(self, name: str, codes: set[str]) -> list[int]:
        """Give the groups of an input that some codes are."""
        groups = [(index, self.dimensions[index]["group"].get("values", ())) for index in self.of_input[name]]
        inside = [index for index, values in groups if not codes.isdisjoint(values)]
        if {code for index, values in groups if index in inside for code in values} != codes:
            raise FlawError(f"the groups of {name} cut a list of codes")
        return inside

    def there(self, groups: Sequence[int], box: Box) -> bool | None:
        """Tell whether at least one code of some groups is there."""
        return _at_least(1, [None if len(box[index]) > 1 else 1 in box[index] for index in groups])

    def decides(self, item: Mapping[str, Any], outcomes: Sequence[str] | None, box: Box) -> bool | None:
        no_text, scope = self.value(self.no_text, box), self.value(item["scope"], box)
        if no_text or scope is False:
            return outcomes is None
        values = [self.value(rule["when"], box) for rule in item["rules"]]
        if no_text is None or scope is None or None in values:
            return None
        kind, _, given = answer(
            item, [rule["rule"] for rule, holds in zip(item["rules"], values, strict=True) if holds]
        )
        if outcomes is None:
            return kind != "outcome"
        return kind == "outcome" and len(given) == 1 and given[0] in outcomes


def _at_least(needed: int, values: Sequence[bool | None]) -> bool | None:
    if sum(value is True for value in values) >= needed:
        return True
    return False if sum(value is not False for value in values) < needed else None


def answer(item: Mapping[str, Any], holding: Sequence[str]) -> tuple[str, str, list[str]]:
    """Give kind, force and outcomes (sorted) where exactly these rules hold."""
    dropped = {beaten for rule in item["rules"] if rule["rule"] in holding for beaten in rule["overrides"]}
    kept = [rule for rule in item["rules"] if rule["rule"] in holding and rule["rule"] not in dropped]
    said = {
        force: {outcome for rule in kept if rule["force"] == force for outcome in rule["outcomes"]} for force in _FORCES
    }
    must, may, also, maybe, barred = (said[force] for force in _FORCES)
    if item["collects"]:
        if barred & (must | may | also | maybe):
            return ("cannot answer", "", [])
        return _collected(said)
    if barred & (must | may) or len(must) > 1 or (must and not may <= must):
        return ("cannot answer", "", [])
    if must == {"left open"}:
        return ("left open", "", [])
    for force, outcomes in (("report", must), ("may report", may), ("consider", maybe), ("may also report", also)):
        if outcomes:
            return ("outcome", force, sorted(outcomes))
    return ("nothing", "", [])


_FORCES = ("report", "may report", "may also report", "consider", "must not report")


def _collected(said: Mapping[str, set[str]]) -> tuple[str, str, list[str]]:
    forces = [force for force in _FORCES if said[force]]
    if not forces:
        return ("nothing", "", [])
    if "left open" in said["report"]:
        return ("left open", "", [])
    if len(forces) == 1:
        return ("outcome", forces[0], sorted(said[forces[0]]))
    return ("outcome", "several", sorted(f"{force} {outcome}" for force in forces for outcome in said[force]))


# ---------------------------------------------------------------- cells


def _passes(test: Any, cell: Mapping[str, Any]) -> bool:
    """Tell whether the values of a cell pass a test; a cell that the test cuts is a flaw."""
    if cell.get("missing"):
        return bool(test[0] == "missing")
    match test:
        case ["missing", _]:
            return False
        case ["in", _, values] if "values" in cell:
            named = set(values)
            inside = [value in named for value in cell["values"]]
            if len(set(inside)) != 1:
                raise FlawError(f"a cell is cut by {test}")
            return inside[0]
        case ["in", _, _] if cell.get("others"):
            return False
        case ["in", _, values]:
            stretches = [(value, value, True, True) for value in values]
        case ["within", _, low, high, low_closed, high_closed]:
            stretches = [(low, high, low_closed, high_closed)]
        case _:
            raise FlawError(f"no such test: {test!r}")
    relations = {_relation(cell, stretch) for stretch in stretches}
    if "cut" in relations:
        raise FlawError(f"a cell is cut by {test}")
    return "inside" in relations


def _relation(cell: Mapping[str, Any], stretch: tuple[Any, Any, bool, bool]) -> str:
    """Say whether a stretch of values lies inside another, outside it, or is cut by it."""
    low, high, low_closed, high_closed = stretch
    cell_low_closed, cell_high_closed = cell["closed"]
    starts_after = _before(cell["high"], low, cell_high_closed and low_closed)
    ends_before = _before(high, cell["low"], high_closed and cell_low_closed)
    if starts_after or ends_before:
        return "outside"
    begins = low is None or (
        cell["low"] is not None
        and _order(low, cell["low"]) <= 0
        and (_order(low, cell["low"]) < 0 or low_closed or not cell_low_closed)
    )
    ends = high is None or (
        cell["high"] is not None
        and _order(cell["high"], high) <= 0
        and (_order(cell["high"], high) < 0 or high_closed or not cell_high_closed)
    )
    return "inside" if begins and ends else "cut"


def _before(left: str | None, right: str | None, both_closed: bool) -> bool:
    """Tell whether everything up to `left` lies before everything from `right` on."""
    if left is None or right is None:
        return False
    order = _order(left, right)
    return order < 0 or (order == 0 and not both_closed)


def _order(left: str, right: str) -> int:
    a, b = _number(left), _number(right)
    return (a > b) - (a < b)


def _number(text: str) -> Decimal:
    """Give a number, or the number of a day."""
    if len(text) == 10 and text[4] == "-" and text[7] == "-":
        return Decimal(date.fromisoformat(text).toordinal())
    return Decimal(text)


def _check_groups(name: str, dimensions: Sequence[Mapping[str, Any]]) -> None:
    """The groups of several codes are apart, hold every code, and each is there or not."""
    first, named = dimensions[0], list[str]()
    others = 0
    for dimension in dimensions:
        same = dimension["domain"] == first["domain"] and dimension["may_be_missing"] == first["may_be_missing"]
        if not same or dimension["cells"] != [{"some": False}, {"some": True}]:
            raise FlawError(f"{name}: a group of codes is there or not, and its input is one")
        group = dimension["group"]
        if set(group) == {"others"} and group["others"] is True:
            others += 1
        elif set(group) == {"values"} and group["values"]:
            named += group["values"]
        else:
            raise FlawError(f"{name}: a group is codes by name, or all others")
    if others != 1 or len(set(named)) != len(named):
        raise FlawError(f"{name}: the groups do not hold each code once")


_SHAPES = ({"missing"}, {"others"}, {"values"}, {"low", "high", "closed"})
"""What a cell says of itself: exactly one of these."""


def _check_cells(name: str, dimension: Mapping[str, Any]) -> None:
    """The cells of an input fill its domain, in order, without touching."""
    if any(set(cell) not in _SHAPES for cell in dimension["cells"]):
        raise FlawError(f"{name}: a cell says more or less than one thing of itself")
    domain, cells = dimension["domain"], [cell for cell in dimension["cells"] if "missing" not in cell]
    if len(dimension["cells"]) - len(cells) != int(dimension["may_be_missing"]):
        raise FlawError(f"{name}: there is {'no' if dimension['may_be_missing'] else 'a'} cell for a missing value")
    if domain["kind"] in ("choice", "open"):
        values = [value for cell in cells for value in cell.get("values", ())]
        others = sum(bool(cell.get("others")) for cell in cells)
        listed = domain.get("values")  # of a code, only where the policy names every one that there is
        wrong = others != 1 if listed is None else others or set(values) != set(listed)
        if wrong or len(set(values)) != len(values):
            raise FlawError(f"{name}: the cells do not hold each value once")
        return
    ends = _order(cells[0]["low"], domain["low"]) == 0 == _order(cells[-1]["high"], domain["high"])
    if not ends or not (cells[0]["closed"][0] and cells[-1]["closed"][1]):
        raise FlawError(f"{name}: the cells do not fill the domain")
    step = {"whole": Decimal(1), "date": Decimal(1), "decimal": None}[domain["kind"]]
    if domain["kind"] == "decimal" and domain["places"] is not None:
        step = Decimal(1).scaleb(-domain["places"])
    for cell, after in pairwise(cells):
        if not _joined(cell, after, step):
            raise FlawError(f"{name}: between two cells something is left out or held twice")


def _joined(cell: Mapping[str, Any], after: Mapping[str, Any], step: Decimal | None) -> bool:
    end, start = _number(cell["high"]), _number(after["low"])
    if step is not None:
        return bool(cell["closed"][1]) and bool(after["closed"][0]) and start - end == step
    return end == start and bool(cell["closed"][1]) != bool(after["closed"][0])
