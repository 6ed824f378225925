"""Cases of a policy as the tables made of it take them, and the texts that those tables must answer."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from math import prod
from typing import Any

from brute_force import full_cases
from ruleproof.artifacts.exported.answers import answers_in_words
from ruleproof.artifacts.exported.columns import GROUP, HAS, Column, group_of
from ruleproof.artifacts.exported.tables import Exported, exported
from ruleproof.artifacts.tables import leaves_of
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model import meaning
from ruleproof.model.meaning import Answer, Case
from ruleproof.model.nodes import DaysBetween

MOST = 4_000
"""Up to so many cases are tried one by one."""


@cache
def exported_once(found: Compiled) -> Exported:
    return exported(found)


def cases_to_try(found: Compiled, count: int) -> list[Case]:
    """Give every case of the cells where they are few, else some of each row of each table and some from anywhere."""
    samples = found.space.samples()
    chance = random.Random(20240321)
    few = prod(map(len, samples.values())) <= min(count, MOST)
    drawn = full_cases(samples) if few else _drawn(found, chance)
    moved = (_at_an_end(found, case, chance) for case in drawn)
    return list(islice((case for case in moved if _is_so(found, case)), None if few else count))


def _at_an_end(found: Compiled, case: Case, chance: random.Random) -> Case:
    """Move numbers and dates within their cells, mostly to an end, which is where a bound is right or wrong."""
    cells = found.space.encode(case)
    ends = dict(case)
    for place, dimension in enumerate(found.space.dimensions):
        cell = dimension.cells[cells[place]]
        if cell.stretch:
            closed = [cell.low] * cell.low_closed + [cell.high] * (cell.high_closed and cell.high is not None)
            ends[dimension.input] = chance.choice([cell.sample, *closed, *closed])
    return ends


def _drawn(found: Compiled, chance: random.Random) -> Iterator[Case]:
    """Give cases without end: from the ways to every answer in turn, and now and then from anywhere."""
    ways = [asked for graph in found.exact_graphs.values() for asked, _ in graph.paths()]
    while True:
        chance.shuffle(ways)
        for asked in ways:
            box = tuple(asked.get(place, mask) for place, mask in enumerate(found.space.whole))
            for masks in (box, found.space.whole) if chance.random() < 0.2 else (box,):
                yield found.space.decode(tuple(chance.choice(_bits(mask)) for mask in masks))


def _bits(mask: int) -> list[int]:
    return [number for number in range(mask.bit_length()) if mask >> number & 1]


def _is_so(found: Compiled, case: Case) -> bool:
    """Tell whether nothing is missing that may not be, and days between dates are as the dates of a case have them."""
    if any(case[item.name] is None and not item.may_be_missing for item in found.policy.inputs):
        return False
    return all(
        bool(case[item.name]) == _lies_between(item.derived, case)
        for item in found.policy.inputs
        if isinstance(item.derived, DaysBetween)
    )


def _lies_between(test: DaysBetween, case: Case) -> bool:
    first, second = case[test.first], case[test.second]
    if first is None or second is None:
        return False
    days = (first - second).days  # type: ignore[operator]
    return (test.low is None or days >= test.low) and (test.high is None or days <= test.high)


# ---------------------------------------------------------------- what goes in


def facts_of_model(tables: Exported, case: Case) -> dict[str, Any]:
    """Give a case as a model of DMN takes it: the inputs by the names that they have there, several codes as a list."""
    return {
        name: list(value) if isinstance(value := case[item], tuple) else value
        for item, name in tables.names.inputs.items()
        if not isinstance(tables.compiled.space.inputs[item].derived, DaysBetween)
    }


def facts_of_columns(tables: Exported, case: Case) -> dict[str, Any]:
    """Give a case as a sheet takes it: a value for each column, also for what is worked out from an input."""
    cells = tables.compiled.space.encode(case)
    return {column.name: _in_column(column, cells[column.place], case) for column in tables.columns}


def _in_column(column: Column, cell: int, case: Case) -> Value:
    if column.how == HAS:
        return bool(cell)
    if column.how == GROUP:
        return None if column.dimension.cells[cell].missing else group_of(column, cell)
    return case[column.item.name]


# ---------------------------------------------------------------- what comes out


def answers_expected(tables: Exported, case: Case) -> dict[str, str]:
    """Give the text that each table must answer, by the meaning of the policy; nothing where the case cannot happen."""
    policy = tables.compiled.policy
    if meaning.impossible(policy, case):
        return {}
    found: dict[str, str] = {}
    for decision in policy.decisions:
        words = _words(tables.compiled, decision.name)
        found[tables.names.subjects[decision.name]] = words[meaning.answer_of(policy, decision, case).said]
    for item in policy.requirements:
        found[tables.names.subjects[item.name]] = meaning.state_of(policy, item, case)
    return found


@cache
def _words(found: Compiled, decision: str) -> Mapping[tuple[object, ...], str]:
    answers = [leaf for leaf in leaves_of(found.graphs[decision]) if isinstance(leaf, Answer)]
    words = answers_in_words(answers)
    assert len(set(words.values())) == len({answer.said for answer in answers}), "two answers have one text"
    return words


MANY_SHAPES = f"""policy shapes
input service_date is date from 2024-01-01
input drawn is date from 2023-01-01
  may be missing
input size is decimal number from 0.0 to 20.0 with 1 decimal
input dose is decimal number from 0 to 9
input main is code of icd10cm
  may be missing
input diagnoses are codes of icd10cm
  may be missing
codes many of icd10cm
  start {", ".join(f"ICD C{number // 10:02}.{number % 10}" for number in range(80))}
codes few of icd10cm
  start ICD D46.9, ICD C00.1
decision d gives one of first, second, third
rule R1 for d
  when main is in many and service_date is at most 30 days after drawn
  then d is first
rule R2 for d
  when diagnoses any in many and size is less than 4.0 and main is not in many
  then d is second
rule R3 for d
  when diagnoses none in few and size is at least 4.0 and main is not in many
  then d is third
rule R4 for d
  when diagnoses all in few and size is at least 4.0 and main is missing and dose is more than 2.5
  then d is third
"""
"""A policy whose tables have a column of each kind: groups of a code, groups of several codes, days between dates, steps of 0.1."""
