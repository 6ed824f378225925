"""An interview: asks the most deciding open input next until the answers are settled; a value for any front end.

Every step gives a new interview, so a front end can keep the old one; `state` is all there is to save.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.graph.remaining import Remaining, Worth
from ruleproof.model.nodes import Input
from ruleproof.prover.space import Box

STATE = "ruleproof interview 1"
"""What the first key of a saved interview says: its kind and version."""

WorkOut = Callable[[Mapping[str, Value]], Mapping[str, Value]]
"""Adds to facts what is worked out from them."""


class StateError(ValueError):
    """A saved interview that cannot be taken up again, with what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What has been said to one question; `told` is false for *don't know*."""

    input: str
    value: Value
    told: bool = True


@dataclass(frozen=True)
class Interview:
    """What is known of a case, and what to ask next."""

    compiled: Compiled
    decisions: tuple[str, ...]
    """The decisions to settle, the first first."""
    facts: Mapping[str, Value]
    """What is known without asking."""
    asked: tuple[Asked, ...] = ()
    work_out: WorkOut | None = None

    # -------------------------------------------------------------- steps

    def answer(self, name: str, value: Value) -> Interview:
        """Give the interview in which an input has a value, one of its domain."""
        return self._with(Asked(name, value))

    def dont_know(self, name: str) -> Interview:
        """Give the interview in which an input stays unknown; it is not asked again.

        Where the policy presumes a value unless another is shown, that value counts.
        """
        return self._with(Asked(name, None, told=False))

    def back(self) -> Interview:
        """Give the interview before the last answer; the first one stays as it is."""
        return replace(self, asked=self.asked[:-1])

    def _with(self, asked: Asked) -> Interview:
        kept = tuple(item for item in self.asked if item.input != asked.input)
        return replace(self, asked=(*kept, asked))

    # -------------------------------------------------------------- what is known

    @cached_property
    def told(self) -> Mapping[str, Value]:
        """All facts, known before and asked; what is presumed is not among them."""
        return {**self.facts, **{item.input: item.value for item in self.asked if item.told}}

    @cached_property
    def known(self) -> Mapping[str, Value]:
        """All facts, with what is presumed of those that nobody knows, and what is worked out."""
        presumed = {item.input: item.value for item in self.compiled.policy.presumptions if item.input in self.unknown}
        told = {**presumed, **self.told}
        return told if self.work_out is None else self.work_out(told)

    @property
    def unknown(self) -> frozenset[str]:
        """The inputs that nobody knows."""
        return frozenset(item.input for item in self.asked if not item.told)

    @cached_property
    def box(self) -> Box:
        return self.compiled.study.box_of(self.known)

    @cached_property
    def remaining(self) -> Mapping[str, Remaining]:
        """For each decision what can still come out."""
        return {name: Remaining(self.compiled.exact_graphs[name], self.box) for name in self.decisions}

    @cached_property
    def open(self) -> tuple[str, ...]:
        """The decisions that are not settled and that a question could still bring on."""
        return tuple(name for name, left in self.remaining.items() if not left.settled and self._candidates(left))

    @property
    def settled(self) -> bool:
        """Tell whether every decision has one answer."""
        return all(left.settled for left in self.remaining.values())

    # -------------------------------------------------------------- what to ask

    @cached_property
    def question(self) -> Worth | None:
        """What to ask next, and what it is worth for the first open decision; `None` where nothing is left to ask.

        It is the question that tells most, among those that bring the graph nearer to its end whatever is answered.
        """
        if not self.open:
            return None
        left = self.remaining[self.open[0]]
        candidates = [worth for worth in left.worth if worth.input not in self.unknown]
        bound = left.depth() - 1
        return next((worth for worth in candidates if self._depth_after(left, worth.input) <= bound), candidates[0])

    @cached_property
    def most_left(self) -> int:
        """No more questions than this are left: the depth of the graphs, or where nobody knows something, the open inputs."""
        open_inputs = {name for item in self.open for name in self._candidates(self.remaining[item])}
        if any(self.unknown & set(self.remaining[name].open_inputs) for name in self.open):
            return len(open_inputs)
        return min(len(open_inputs), sum(self.remaining[name].depth() for name in self.open))

    def input(self, name: str) -> Input:
        return self.compiled.space.inputs[name]

    def _candidates(self, left: Remaining) -> list[str]:
        return [name for name in left.open_inputs if name not in self.unknown]

    def _depth_after(self, left: Remaining, name: str) -> int:
        places = self.compiled.space.places[name]
        if len(places) > 1:
            return 0
        box, place = left.box, places[0]
        return max(left.depth((*box[:place], mask, *box[place + 1 :])) for mask in left.classes(place))

    # -------------------------------------------------------------- saving

    @property
    def state(self) -> dict[str, Any]:
        """All that must be kept to go on another day, as JSON can hold it."""
        return {
            "interview": STATE,
            "policy": self.compiled.policy.name,
            "sha256": self.compiled.source.sha256,
            "decisions": list(self.decisions),
            "facts": {name: _plain(value) for name, value in self.facts.items()},
            "asked": [{"input": item.input, "value": _plain(item.value), "known": item.told} for item in self.asked],
        }


def _plain(value: object) -> object:
    return (
        value if isinstance(value, bool | int | str | None) else list(value) if isinstance(value, tuple) else str(value)
    )


def interview_of(
    compiled: Compiled,
    facts: Mapping[str, Value],
    decisions: Sequence[str] = (),
    work_out: WorkOut | None = None,
) -> Interview:
    """Begin an interview about some decisions, or all of them, where `facts` are known already."""
    chosen = tuple(decisions) or tuple(item.name for item in compiled.decisions)
    return Interview(compiled, chosen, dict(facts), (), work_out)


def resumed(
    compiled: Compiled,
    state: object,
    read: Callable[[Mapping[str, object]], Mapping[str, Value]],
    work_out: WorkOut | None = None,
) -> Interview:
    """Take up a saved interview; `read` checks facts as the policy does.

    Raises `StateError` for what is no saved interview, and for one about another policy or another text of it.
    """
    if not isinstance(state, dict) or state.get("interview") != STATE:
        raise StateError(f'this is no saved interview: an object that begins with {{"interview": "{STATE}"}} is one')
    name, policy = state.get("policy"), compiled.policy.name
    if name != policy:
        raise StateError(f"the interview was about the policy `{name}`, and this one is `{policy}`")
    if state.get("sha256") != compiled.source.sha256:
        was, now = str(state.get("sha256"))[:12], compiled.source.sha256[:12]
        message = f"the interview was about another text of `{policy}` ({was}, now {now}); begin it again with this one"
        raise StateError(message)
    decisions, facts, asked = state.get("decisions"), state.get("facts"), state.get("asked")
    known = {item.name for item in compiled.decisions}
    if (
        not isinstance(decisions, list)
        or not decisions
        or not all(isinstance(item, str) and item in known for item in decisions)
    ):
        raise StateError(f"the `decisions` of the saved interview are to be a list of {', '.join(sorted(known))}")
    if not isinstance(facts, dict) or not isinstance(asked, list) or not all(map(_is_asked, asked)):
        raise StateError("the saved interview has no `facts` or no `asked` as they are saved")
    missing = [item["input"] for item in asked if item["input"] not in compiled.space.inputs]
    if missing:
        raise StateError(f"the policy has no input `{missing[0]}`, which the saved interview says was asked")
    interview = interview_of(compiled, read(facts), decisions, work_out)
    for item in asked:
        if item["known"]:
            interview = interview.answer(item["input"], read({item["input"]: item["value"]})[item["input"]])
        else:
            interview = interview.dont_know(item["input"])
    return interview


def _is_asked(item: object) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("input"), str)
        and isinstance(item.get("known"), bool)
        and "value" in item
    )
