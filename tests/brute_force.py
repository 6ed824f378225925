"""A policy by brute force: every case of its cells, judged one by one by `model/meaning.py`.

What the prover, the graphs and the checks say is compared with what is found here; nothing here knows of boxes.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

from ruleproof.beside import FolderBeside
from ruleproof.compiled import Compiled, Rejected
from ruleproof.finding import CodesOf, Finding, Range, Region, Restriction, Value, Values
from ruleproof.model import meaning
from ruleproof.model.meaning import Answer, Case
from ruleproof.model.nodes import (
    ALSO,
    CONSIDER,
    MAY_REPORT,
    MUST_NOT,
    REPORT,
    Choice,
    CodePattern,
    Condition,
    Day,
    DecimalNumber,
    Decision,
    Example,
    Input,
    OneCode,
    Policy,
    Service,
    SeveralCodes,
    WholeNumber,
    YesNo,
)
from ruleproof.pipeline import compile_source
from ruleproof.prover.told import facts_of
from ruleproof.resources import folder
from ruleproof.source import source_from_text

OVERLAPS = ("contradiction", "conflict", "choice", "overridden", "agreement")


class _BesideBundled:
    """The files beside any bundled policy, for tests that take the text of one."""

    folders = tuple(FolderBeside(path) for path in sorted(Path(str(folder("policies"))).iterdir()) if path.is_dir())

    def read(self, name: str) -> bytes | None:
        return next((found for item in self.folders if (found := item.read(name)) is not None), None)

    def policies(self) -> tuple[str, ...]:
        return self.folders[0].policies()


BESIDE = _BesideBundled()


def compiled(text: str, path: str = "random.policy") -> Compiled:
    """Compile a text that must be a policy."""
    found = compile_source(source_from_text(text, path), BESIDE)
    if isinstance(found, Rejected):
        raise AssertionError([finding.message for finding in found.findings], text)
    return found


def witness_case(found: Compiled, finding: Finding) -> dict[str, Value]:
    """Give the witness of a finding as a case of every input: what is worked out is told by its dates and its history."""
    keys = {key.name: str(finding.witness.get(key.field, "1")) for key in found.policy.keys}
    earlier = tuple(
        Service(
            {name: value for name, value in told.items() if name in found.space.inputs},
            {key.name: str(told.get(key.field, keys[key.name])) for key in found.policy.keys},
            bool(told["paid"]) if "paid" in told else None,
        )
        for told in finding.history
    )
    line = {name: value for name, value in finding.witness.items() if name in found.space.inputs}
    return facts_of(found.study, Example("witness", "", line, (), (), keys, earlier))


def full_cases(samples: Mapping[str, tuple[Value, ...]]) -> Iterator[dict[str, Value]]:
    """Give every combination of the values listed for each input."""
    for values in product(*samples.values()):
        yield dict(zip(samples, values, strict=True))


def key_of(case: Case) -> tuple[Value, ...]:
    """Give a case as a key."""
    return tuple(case.values())


@dataclass(frozen=True)
class Situation:
    """A case in which the rules of a decision are asked, the rules that hold in it, and what the decision answers."""

    case: Case
    holding: frozenset[str]
    answer: Answer


class Yardstick:
    """One case of every cell of a policy, and what the meaning says of it."""

    def __init__(self, policy: Policy, samples: Mapping[str, tuple[Value, ...]]) -> None:
        self.policy, self.samples = policy, samples
        self.all = list(full_cases(samples))
        self.possible = [case for case in self.all if not meaning.impossible(policy, case)]

    @cached_property
    def answers(self) -> dict[str, dict[tuple[Value, ...], Answer]]:
        """For each decision the answer in each case that can happen."""
        return {
            decision.name: {key_of(case): meaning.answer_of(self.policy, decision, case) for case in self.possible}
            for decision in self.policy.decisions
        }

    def asked(self, decision: Decision) -> list[Case]:
        """Give the cases in which the rules of a decision are asked."""
        kinds = (meaning.OUT_OF_SCOPE,)
        answers = self.answers[decision.name]
        return [
            case
            for case in self.possible
            if answers[key_of(case)].kind not in kinds and not self.holds(self.policy.no_text, case)
        ]

    def situations(self, decision: Decision) -> list[Situation]:
        return [
            Situation(
                case,
                self.holding(self.policy, decision, case),
                self.answers[decision.name][key_of(case)],
            )
            for case in self.asked(decision)
        ]

    def holding(self, policy: Policy, decision: Decision, case: Case) -> frozenset[str]:
        """Give the rules that hold in a case; the policy may be a repaired one."""
        return frozenset(rule.name for rule in decision.rules if meaning.holds(policy, rule.condition, case))

    def holds(self, condition: Condition, case: Case) -> bool:
        return meaning.holds(self.policy, condition, case)

    def without(self, decision: Decision, rule: str) -> Policy:
        """Give the policy with one rule taken out."""
        kept = tuple(other for other in decision.rules if other.name != rule)
        changed = replace(decision, rules=kept)
        decisions = tuple(changed if other is decision else other for other in self.policy.decisions)
        return replace(self.policy, decisions=decisions)


# ---------------------------------------------------------------- faults, in the words of the language's description


def survivors(decision: Decision, holding: frozenset[str]) -> frozenset[str]:
    """Give the rules that hold and that no rule that holds overrides."""
    beaten = set()
    for rule in decision.rules:
        if rule.name in holding:
            beaten |= {override.rule for override in rule.overrides}
    return holding - beaten


def overlap_name(decision: Decision, holding: frozenset[str]) -> str:
    """Name what happens where exactly these rules hold: a fault, an overlap without one, or nothing worth a name."""
    kept = survivors(decision, holding)
    codes = {
        force: {code for rule in decision.rules if rule.name in kept and rule.force == force for code in rule.outcomes}
        for force in (REPORT, MAY_REPORT, ALSO, CONSIDER, MUST_NOT)
    }
    must, may, barred = codes[REPORT], codes[MAY_REPORT], codes[MUST_NOT]
    if decision.collects:
        return "contradiction" if barred & (must | may | codes[ALSO] | codes[CONSIDER]) else ""
    if barred & (must | may):
        return "contradiction"
    if len(must) > 1 or (must and may - must):
        return "conflict"
    if not must and len(may) > 1:
        return "choice"
    if len(holding) < 2:
        return ""
    weaker = codes[CONSIDER] and (must or may)
    return "overridden" if kept != holding or weaker else "agreement"


# ---------------------------------------------------------------- regions and values


def lies_in(found: Compiled, region: Region, case: Case) -> bool:
    """Tell whether a case lies in a region, from what the region says."""
    return all(_allows(found, name, part, case[name]) for name, part in region.items())


def _allows(found: Compiled, name: str, part: Restriction, value: Value) -> bool:
    match part:
        case Values(values, others, missing):
            if value is None:
                return missing
            word = ("yes" if value else "no") if isinstance(value, bool) else str(value)
            named = {word for cell in _cells(found, name) for word in cell}
            return word in values or (others and word not in named)
        case Range(low, high, low_closed, high_closed, missing):
            if value is None:
                return missing
            number: Any = value
            above = low is None or number > low or (low_closed and number == low)
            return above and (high is None or number < high or (high_closed and number == high))
        case CodesOf(some, none, missing):
            groups = _groups(found, name)
            held = set(value) if isinstance(value, tuple) else set[str]()
            there = {group for group, codes in groups.items() if held & codes}
            if held - set().union(*groups.values()):
                there.add("any other code")
            return (set(some) <= there and not set(none) & there) and (bool(value) or missing)


def _cells(found: Compiled, name: str) -> Iterator[tuple[str, ...]]:
    for place in found.space.places[name]:
        yield from (cell.values for cell in found.space.dimensions[place].cells)


def _groups(found: Compiled, name: str) -> dict[str, set[str]]:
    dimensions = [found.space.dimensions[place] for place in found.space.places[name]]
    groups = [(item.group_name, item.group) for item in dimensions if item.group is not None and not item.group.others]
    assert len({name for name, _ in groups}) == len(groups), "two groups of codes have one name"
    return {name: set(group.values) for name, group in groups}


def regions_of(findings: Iterable[Finding]) -> list[tuple[Finding, Region]]:
    return [(finding, region) for finding in findings for region in finding.regions]


def in_domain(item: Input, value: Value) -> bool:
    """Tell whether an input can have a value."""
    if value is None:
        return item.may_be_missing
    match item.domain:
        case YesNo():
            return isinstance(value, bool)
        case Choice(values):
            return value in values
        case WholeNumber(low, high):
            return isinstance(value, int) and low <= value <= high
        case DecimalNumber(low, high, places):
            decimals = len(f"{value:f}".partition(".")[2].rstrip("0"))
            return isinstance(value, Decimal) and (places is None or decimals <= places) and low <= value <= high
        case Day(low, high):
            return isinstance(value, datetime.date) and low <= value and (high is None or value <= high)
        case OneCode(_, prefix, pattern):
            return isinstance(value, str) and re.fullmatch(f"{prefix} (?:{pattern})", value) is not None
        case SeveralCodes(_, prefix, pattern):
            whole = f"{prefix} (?:{pattern})"
            return isinstance(value, tuple) and bool(value) and all(re.fullmatch(whole, code) for code in value)
        case CodePattern(pattern):
            return isinstance(value, str) and re.fullmatch(pattern, value) is not None
