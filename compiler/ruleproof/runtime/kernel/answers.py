"""What a judged claim line says: answers, requirements, and all of them together."""

from __future__ import annotations

from ruleproof.runtime.kernel.consequences import Consequence, consequence_of, consequence_of_claim
from ruleproof.runtime.kernel.values import Fixed, JudgedParts, keep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ruleproof.runtime.kernel.graphs import Decision, RequirementTable
    from ruleproof.runtime.kernel.program import Program

# ---------------------------------------------------------------- answers


class PolicyVersion(Fixed):
    """Which text gave an answer."""

    __slots__ = ("compiler", "label", "name", "revision", "sha256", "unsound")
    name: str
    label: str
    revision: str
    sha256: str
    compiler: str
    unsound: tuple[str, ...]
    """What stands against the policy, such as `gap`, where it was built all the same; empty where nothing does."""

    def __init__(
        self, name: str, label: str, revision: str, sha256: str, compiler: str, unsound: tuple[str, ...] = ()
    ) -> None:
        keep(self, "name", name)
        keep(self, "label", label)
        keep(self, "revision", revision)
        keep(self, "sha256", sha256)
        keep(self, "compiler", compiler)
        keep(self, "unsound", unsound)

    def __repr__(self) -> str:
        return f"PolicyVersion({self.name!r}, {self.revision!r}, sha256={self.sha256!r})"

    def as_dict(self) -> dict[str, object]:
        texts = {name: getattr(self, name) for name in ("name", "label", "revision", "sha256", "compiler")}
        return {**texts, "unsound": list(self.unsound)}


class Question(Fixed):
    """A question of interpretation: `decided`, answered `provisionally`, or `open`."""

    __slots__ = ("decided", "name", "state", "text")
    name: str
    state: str
    text: str
    decided: str
    """What was decided, or the rule that answers until then."""

    def __init__(self, name: str, state: str, text: str, decided: str) -> None:
        keep(self, "name", name)
        keep(self, "state", state)
        keep(self, "text", text)
        keep(self, "decided", decided)

    def __repr__(self) -> str:
        return f"Question({self.name!r}, {self.state!r})"

    def as_dict(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("name", "state", "text", "decided")}


class Rule:
    """What an answer by this rule rests on, by name; `because` and `action` are those of a region left open."""

    __slots__ = ("action", "because", "citations", "questions", "reviewer")

    def __init__(
        self,
        citations: tuple[str, ...] = (),
        questions: tuple[str, ...] = (),
        reviewer: tuple[str, ...] = (),
        because: str = "",
        action: str = "",
    ) -> None:
        self.citations = citations
        self.questions = questions
        self.reviewer = reviewer
        self.because = because
        self.action = action


class Answer(Fixed):
    """What a decision answers.

    `kind` is `outcome`, `nothing`, `left open`, `out of scope`, `cannot answer` or `not known yet`.
    """

    __slots__ = (
        "_decision", "barred", "force", "further", "kind", "needed", "outcomes", "possible", "presumed", "reason",
        "rules",
    )  # fmt: skip
    kind: str
    force: str
    """`report`, `may report`, `may also report`, `consider`; `several` where a decision collects outcomes of many."""
    outcomes: tuple[str, ...]
    further: tuple[str, ...]
    """Codes that may also be reported, each on a further line."""
    barred: tuple[str, ...]
    """Codes that must not be reported."""
    reason: str
    """Why there is no answer."""
    rules: tuple[str, ...]
    """The rules that give the answer, in the order written."""
    presumed: tuple[str, ...]
    """The inputs whose presumed value the answer rests on."""
    needed: tuple[str, ...]
    """Where it is not known yet: the unknown inputs that it hangs on, the first to ask first."""
    possible: tuple[Answer, ...]
    """Where it is not known yet: the different answers still possible."""

    def __init__(
        self,
        decision: Decision,
        kind: str,
        force: str = "",
        outcomes: tuple[str, ...] = (),
        further: tuple[str, ...] = (),
        barred: tuple[str, ...] = (),
        reason: str = "",
        rules: tuple[str, ...] = (),
        presumed: tuple[str, ...] = (),
        needed: tuple[str, ...] = (),
        possible: tuple[Answer, ...] = (),
    ) -> None:
        keep(self, "_decision", decision)
        keep(self, "kind", kind)
        keep(self, "force", force)
        keep(self, "outcomes", outcomes)
        keep(self, "further", further)
        keep(self, "barred", barred)
        keep(self, "reason", reason)
        keep(self, "rules", rules)
        keep(self, "presumed", presumed)
        keep(self, "needed", needed)
        keep(self, "possible", possible)

    _decision: Decision

    @property
    def outcome(self) -> str | None:
        """The one outcome; `None` where there is none, or more than one."""
        return self.outcomes[0] if len(self.outcomes) == 1 else None

    @property
    def said(self) -> tuple[object, ...]:
        """What a person is told, without the rules behind it."""
        return (self.kind, self.force, self.outcomes, self.further, self.barred, self.reason)

    @property
    def citations(self) -> tuple[str, ...]:
        """The places of the sources that the rules cite."""
        return tuple(dict.fromkeys(text for rule in self._rules() for text in rule.citations))

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions of interpretation that the answer rests on."""
        names = dict.fromkeys(name for rule in self._rules() for name in rule.questions)
        return tuple(self._decision.questions[name] for name in names)

    @property
    def reviewer(self) -> tuple[str, ...]:
        """The inputs decided by a reviewer that the answer rests on."""
        scope = self._decision.reviewer if self.kind not in ("cannot answer", "not known yet") else ()
        return tuple(dict.fromkeys([*scope, *(name for rule in self._rules() for name in rule.reviewer)]))

    @property
    def because(self) -> str:
        """Why the policy leaves the case open."""
        return "; ".join(rule.because for rule in self._rules() if rule.because)

    @property
    def action(self) -> str:
        """What to do with a case left open, such as `pend`; empty where nothing is said."""
        return next((rule.action for rule in self._rules() if rule.action), "")

    def _rules(self) -> list[Rule]:
        return [self._decision.rules[name] for name in self.rules]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return (self._decision.name, self.said, self.rules, self.presumed, self.needed, self.possible)

    def __str__(self) -> str:
        said = f"{self.force} {', '.join(self.outcomes)}" if self.kind == "outcome" else self.kind
        if self.reason:
            said += f" ({self.reason})"
        if self.needed:
            said += f": it hangs on {', '.join(self.needed)}"
        return said + (f" by {', '.join(self.rules)}" if self.rules else "")

    def __repr__(self) -> str:
        return f"<Answer {self._decision.name}: {self}>"

    def as_dict(self) -> dict[str, object]:
        """Give the answer as JSON can hold it."""
        return {
            "kind": self.kind, "force": self.force, "outcome": self.outcome, "outcomes": list(self.outcomes),
            "further": list(self.further), "barred": list(self.barred), "reason": self.reason,
            "rules": list(self.rules), "citations": list(self.citations),
            "questions": [question.as_dict() for question in self.questions],
            "reviewer": list(self.reviewer), "presumed": list(self.presumed),
            "because": self.because, "action": self.action, "needed": list(self.needed),
            "possible": [answer.as_dict() for answer in self.possible],
        }  # fmt: skip


class Requirement(Fixed):
    """What the claim must carry, and whether it does: `met`, `failed`, `not applicable` or `not checked`."""

    __slots__ = ("_table", "needed", "presumed", "state")
    state: str
    presumed: tuple[str, ...]
    needed: tuple[str, ...]
    """Where it is not checked: the unknown inputs that it hangs on; empty where the text is not here."""
    _table: RequirementTable

    def __init__(
        self, table: RequirementTable, state: str, presumed: tuple[str, ...] = (), needed: tuple[str, ...] = ()
    ) -> None:
        keep(self, "_table", table)
        keep(self, "state", state)
        keep(self, "presumed", presumed)
        keep(self, "needed", needed)

    @property
    def name(self) -> str:
        return self._table.name

    @property
    def label(self) -> str:
        return self._table.label

    @property
    def action(self) -> str:
        """What follows where it is failed, such as `deny` or `pend`; empty where the source states nothing."""
        return self._table.action

    @property
    def reason_codes(self) -> str:
        return self._table.reason_codes

    @property
    def text(self) -> str:
        """What the claim is told where it is failed."""
        return self._table.text

    @property
    def limit(self) -> str:
        """Of a limit: what in the history it asks about; empty for any other requirement."""
        return self._table.limit

    @property
    def citations(self) -> tuple[str, ...]:
        return self._table.rule.citations

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(self._table.questions[name] for name in self._table.rule.questions)

    @property
    def reviewer(self) -> tuple[str, ...]:
        return self._table.rule.reviewer

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Requirement) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return (self.name, self.state, self.presumed, self.needed)

    def __repr__(self) -> str:
        consequence = f", {self.action or 'consequence not stated'}" if self.state == "failed" else ""
        return f"<Requirement {self.name}: {self.state}{consequence}>"

    def as_dict(self) -> dict[str, object]:
        """Give the requirement as JSON can hold it."""
        return {
            "name": self.name, "label": self.label, "limit": self.limit, "state": self.state, "action": self.action,
            "reason_codes": self.reason_codes, "text": self.text, "citations": list(self.citations),
            "questions": [question.as_dict() for question in self.questions],
            "reviewer": list(self.reviewer), "presumed": list(self.presumed), "needed": list(self.needed),
        }  # fmt: skip


class Judged(JudgedParts, Fixed):
    """All that a policy says of one claim line; `judged["name"]` is the answer of a decision."""

    __slots__ = ()
    _program: Program
    _answers: tuple[Answer, ...]
    _requirements: tuple[Requirement, ...]

    def __init__(
        self, program: Program, answers: tuple[Answer, ...], requirements: tuple[Requirement, ...] = ()
    ) -> None:
        keep(self, "_program", program)
        keep(self, "_answers", answers)
        keep(self, "_requirements", requirements)

    @property
    def policy(self) -> PolicyVersion:
        """Which text gave the answers."""
        return self._program.policy

    @property
    def answers(self) -> dict[str, Answer]:
        """The answer of each decision, by its name."""
        return {table.name: answer for table, answer in zip(self._program.decisions, self._answers, strict=True)}

    @property
    def requirements(self) -> dict[str, Requirement]:
        """The state of each requirement, by its name."""
        return {requirement.name: requirement for requirement in self._requirements}

    @property
    def findings(self) -> tuple[Requirement, ...]:
        """Every requirement that is failed, with its consequence."""
        return tuple(requirement for requirement in self._requirements if requirement.state == "failed")

    @property
    def consequence(self) -> Consequence | None:
        """What follows from everything that is failed: the consequence that comes first; nothing where none is failed."""
        return consequence_of((failed.action, failed.name) for failed in self.findings)

    def __getitem__(self, decision: str) -> Answer:
        return self.answers[decision]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Judged) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return (self.policy.name, self.policy.sha256, self._answers, self._requirements)

    def __repr__(self) -> str:
        said = ", ".join(f"{name}: {answer}" for name, answer in self.answers.items())
        return f"<{self.policy.name}: {said}; {len(self.findings)} findings>"

    def as_dict(self) -> dict[str, object]:
        """Give everything as JSON can hold it."""
        return {
            "policy": self.policy.as_dict(),
            "decisions": {name: answer.as_dict() for name, answer in self.answers.items()},
            "requirements": {name: item.as_dict() for name, item in self.requirements.items()},
            "findings": [requirement.name for requirement in self.findings],
            "consequence": None if self.consequence is None else self.consequence.as_dict(),
        }


class JudgedClaim(Fixed):
    """What a policy says of each line of a claim."""

    __slots__ = ("lines",)
    lines: tuple[Judged, ...]

    def __init__(self, lines: tuple[Judged, ...]) -> None:
        keep(self, "lines", lines)

    @property
    def findings(self) -> tuple[tuple[int, Requirement], ...]:
        """Every requirement that a line fails, with the number of the line, counted from 1."""
        return tuple((number, failed) for number, line in enumerate(self.lines, 1) for failed in line.findings)

    @property
    def consequence(self) -> Consequence | None:
        """What follows for the claim: a line that is turned away takes the whole claim along, any other stands alone."""
        return consequence_of_claim([line.consequence for line in self.lines])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JudgedClaim) and self.lines == other.lines

    def __hash__(self) -> int:
        return hash(self.lines)

    def __repr__(self) -> str:
        return f"<{len(self.lines)} lines: {list(self.lines)!r}>"

    def as_dict(self) -> dict[str, object]:
        """Give everything as JSON can hold it."""
        told = None if self.consequence is None else self.consequence.as_dict()
        return {"lines": [line.as_dict() for line in self.lines], "consequence": told}
