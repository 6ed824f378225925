"""Which answers are still possible where only a part of a case is known, each with a case that leads to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.graph.remaining import Remaining, Worth
from ruleproof.runtime.explain.english import English, listed
from ruleproof.runtime.explain.paragraphs import capital, left_after, some_of


@dataclass(frozen=True, slots=True)
class StillPossible:
    """An answer that can still come out."""

    says: str
    """The answer in words."""
    witness: Mapping[str, Value]
    """A full case that agrees with what is known, and leads to the answer."""


@dataclass(frozen=True, slots=True)
class Possible:
    """What can still come out of one decision or requirement; what the policy presumes is not taken for known."""

    subject: str
    answers: tuple[StillPossible, ...]
    matters: tuple[str, ...]
    """The inputs not known yet that the answer still hangs on, in the order declared."""
    idle: tuple[str, ...]
    """The inputs not known yet that cannot change the answer any more."""
    questions: tuple[Worth, ...]
    """What asking each of `matters` is worth, the best question first."""
    text: str

    @property
    def settled(self) -> bool:
        """Tell whether only one answer is left."""
        return len(self.answers) == 1

    def as_dict(self) -> dict[str, object]:
        return {
            "subject": self.subject,
            "settled": self.settled,
            "answers": [{"says": item.says, "witness": _plain(item.witness)} for item in self.answers],
            "matters": list(self.matters),
            "does_not_matter": list(self.idle),
            "questions": [
                {
                    "input": one.input,
                    "at_worst": one.worst,
                    "expected": str(one.expected),
                    "bits": round(one.information, 6),
                }
                for one in self.questions
            ],
            "text": self.text,
        }

    def __str__(self) -> str:
        return self.text


def possible_of(compiled: Compiled, english: English, subject: str, facts: Mapping[str, Value]) -> Possible:
    """Give what can still come out of the decision or requirement `subject`."""
    left = Remaining(compiled.exact_graphs[subject], compiled.study.box_of(facts))
    answers = []
    for answer, box in left.answers.values():
        inside = compiled.study.example_of(within=box) or box
        witness = {**compiled.space.sample(inside), **facts}
        shown = {name: value for name, value in witness.items() if name not in english.hidden}
        answers.append(StillPossible(english.answer(answer), shown))
    matters = left.open_inputs
    idle = tuple(name for name in compiled.space.places if name not in facts and name not in matters)
    found = Possible(subject, tuple(answers), matters, idle, left.worth, "")
    return Possible(subject, found.answers, matters, idle, left.worth, _text(compiled, english, found))


def _text(compiled: Compiled, english: English, found: Possible) -> str:
    labels = {item.name: item.label for item in compiled.decisions}
    labels |= {item.name: item.label for item in compiled.policy.requirements}
    subject = capital(labels[found.subject] or found.subject)
    if not found.answers:
        return f"{subject}: nothing can happen that agrees with these facts."
    if found.settled:
        return f"{subject}: {found.answers[0].says}, whatever is still unknown."
    best = found.questions[0]
    return (
        f"{subject}: still possible are {some_of([item.says for item in found.answers])}. "
        f"It hangs on {listed([english.label(name) for name in found.matters])}. "
        f"Ask first for {english.label(best.input)}: {left_after(best)}."
    )


def _plain(case: Mapping[str, Value]) -> dict[str, object]:
    return {
        name: value
        if isinstance(value, bool | int | str | None)
        else list(value)
        if isinstance(value, tuple)
        else str(value)
        for name, value in case.items()
    }
