"""Examples that are missing, as policy text: for each rule, override, answer, requirement and boundary not tried yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from ruleproof.checks.example_fails import presumed
from ruleproof.cli.coverage import Coverage, answer_words, override_words
from ruleproof.cli.formats.values import value_in_words
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model import meaning
from ruleproof.model.meaning import Answer
from ruleproof.model.nodes import (
    SERVICE_DATE,
    CodePattern,
    DaysBetween,
    Decision,
    HistoryTest,
    Input,
    Requirement,
)
from ruleproof.prover.expressions import Expression, InCells, negation
from ruleproof.prover.regions import written_name
from ruleproof.prover.study import Holding, Landscape, shared
from ruleproof.prover.witnesses import witness_of
from ruleproof.runtime.generate.targets import boundaries

_PLAIN = re.compile(r"[^\W\d]\w*|(?:CPT|HCPCS|PLA|ICD|ICDPCS|REV|POS|MOD|CARC|RARC) [A-Z0-9][A-Z0-9.]{0,14}")
Facts = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Proposal:
    """An example to be: `expect` is its last line, without the word."""

    name: str
    label: str
    facts: Facts
    expect: str


def proposals(compiled: Compiled, measured: Iterable[Coverage]) -> list[str]:
    """Give the text of an example for everything that is not tried and can be."""
    missing = {item.kind: set(item.missing) for item in measured}
    taken = {example.name for example in compiled.policy.examples}
    found: dict[str, Proposal] = {}
    for proposal in _Proposer(compiled, missing).run():
        found.setdefault(f"{sorted(proposal.facts.items(), key=str)} {proposal.expect}", proposal)
    texts = []
    for proposal in found.values():
        name = _free(proposal.name, taken)
        taken.add(name)
        texts.append(_text(compiled, name, proposal))
    return texts


class _Proposer:
    """Looks for cases that try what is missing, and leaves out the facts that do not matter."""

    def __init__(self, compiled: Compiled, missing: Mapping[str, set[str]]) -> None:
        self.compiled, self.study, self.missing = compiled, compiled.study, missing
        self.landscapes = compiled.study.landscapes

    def run(self) -> Iterator[Proposal]:
        for landscape in self.landscapes:
            yield from self.rules(landscape)
            yield from self.overrides(landscape)
        for landscape in self.landscapes:
            yield from self.answers(landscape)
        for requirement in self.compiled.policy.requirements:
            yield from self.states(requirement)
        yield from self.boundaries()

    def rules(self, landscape: Landscape) -> Iterator[Proposal]:
        for rule in landscape.decision.rules:
            if rule.name in self.missing["rules"]:
                won = [key for key, answer in landscape.answers.items() if rule.name in answer.rules]
                yield from self.first(landscape, won, f"try_{rule.name}", f"{rule.name} answers")

    def overrides(self, landscape: Landscape) -> Iterator[Proposal]:
        for rule in landscape.decision.rules:
            for beaten in (item for item in rule.overrides if not item.by_source):
                words = override_words((rule.name, beaten.rule))
                if words in self.missing["overrides"]:
                    both = frozenset((rule.name, beaten.rule))
                    keys = [key for key in landscape.boxes if both <= key]
                    yield from self.first(landscape, keys, f"try_{rule.name}_{beaten.rule}", words, both)

    def answers(self, landscape: Landscape) -> Iterator[Proposal]:
        decision = landscape.decision
        for key, answer in landscape.answers.items():
            untried = self.missing["answers"].intersection(answer_words(decision, answer))
            for word in sorted(untried)[:1]:
                yield from self.first(landscape, [key], f"try_{word}", word)
                self.missing["answers"].difference_update(untried)
        if f"{decision.name} {meaning.OUT_OF_SCOPE}" in self.missing["answers"]:
            box = self.study.example_of(self.has_text(), negation(self.study.compiler(decision.scope)))
            if box is not None:
                facts = self.shortest(self.compiled.space.sample(box), partial(self.settled, landscape))
                label = f"{decision.name} {meaning.OUT_OF_SCOPE}"
                yield Proposal(f"try_{label}", label, facts, f"{written_name(decision.name)} is {meaning.OUT_OF_SCOPE}")

    def states(self, requirement: Requirement) -> Iterator[Proposal]:
        when, that = self.study.compiler(requirement.when), self.study.compiler(requirement.that)
        for state, wanted in ((meaning.MET, that), (meaning.FAILED, negation(that))):
            label = f"{requirement.name} {state}"
            box = self.study.example_of(self.has_text(), when, wanted)
            if label in self.missing["requirements"] and box is not None:
                facts = self.shortest(self.compiled.space.sample(box), partial(self.state_of, requirement))
                yield Proposal(f"try_{label}", label, facts, f"{written_name(requirement.name)} is {state}")

    def boundaries(self) -> Iterator[Proposal]:
        for name, value in boundaries(self.compiled):
            label = f"{name} {value_in_words(value)}"
            if label in self.missing["boundaries"]:
                written = f"try_{name}_{value_in_words(value)}"
                made = (self.at(landscape, name, value, written, label) for landscape in self.landscapes)
                first = next((proposal for proposal in made if proposal is not None), None)
                yield from [first] if first else self.required_at(name, value, written, label)

    def required_at(self, name: str, value: Value, written: str, label: str) -> Iterator[Proposal]:
        """Find a case with this value of an input that a requirement looks at."""
        for requirement in self.compiled.policy.requirements:
            when, that = self.study.compiler(requirement.when), self.study.compiler(requirement.that)
            here = InCells(*self.cells_at(name, value))
            if name in self.study.inputs_of(when, that) and (box := self.study.example_of(self.has_text(), when, here)):
                case = self.compiled.space.sample(box) | {name: value}
                facts = self.shortest(case, partial(self.state_of, requirement), name)
                for state in self.study.states(requirement, presumed(self.study, facts)):
                    yield Proposal(written, label, facts, f"{written_name(requirement.name)} is {state}")
                return

    def cells_at(self, name: str, value: Value) -> tuple[int, int]:
        """Give the dimension of a number or date, and the mask of the cell that a value lies in."""
        place = self.compiled.space.places[name][0]
        cells = self.compiled.space.dimensions[place].cells
        return place, sum(1 << number for number, cell in enumerate(cells) if cell.holds(value))

    def at(self, landscape: Landscape, name: str, value: Value, written: str, label: str) -> Proposal | None:
        """Find a case with this value of an input that gets an answer."""
        place, mask = self.cells_at(name, value)
        for key, boxes in landscape.boxes.items():
            for box in boxes if name in landscape.inputs and _is_sayable(landscape, key) else ():
                if box[place] & mask:
                    case = self.compiled.space.sample((*box[:place], box[place] & mask, *box[place + 1 :]))
                    return self.proposal(landscape, case | {name: value}, written, label, fixed=name)
        return None

    # ------------------------------------------------------------ shared steps

    def first(
        self, landscape: Landscape, keys: Iterable[Holding], name: str, label: str, keep: Holding = frozenset()
    ) -> Iterator[Proposal]:
        """Propose the first case among these sets of rules whose answer an example can state."""
        key = next((key for key in keys if _is_sayable(landscape, key)), None)
        if key is not None:
            yield self.proposal(landscape, self.compiled.space.sample(landscape.boxes[key][0]), name, label, keep=keep)

    def proposal(
        self, landscape: Landscape, case: Facts, name: str, label: str, *, keep: Holding = frozenset(), fixed: str = ""
    ) -> Proposal:
        relevant = {name: value for name, value in case.items() if name in landscape.inputs}
        facts = self.shortest(relevant, partial(self.settled, landscape, keep=keep), fixed)
        (answer,) = self.study.answers(landscape.decision, presumed(self.study, facts))
        return Proposal(name, label, facts, _expected(landscape.decision, answer))

    def shortest(self, facts: Facts, settle: Callable[[Facts], object], fixed: str = "") -> Facts:
        """Leave out every fact, but for the fixed one, without which the same is settled."""
        wanted = settle(facts)
        for name in list(facts):
            fewer = {other: value for other, value in facts.items() if other != name}
            if name != fixed and settle(fewer) == wanted:
                facts = fewer
        return facts

    def settled(self, landscape: Landscape, facts: Facts, keep: Holding = frozenset()) -> object:
        """Give the one answer to some facts, and whether the rules to keep hold for certain."""
        box = presumed(self.study, facts)
        answers = self.study.answers(landscape.decision, box)
        held = [key for key, own in landscape.boxes.items() if shared(own, box)]
        return len(answers) == 1 and (answers[0].said, answers[0].rules, all(keep <= key for key in held))

    def state_of(self, requirement: Requirement, facts: Facts) -> object:
        return self.study.states(requirement, presumed(self.study, facts))

    def has_text(self) -> Expression:
        return negation(self.study.compiler(self.compiled.policy.no_text))


def _is_sayable(landscape: Landscape, key: Holding) -> bool:
    """Tell whether an example can state the answer where these rules hold, and would want to."""
    answer = landscape.answers[key]
    if answer.kind == meaning.NOTHING:
        return landscape.decision.collects and not answer.barred
    return answer.kind in (meaning.OUTCOME, meaning.OPEN) and answer.force != "several"


# ---------------------------------------------------------------- as text


def _text(compiled: Compiled, name: str, proposal: Proposal) -> str:
    told, earlier = _told(compiled, proposal.facts)
    given = _given(compiled, told)
    lines = [f"example {written_name(name)} {_quoted(proposal.label)}"]
    lines += [f"  given {given}"] if given else []
    lines += earlier
    return "\n".join([*lines, f"  expect {proposal.expect}"])


def _given(compiled: Compiled, facts: Facts) -> str:
    return ", ".join(_fact(compiled.policy.input(fact), value) for fact, value in facts.items())


def _told(compiled: Compiled, facts: Facts) -> tuple[Facts, list[str]]:
    """Give facts as an example can: dates for what is worked out from them, and lines about what came before."""
    derived = {item.name: item.derived for item in compiled.policy.derived if item.name in facts}
    box = compiled.study.example_of(within=compiled.study.box_of(facts)) if derived else None
    if box is None:
        return facts, []
    witness = witness_of(compiled.study, box)
    dates = {name for item in derived.values() if isinstance(item, DaysBetween) for name in (item.first, item.second)}
    dates |= {SERVICE_DATE} if witness.history else set()
    told = {name: value for name, value in facts.items() if name not in derived}
    told |= {name: witness.line[name] for name in sorted(dates) if name in witness.line}
    earlier = [_earlier(compiled, service, witness.line) for service in witness.history]
    asked = any(isinstance(item, HistoryTest) for item in derived.values())
    return told, earlier or (["  no earlier services"] if asked else [])


def _earlier(compiled: Compiled, service: Facts, line: Facts) -> str:
    """Give an earlier service as an example writes it: its keys only where they are not the line's."""
    facts = {item.name: service[item.name] for item in compiled.policy.asked if item.name in service}
    day = facts.pop(SERVICE_DATE, None)
    keys = [key.field for key in compiled.policy.keys if service.get(key.field) != line.get(key.field)]
    parts = [_given(compiled, facts)] if facts else []
    parts += [f"{field} is {_quoted(str(service[field]))}" for field in keys]
    parts += [f"paid is {value_in_words(service['paid'])}"] if "paid" in service else []
    return f"  earlier{f' on {value_in_words(day)}' if day else ''} with {', '.join(parts) or 'paid is unknown'}"


def _expected(decision: Decision, answer: Answer) -> str:
    by = f" by {', '.join(map(written_name, answer.rules))}" if answer.rules else ""
    said = answer.kind
    if answer.kind == meaning.OUTCOME:
        outcomes = ", ".join(map(_written, answer.outcomes))
        said = outcomes if answer.force == "report" and not decision.codes else f"{answer.force} {outcomes}"
    return f"{written_name(decision.name)} is {said}{by}"


def _fact(item: Input, value: Value) -> str:
    name = written_name(item.name)
    if isinstance(value, tuple):
        return f"{name} are {' and '.join(map(_written, value))}"
    if isinstance(value, str):
        return f"{name} is {_quoted(value) if isinstance(item.domain, CodePattern) else _written(value)}"
    return f"{name} is {value_in_words(value)}"


def _written(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else _quoted(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _free(name: str, taken: set[str]) -> str:
    plain = re.sub(r"\W+", "_", name)
    if plain not in taken:
        return plain
    return next(other for number in range(2, 100_000) if (other := f"{plain}_{number}") not in taken)
