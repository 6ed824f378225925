"""What a loaded policy can say beyond its answers: why, why not, what is possible, what to ask, what if, and records."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.runtime.explain.explainer import Explainer
from ruleproof.runtime.explain.explanation import Explanation
from ruleproof.runtime.explain.faults import NoSuchInputError, check_names, refined, without_hidden
from ruleproof.runtime.explain.interview import Interview, interview_of, resumed
from ruleproof.runtime.explain.possible import Possible, possible_of
from ruleproof.runtime.explain.record import ALWAYS_REDACTED, Replayed, record_of, replay
from ruleproof.runtime.explain.what_if import Comparison, Range
from ruleproof.runtime.explain.why_not import USUAL_LIMIT, NoSuchAnswerError, WhyNot
from ruleproof.runtime.kernel.answers import Judged, JudgedClaim
from ruleproof.runtime.kernel.program import Program
from ruleproof.runtime.kernel.values import UNKNOWN, InputError, day_of

Posted = datetime.date | str | None


class Explaining:
    """The part of a loaded policy that explains its answers.

    Everywhere, `redact` names fields whose values are not shown; those that name a member never are.
    """

    compiled: Compiled
    _program: Program

    def decide(self, line: Mapping[str, object], history: object = None, as_posted_on: Posted = None) -> Judged:
        """Judge one claim line."""
        raise NotImplementedError

    def decide_claim(
        self, claim: Mapping[str, object], history: object = None, as_posted_on: Posted = None
    ) -> JudgedClaim:
        """Judge each line of a claim."""
        raise NotImplementedError

    # -------------------------------------------------------------- why

    def explain(
        self,
        line: Mapping[str, object],
        history: object = None,
        as_posted_on: Posted = None,
        *,
        unfold: bool = False,
        redact: Iterable[str] = (),
    ) -> Explanation:
        """Judge one claim line, and say why; `unfold` opens the definitions that the rules use.

        The words are worked out when they are read, from the text as it had been posted by `as_posted_on`.
        """
        hidden = ALWAYS_REDACTED.union(redact)
        judged = self._judged(line, history, as_posted_on, hidden)
        posted = day_of(as_posted_on)
        return Explanation(
            judged,
            lambda: self.explainer(posted, hidden),
            lambda: self._facts(line, history, posted),
            as_posted_on=posted,
            unfold=unfold,
        )

    def explain_claim(
        self,
        claim: Mapping[str, object],
        history: object = None,
        as_posted_on: Posted = None,
        *,
        unfold: bool = False,
        redact: Iterable[str] = (),
    ) -> tuple[Explanation, ...]:
        """Explain each of the `lines` of a claim, which see each other."""
        hidden = ALWAYS_REDACTED.union(redact)
        try:
            return self._program.each_line(
                claim,
                lambda line, past: self.explain(line, past, as_posted_on, unfold=unfold, redact=hidden),
                history,
                as_posted_on,
            )
        except InputError as error:
            raise without_hidden(error, hidden, claim, history) from None

    def explainer(
        self, as_posted_on: datetime.date | None = None, hidden: frozenset[str] = ALWAYS_REDACTED
    ) -> Explainer:
        """Give what explains the policy as it had been posted by a day."""
        compiled = self.compiled.as_posted(as_posted_on)
        if compiled is not self.compiled:
            compiled = self._epochs.setdefault(id(compiled.study), compiled)
        key = (id(compiled), hidden)
        if key not in self._explainers:
            self._explainers[key] = Explainer(compiled, hidden)
        return self._explainers[key]

    @cached_property
    def _epochs(self) -> dict[int, Compiled]:
        return {}

    @cached_property
    def _explainers(self) -> dict[tuple[int, frozenset[str]], Explainer]:
        return {}

    def _judged(self, line: Mapping[str, object], history: object, posted: Posted, hidden: frozenset[str]) -> Judged:
        """Judge a line; facts that cannot happen together are refused by their smallest part, hidden values not shown."""
        try:
            return self.decide(line, history, posted)
        except InputError as error:
            if error.cannot_happen:
                error = refined(error, self._program, line, self._program.past(history), day_of(posted))
            raise without_hidden(error, hidden, line, history) from None

    def _facts(self, line: Mapping[str, object], history: object, posted: datetime.date | None) -> dict[str, Value]:
        """Give the facts of a line in their own types, and those worked out; what is unknown is left out."""
        program = self._program
        worked_out = program._worked_out(program.read(line), program.past(history), posted)
        names = (*program.names, *(item.name for item in program.derived))
        known = self.compiled.space.inputs
        return {
            name: value for name, value in zip(names, worked_out, strict=True) if value is not UNKNOWN and name in known
        }

    # -------------------------------------------------------------- why not, and what is possible

    def why_not(
        self,
        line: Mapping[str, object],
        decision: str,
        wanted: str,
        *,
        fixed: Iterable[str] = (),
        costs: Mapping[str, int] | None = None,
        limit: int = USUAL_LIMIT,
        history: object = None,
        as_posted_on: Posted = None,
        redact: Iterable[str] = (),
    ) -> WhyNot:
        """Say which smallest changes of the line lead to an answer of a decision, or to a state of a requirement.

        `wanted` is an outcome, with or without its force, a kind of answer such as `left open`, or a state such as `met`.
        The inputs in `fixed` stay as they are; `costs` gives some more than 1.  Raises `NoSuchAnswerError` for what is no
        answer, and `NoSuchInputError` for a name that is no input.
        """
        hidden = ALWAYS_REDACTED.union(redact)
        self._judged(line, history, as_posted_on, hidden)
        explainer, facts = self._known(line, history, as_posted_on, hidden)
        known = explainer.compiled.space.inputs
        kept, paid = frozenset(fixed), dict(costs or {})
        check_names(kept, known, "what is fixed")
        check_names(paid, known, "what costs more")
        for name, cost in paid.items():
            if type(cost) is not int or not 1 <= cost <= MOST_COST:
                raise NoSuchInputError(
                    f"what costs more: `{name}` can cost a whole number from 1 to {MOST_COST}, not {cost}"
                )
        return explainer.why_nots.of(decision, wanted, facts, fixed=kept, costs=paid, limit=limit)

    def possible(
        self,
        line: Mapping[str, object],
        subject: str,
        history: object = None,
        as_posted_on: Posted = None,
        *,
        redact: Iterable[str] = (),
    ) -> Possible:
        """Say which answers of a decision, or states of a requirement, can still come out, and what that hangs on."""
        hidden = ALWAYS_REDACTED.union(redact)
        self._judged(line, history, as_posted_on, hidden)
        explainer, facts = self._known(line, history, as_posted_on, hidden)
        if subject not in explainer.compiled.exact_graphs:
            raise NoSuchAnswerError(f"`{subject}` is no decision and no requirement of the policy")
        return possible_of(explainer.compiled, explainer.english, subject, facts)

    def _known(
        self, line: Mapping[str, object], history: object, posted: Posted, hidden: frozenset[str]
    ) -> tuple[Explainer, dict[str, Value]]:
        day = day_of(posted)
        return self.explainer(day, hidden), self._facts(line, history, day)

    # -------------------------------------------------------------- interviews

    def interview(self, facts: Mapping[str, object] | None = None, decisions: Sequence[str] = ()) -> Interview:
        """Begin an interview about some decisions, or all; `facts` are known already."""
        unknown = [name for name in decisions if name not in {item.name for item in self.compiled.decisions}]
        if unknown:
            raise NoSuchAnswerError(f"`{unknown[0]}` is no decision of the policy")
        self._judged(facts or {}, None, None, ALWAYS_REDACTED)
        told = self._facts(facts or {}, None, None)
        return interview_of(self.compiled, told, decisions, self._work_out)

    def resume(self, state: object) -> Interview:
        """Take up an interview from its `state`; raises `StateError` where that is not of this text of the policy."""
        return resumed(self.compiled, state, self._read_all, self._work_out)

    def read_fact(self, name: str, value: object) -> Value:
        """Check one value of an input, and give it in its own type."""
        return self._read_all({name: value})[name]

    @property
    def program(self) -> Program:
        """The tables that answer."""
        return self._program

    def _read_all(self, facts: Mapping[str, object]) -> dict[str, Value]:
        """Check facts, those that are worked out included, and give each in its own type."""
        program = self._program
        derived = {item.name: item.input for item in program.derived}
        told = self._facts({name: value for name, value in facts.items() if name not in derived}, None, None)
        return told | {name: derived[name].read(value) for name, value in facts.items() if name in derived}

    def _work_out(self, facts: Mapping[str, Value]) -> Mapping[str, Value]:
        """Add what follows from facts to them; what was told stays."""
        asked = set(self._program.names)
        return {**self._facts({name: value for name, value in facts.items() if name in asked}, None, None), **facts}

    # -------------------------------------------------------------- what if

    def compare(
        self,
        before: Mapping[str, object],
        after: Mapping[str, object],
        as_posted_on: Posted = None,
        *,
        redact: Iterable[str] = (),
    ) -> Comparison:
        """Compare two claim lines: what differs, what each decision answers, and which differences bring that about."""
        hidden = ALWAYS_REDACTED.union(redact)
        for line in (before, after):
            self._judged(line, None, as_posted_on, hidden)
        explainer, first = self._known(before, None, as_posted_on, hidden)
        return explainer.what_if.compare(first, self._known(after, None, as_posted_on, hidden)[1])

    def ranges(
        self,
        line: Mapping[str, object],
        name: str,
        history: object = None,
        as_posted_on: Posted = None,
        *,
        redact: Iterable[str] = (),
    ) -> dict[str, tuple[Range, ...]]:
        """Say for each decision over which values of an input which answer comes out, everything else as in the line."""
        check_names(frozenset({name}), self.compiled.space.inputs, "the ranges of an input")
        hidden = ALWAYS_REDACTED.union(redact)
        self._judged(line, history, as_posted_on, hidden)
        explainer, facts = self._known(line, history, as_posted_on, hidden)
        return {item.name: explainer.what_if.ranges(item.name, name, facts) for item in explainer.compiled.decisions}

    # -------------------------------------------------------------- records

    def record(
        self,
        claim: Mapping[str, object],
        history: object = None,
        as_posted_on: Posted = None,
        *,
        redact: Iterable[str] = (),
        at: datetime.datetime | None = None,
    ) -> dict[str, Any]:
        """Judge a claim line, or a claim with `lines`, and give the record of it, which is one line of JSON.

        `at` is when that was, if the record is to say so.
        """
        try:
            judged = self._decided(claim, history, as_posted_on)
        except InputError as error:
            raise without_hidden(error, ALWAYS_REDACTED.union(redact), claim, history) from None
        return record_of(judged, claim, history=history, as_posted_on=as_posted_on, redact=redact, at=at)

    def replay(self, record: object) -> Replayed:
        """Answer a record again, and say what differs.

        Raises `RecordError` for what is no record, or one of another policy.
        """
        ties = frozenset(self._program._keys)
        return replay(record, self._decided, self._program.policy.as_dict(), ties)

    def _decided(self, claim: Mapping[str, object], history: object, posted: Posted) -> Judged | JudgedClaim:
        decide = self.decide_claim if isinstance(claim.get("lines"), list | tuple) else self.decide
        return decide(claim, history, posted)


MOST_COST = 1_000_000
"""What changing one input can cost at most."""
