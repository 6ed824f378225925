"""Why not another answer: the smallest changes that lead to it, and for each rule that gives it what it lacks.

Exact, from the regions of the decision graph: every minimal set of inputs is found, up to the limit asked for, and where
there is none that is proved, with a smallest part of what is fixed that shuts the answer out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.graph.changes import Change, Search
from ruleproof.graph.remaining import Remaining
from ruleproof.model.meaning import FAILED, MET, NOT_APPLICABLE, NOT_CHECKED, OUTCOME, Answer
from ruleproof.model.nodes import ALSO, CONSIDER, MAY_REPORT, MUST_NOT, REPORT, Decision
from ruleproof.prover.space import Box
from ruleproof.runtime.explain.english import English, in_words, listed
from ruleproof.runtime.explain.paragraphs import (
    beaten_in_words,
    capital,
    in_one_line,
    needs_in_words,
    requirement_title,
)
from ruleproof.runtime.explain.why import Reasons, RuleReason

USUAL_LIMIT = 5
"""How many sets of changes are given where nobody asks for another number."""
MOST_RULES = 3
"""How many rules that give the answer are named in the text, the nearest first; all are in `rules`."""
KINDS = ("nothing", "left open", "out of scope", "cannot answer")
"""Answers without an outcome that can be asked for by name."""
STATES = (MET, FAILED, NOT_APPLICABLE, NOT_CHECKED)


class NoSuchAnswerError(ValueError):
    """What somebody asks for is no answer of the decision, or no state of the requirement."""


@dataclass(frozen=True, slots=True)
class Step:
    """Inputs to change together."""

    inputs: tuple[str, ...]
    cost: int
    ways: tuple[Mapping[str, str], ...]
    """For each way the values that each input may then have, in words: `genes analysed: 2 to 4 genes`."""
    all_ways: bool
    """False where there are more ways than are given."""
    also: tuple[str, ...]
    """What has to be so besides of inputs that are not known yet, for one of the ways; empty where nothing has to."""
    example: Mapping[str, Value]
    """One case that the change leads to, without the inputs that are not shown."""

    def as_dict(self) -> dict[str, object]:
        return {
            "inputs": list(self.inputs),
            "cost": self.cost,
            "ways": [dict(way) for way in self.ways],
            "all_ways": self.all_ways,
            "also": list(self.also),
        }


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What stands between a case and an answer."""

    subject: str
    """The decision, or the requirement."""
    wanted: str
    now: bool
    """True where the case has the answer already."""
    open: bool
    """True where it can still have it, by what is not known."""
    steps: tuple[Step, ...]
    """The minimal sets of changes, the cheapest first; empty where nothing leads there."""
    more: bool
    """True where there are more than were asked for."""
    rules: tuple[RuleReason, ...]
    """The rules that give the answer; the needs whose `state` is false are what they lack."""
    fault: tuple[str, ...]
    """Where nothing leads there: a smallest part of the fixed inputs that shuts it out; empty where no case has it."""
    text: str
    """All that in words."""

    def as_dict(self) -> dict[str, object]:
        return {
            "subject": self.subject,
            "wanted": self.wanted,
            "now": self.now,
            "open": self.open,
            "possible": bool(self.steps) or self.now or self.open,
            "changes": [step.as_dict() for step in self.steps],
            "more": self.more,
            "rules": [rule.as_dict() for rule in self.rules],
            "fault": list(self.fault),
            "text": self.text,
        }

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class WhyNots:
    """Answers the question why not for one policy."""

    compiled: Compiled
    reasons: Reasons
    english: English

    def of(
        self,
        subject: str,
        wanted: str,
        facts: Mapping[str, Value],
        *,
        fixed: frozenset[str] = frozenset(),
        costs: Mapping[str, int] | None = None,
        limit: int = USUAL_LIMIT,
    ) -> WhyNot:
        """Say why the facts do not lead to an answer.

        `wanted` is an outcome of the decision `subject`, with or without its force (`may report CPT 81459`), a kind of
        answer such as `nothing`, or a state of the requirement `subject`.  Raises `NoSuchAnswerError` for anything else.
        """
        accepted = self._accepted(subject, wanted)
        graph = self.compiled.exact_graphs[subject]
        box = self.compiled.study.box_of(facts)
        search = Search(graph, box, accepted, fixed=fixed, costs=costs)
        changes = search.run(limit)
        free = bool(changes.found) and not changes.found[0].inputs
        others = Search(graph, box, lambda answer: not accepted(answer), fixed=frozenset(self.english.space.places))
        now = free and not others.possible
        steps = () if free else tuple(self._step(change, facts, box, others) for change in changes.found)
        decision = next((item for item in self.compiled.decisions if item.name == subject), None)
        rules = () if decision is None or now else self._rules(decision, wanted, facts, box)
        fault = search.fault()
        told = WhyNot(subject, wanted, now, free and not now, steps, changes.more, rules, fault, "")
        text = self._text(told, search.possible, box)
        return WhyNot(subject, wanted, now, told.open, steps, changes.more, rules, fault, text)

    # -------------------------------------------------------------- what is wanted

    def _accepted(self, subject: str, wanted: str) -> _Accepts:
        for decision in self.compiled.decisions:
            if decision.name == subject:
                force, outcome = _parted(wanted, decision)
                if outcome not in decision.outcomes and wanted not in KINDS:
                    known = listed([*decision.outcomes, *KINDS], "or")
                    raise NoSuchAnswerError(f"`{wanted}` is no answer of `{subject}`: it gives {known}")
                return _Accepts(wanted if wanted in KINDS else "", _forces(force, outcome, decision), outcome)
        for requirement in self.compiled.policy.requirements:
            if requirement.name == subject:
                if wanted not in STATES:
                    raise NoSuchAnswerError(f"`{wanted}` is no state of `{subject}`: it is {listed(STATES, 'or')}")
                return _Accepts(wanted, frozenset(), "")
        raise NoSuchAnswerError(f"`{subject}` is no decision and no requirement of the policy")

    # -------------------------------------------------------------- how to get there

    def _step(self, change: Change, facts: Mapping[str, Value], box: Box, others: Search) -> Step:
        said = {tuple(self.english.box(name, box) for name in change.inputs): None for box in change.boxes}
        ways = tuple(dict(zip(change.inputs, words, strict=True)) for words in said)
        inside = self.compiled.study.example_of(within=change.boxes[0]) or change.boxes[0]
        reached = self.english.space.sample(inside)
        example = {
            name: value if name in change.inputs else facts.get(name, value)
            for name, value in reached.items()
            if name not in self.english.hidden
        }
        return Step(change.inputs, change.cost, ways, change.all_boxes, self._also(change, box, others), example)

    def _also(self, change: Change, box: Box, others: Search) -> tuple[str, ...]:
        """Say what is needed of unknown inputs besides a change; nothing where it leads there whatever they are."""
        space, reached = self.english.space, change.boxes[0]
        changed = {place for name in change.inputs for place in space.places[name]}
        after = tuple(reached[place] if place in changed else mask for place, mask in enumerate(box))
        if not Search(others.graph, after, others.wanted, fixed=frozenset(space.places)).possible:
            return ()
        return tuple(
            self.english.box(name, reached)
            for name, places in space.places.items()
            if name not in change.inputs and any(reached[place] & box[place] != box[place] for place in places)
        )

    def _rules(self, decision: Decision, wanted: str, facts: Mapping[str, Value], box: Box) -> tuple[RuleReason, ...]:
        if wanted in KINDS:
            return ()
        force, outcome = _parted(wanted, decision)
        forces = _forces(force, outcome, decision)
        beaten = self.reasons.beaten(decision, box)
        found = []
        for rule in decision.rules:
            if outcome in rule.outcomes and rule.force in forces:
                reason = self.reasons.reason(rule, facts, box)
                found.append(RuleReason(rule, reason.needs, beaten.get(rule.name, ())))
        return tuple(found)

    # -------------------------------------------------------------- words

    def _text(self, found: WhyNot, possible: bool, box: Box) -> str:
        subject, wanted = self._subject(found.subject), in_words(found.wanted)
        if found.now:
            return f"{subject}: {wanted} is the answer already."
        if found.open:
            return f"{subject}: {wanted} is still possible; it hangs on {self._unknown(found.subject, box)}."
        said = []
        if found.steps:
            said.append(f"{subject} would be {wanted} with {self._change(found.steps[0])}.")
            said += [f"Or with {self._change(step)}." for step in found.steps[1:]]
            if found.more:
                said.append("There are more ways.")
        elif not possible and found.fault:
            names = listed([self.english.label(name) for name in found.fault])
            said.append(f"{subject} cannot be {wanted} while {names} {_stay(found.fault)}.")
        else:
            said.append(f"{subject} is {wanted} in no case at all.")
        near = sorted(found.rules, key=lambda reason: sum(need.state is False for need in reason.needs))
        for reason in near[:MOST_RULES]:
            lacking = [need for need in reason.needs if need.state is not True]
            if lacking:
                said.append(f"Rule {reason.title} also needs {needs_in_words(lacking)}.")
            elif reason.overridden_by:
                said.append(f"Rule {reason.title} fits, but gives way to {beaten_in_words(reason)}.")
        return in_one_line(said)

    def _unknown(self, subject: str, box: Box) -> str:
        """Name what is not known yet and matters; of what the policy presumes, say so."""
        presumed = {item.input: item.value for item in self.compiled.policy.presumptions}
        said = []
        for name in Remaining(self.compiled.exact_graphs[subject], box).open_inputs:
            also = f" (presumed: {self.english.value(name, presumed[name])})" if name in presumed else ""
            said.append(f"{self.english.label(name)}{also}")
        return listed(said) or "what is not known yet"

    def _subject(self, name: str) -> str:
        for item in self.compiled.policy.requirements:
            if item.name == name:
                return requirement_title(item)
        return capital(next(item.label for item in self.compiled.decisions if item.name == name))

    def _change(self, step: Step) -> str:
        ways = [listed(list(way.values())) for way in step.ways[:2]]
        more = len(step.ways) - len(ways)
        text = ", or ".join(ways)
        text += f", or {more} other combination{'s' if more > 1 else ''} of these" if more > 0 else ""
        return text + (f", if it turns out, for example, that {listed(step.also)}" if step.also else "")


@dataclass(frozen=True, slots=True)
class _Accepts:
    """Tells whether a leaf is the answer asked for."""

    kind: str
    forces: frozenset[str]
    """The forces with which the outcome may be said."""
    outcome: str

    def __call__(self, answer: Answer | str) -> bool:
        if isinstance(answer, str):
            return answer == self.kind
        if self.kind:
            return answer.kind == self.kind
        return any(self.outcome in _said_with(force, answer) for force in self.forces)


def _said_with(force: str, answer: Answer) -> tuple[str, ...]:
    """Give the outcomes that an answer says with a force, those of further lines and those that are barred included."""
    beside = {ALSO: answer.further, MUST_NOT: answer.barred}.get(force, ())
    if answer.kind != OUTCOME:
        return beside
    if answer.force == "several":
        return tuple(said.removeprefix(f"{force} ") for said in answer.outcomes if said.startswith(f"{force} "))
    return (*answer.outcomes, *beside) if answer.force == force else beside


def _forces(force: str, outcome: str, decision: Decision) -> frozenset[str]:
    """Give the forces that are meant; where none is named, every one but `must not report`, if there is another."""
    if force:
        return frozenset({force})
    given = frozenset(rule.force for rule in decision.rules if outcome in rule.outcomes)
    return given - {MUST_NOT} or given


_FORCES = (ALSO, MUST_NOT, MAY_REPORT, CONSIDER, REPORT)


def _parted(wanted: str, decision: Decision) -> tuple[str, str]:
    """Part what is wanted into a force, empty where none is named, and an outcome."""
    if wanted in decision.outcomes:
        return "", wanted
    for force in _FORCES:
        if wanted.startswith(f"{force} "):
            return force, wanted.removeprefix(f"{force} ")
    return "", wanted


def _stay(names: tuple[str, ...]) -> str:
    return "stays as it is" if len(names) == 1 else "stay as they are"
