"""One real case of a box, to be tried: a claim line, and the earlier services that it hangs on."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ruleproof.finding import Value
from ruleproof.model.nodes import SERVICE_DATE, HistoryTest
from ruleproof.model.past import PATIENT, SAME
from ruleproof.prover.histories import Earlier
from ruleproof.prover.space import Box
from ruleproof.prover.study import Study


@dataclass(frozen=True, slots=True)
class Witness:
    """A claim line as an evaluator takes it, and the history that goes with it (none where the line does not hang on one)."""

    line: Mapping[str, Value]
    history: tuple[Mapping[str, Value], ...] = ()


def witness_of(study: Study, box: Box) -> Witness:
    """Give one case of a box of cases that can happen."""
    case = study.space.sample(box)
    asked = {item.name for item in study.policy.asked}
    line = {name: value for name, value in case.items() if name in asked}
    hangs = _derived_in(study, box)
    if not hangs:
        return Witness(line)
    cells = study.space.encode(case)
    history = any(isinstance(study.policy.input(name).derived, HistoryTest) for name in hangs)
    told = frozenset(index for index, name in enumerate(study.compiler.histories.names) if name in hangs)
    for day, earlier in _days(study, cells, case.get(SERVICE_DATE), history, told):
        fixed = {SERVICE_DATE: day} if day is not None else {}
        dates = study.compiler.day_differences.dates_for(cells, fixed)
        if dates is not None:
            return made(study, {**line, **fixed, **dates}, earlier if history else ())
    return Witness(line)


def made(study: Study, line: Mapping[str, Value], earlier: Sequence[Earlier]) -> Witness:
    """Give a line with the earlier services named, and the keys that tie them together."""
    if not earlier:
        return Witness(line)
    used = {key for item in earlier for key in item.keys}
    fields = {key.name: key.field for key in study.policy.keys if key.name in used or key.name == PATIENT}
    return Witness(
        {**line, **dict.fromkeys(fields.values(), SAME)},
        tuple(_service(study, number, item, line, fields) for number, item in enumerate(earlier, 1)),
    )


def _days(
    study: Study, cells: Sequence[int], sample: Value, history: bool, told: frozenset[int]
) -> Iterator[tuple[datetime.date | None, tuple[Earlier, ...]]]:
    """Give days of the line with a history each, the earliest first; without history tests, the line as it is."""
    histories = study.compiler.histories
    if not history or histories.given_up:
        yield None, ()
        return
    number = cells[histories.dated] if histories.dated >= 0 else -1
    wanted = {index: cells[place] == 0 for index, place in enumerate(histories.places) if index in told}
    found = list(histories.shown(wanted, number, histories.missing_events(cells)))
    yield from sorted(found, key=lambda pair: pair[0] != sample)


def _service(
    study: Study, number: int, earlier: Earlier, line: Mapping[str, Value], fields: Mapping[str, str]
) -> dict[str, Value]:
    """Give an earlier service: the facts that matter of it, and no others."""
    space = study.space
    case = space.sample(earlier.box)
    asked = [item.name for item in study.policy.asked]
    named = [name for name in asked if any(earlier.box[at] != space.dimensions[at].full for at in space.places[name])]
    facts: dict[str, Value] = {"id": f"earlier {number}"}
    if earlier.day is not None:
        facts[SERVICE_DATE] = earlier.day
    facts |= {field: earlier.keys.get(key, SAME) for key, field in fields.items()}
    tests = study.compiler.histories.tests
    if any(test.paid for test in tests):
        facts["paid"] = earlier.paid
    facts |= {name: case[name] for name in named if name != SERVICE_DATE}
    return facts | {name: line[name] for index in earlier.hits for name in tests[index].same if name in line}


def _derived_in(study: Study, box: Box) -> list[str]:
    """Give the inputs worked out from others that a box restricts."""
    places = study.space.places
    return [
        item.name
        for item in study.policy.derived
        if box[places[item.name][0]] != study.space.dimensions[places[item.name][0]].full
    ]
