"""How the checks make findings: the rules involved, the regions, one case, and what could be done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from types import ModuleType
from typing import Any

from ruleproof.finding import Edit, Finding, Place, Repair, Severity
from ruleproof.model.nodes import REPORT, SERVICE_DATE, DaysBetween, Decision, Expectation, HistoryTest, Policy, Rule
from ruleproof.pages import Page
from ruleproof.prover.boxes import merged
from ruleproof.prover.regions import box_in_words, case_in_words, regions_of, written_name
from ruleproof.prover.space import Box, Space
from ruleproof.prover.study import Study
from ruleproof.prover.witnesses import Witness, witness_of
from ruleproof.source import Span


def page_of(module: ModuleType) -> Page:
    """Give the page of a check: its docstring begins with its code and severity, `RP201, error: …`."""
    head = re.match(r"(RP\d{3}), (error|warning|note): ", module.__doc__ or "")
    assert head is not None, f"{module.__name__} does not begin with its code"
    name = module.__name__.rpartition(".")[2]
    text = (module.__doc__ or "")[head.end() :]
    return Page(head[1], name, Severity(head[2]), text[0].upper() + text[1:])


def sum_of_sizes(study: Study, boxes: Sequence[Box], names: Sequence[str]) -> int | None:
    """Count the cases of disjoint boxes over some inputs; `None` where infinite."""
    sizes = [study.space.size(box, names) for box in boxes]
    return None if None in sizes else sum(size for size in sizes if size is not None)


class About:
    """Makes the findings of one check about one policy."""

    def __init__(self, study: Study, page: Page) -> None:
        self.study, self.page = study, page
        self.path = ""

    def finding(
        self,
        message: str,
        *,
        help: str = "",
        at: Span | None = None,
        also: Iterable[Span] = (),
        decision: str = "",
        rules: Sequence[Rule] = (),
        boxes: Sequence[Box] = (),
        inputs: Sequence[str] = (),
        repairs: tuple[Repair, ...] = (),
        severity: Severity | None = None,
        **others: Any,
    ) -> Finding:
        """Make a finding.  `boxes` are the cases that it is about; `inputs` are those that matter to them."""
        spans = [*([] if at is None else [at]), *(rule.name_span for rule in rules), *also]
        space = self.study.space
        found = others.pop("shown", None) or (witness_of(self.study, boxes[0]) if boxes else Witness({}))
        witness = found.line
        joined = merged(boxes)
        return Finding(
            code=self.page.code,
            name=self.page.name,
            severity=severity or self.page.severity,
            message=message,
            help=help,
            places=tuple(Place(self.path, span) for span in spans),
            policy=self.study.policy.name,
            decision=decision,
            rules=tuple(rule.name for rule in rules),
            citations=tuple(dict.fromkeys(citation.text for rule in rules for citation in rule.citations)),
            regions=regions_of(space, joined),
            witness=witness,
            history=found.history,
            claim=case_in_words(space, witness, _told(space, boxes[0]), found.history) if witness else "",
            size=sum_of_sizes(self.study, joined, [*inputs, *_restricted_in(space, joined, inputs)]) if boxes else None,
            repairs=repairs,
            **others,
        )


def _restricted_in(space: Space, boxes: Sequence[Box], but: Sequence[str]) -> list[str]:
    """Give the inputs that some of the boxes restrict, but for those named: what cannot happen can bring them in."""
    found = {name for box in boxes for name in _restricted(space, box)}
    return sorted(found.difference(but))


def _told(space: Space, box: Box) -> list[str]:
    """Give the inputs that a box restricts, and those that what it restricts is worked out from."""
    names = _restricted(space, box)
    for derived in [space.inputs[name].derived for name in names]:
        names += [derived.first, derived.second] if isinstance(derived, DaysBetween) else []
        names += [SERVICE_DATE] if isinstance(derived, HistoryTest) else []
    return names


def _restricted(space: Space, box: Box) -> list[str]:
    """Give the inputs that a box restricts: the others do not matter in it."""
    return [
        name
        for name, places in space.places.items()
        if any(box[place] != space.dimensions[place].full for place in places)
    ]


MOST_SHAPES = 3
"""How many shapes of cases a message names."""


def places_in_words(space: Space, shapes: Iterator[Box], word: str) -> str:
    """Say where a finding is: the first shapes, each after a word such as `where`."""
    said = [f"{word} {box_in_words(space, shape)}" for shape in islice(shapes, MOST_SHAPES)]
    more = next(shapes, None) is not None
    return "; also ".join(said) + ("; and in other cases, which `--format json` lists" if more else "")


def rules_named(decision: Decision, names: Iterable[str]) -> tuple[Rule, ...]:
    """Give the rules with these names, in the order written."""
    wanted = set(names)
    return tuple(rule for rule in decision.rules if rule.name in wanted)


def rule_named(policy: Policy, name: str) -> Rule | None:
    return next((rule for decision in policy.decisions for rule in decision.rules if rule.name == name), None)


def said(decision: Decision, rule: Rule) -> str:
    """Say what a rule answers, as the policy would: report CPT 81479, covered is no, leave it open."""
    if rule.left_open:
        return "leave it open"
    codes = decision.codes or any(re.match(r"[A-Z]+ [A-Z0-9]", outcome) for outcome in rule.outcomes)
    plain = rule.force == REPORT and not codes and not decision.collects
    return f"`{f'{decision.name} is' if plain else rule.force} {', '.join(rule.outcomes)}`"


def in_a_row(words: Sequence[str], joiner: str = "and") -> str:
    """Put words in a row.

    >>> in_a_row(["a", "b", "c"])
    'a, b and c'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joiner} {words[-1]}"


def backquoted(names: Iterable[str]) -> list[str]:
    return [f"`{name}`" for name in names]


def insertion_after(path: str, decision: Decision) -> Place:
    """Give the place after the last rule of a decision, where a new block can stand."""
    end = max([rule.span.end for rule in decision.rules if not rule.table] + [decision.span.end])
    return Place(path, Span(end, end))


def override_repair(path: str, winner: Rule, losers: Sequence[Rule], table_end: int | None) -> Repair:
    """Let one rule override others: a clause at its end, or a line below its table."""
    names = ", ".join(written_name(rule.name) for rule in losers)
    clause = f'overrides {names} because "state the reason"'
    at = winner.span.end if table_end is None else table_end
    text = f"\n  {clause}" if table_end is None else f"\n  row {written_name(winner.name)} {clause}"
    title = f"let `{winner.name}` override {in_a_row(backquoted(rule.name for rule in losers))}"
    return Repair(title, (Edit(Place(path, Span(at, at)), text),))


def expected_as(study: Study, expectation: Expectation, finding: Finding) -> Finding:
    """Mark a finding as expected, with what the policy says of it in place of the advice."""
    question = next((item for item in study.policy.questions if item.name == expectation.reading), None)
    asked = f"{question.name}: {question.text}" if question else expectation.reading
    parts = [asked, f"({expectation.because})" if asked and expectation.because else expectation.because]
    said = " ".join(part for part in (finding.note, *parts) if part)
    return replace(finding, expected=True, note=said, help="", repairs=())
