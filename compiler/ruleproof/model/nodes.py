"""The shapes of a policy as meant.  Conditions speak of inputs and values, not yet of cells."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from ruleproof.finding import Value
from ruleproof.source import NOWHERE, Span

# ---------------------------------------------------------------- domains


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes or no."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some named values."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A whole number, both bounds included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class DecimalNumber:
    """An exact decimal, both bounds included; with `places` only that many decimals, else any number between."""

    low: Decimal
    high: Decimal
    places: int | None


@dataclass(frozen=True, slots=True)
class Day:
    """A date, both bounds included; no upper bound where `high` is `None`."""

    low: datetime.date
    high: datetime.date | None


@dataclass(frozen=True, slots=True)
class OneCode:
    """One code of a system, written with its prefix (`CPT 81445`); `pattern` says which texts are codes of it."""

    system: str
    prefix: str
    pattern: str


@dataclass(frozen=True, slots=True)
class SeveralCodes:
    """A set of codes of a system, at least one unless the input may be missing."""

    system: str
    prefix: str
    pattern: str


@dataclass(frozen=True, slots=True)
class CodePattern:
    """A text of fixed shape, such as Z and four letters or digits; `pattern` is a regular expression made from the parts."""

    pattern: str
    words: str
    sample: str
    letters: tuple[str, ...]
    """For each place of the text the letters that can stand there."""


Domain: TypeAlias = YesNo | Choice | WholeNumber | DecimalNumber | Day | OneCode | SeveralCodes | CodePattern


# ---------------------------------------------------------------- conditions


@dataclass(frozen=True, slots=True)
class Always:
    """Holds in every case."""


@dataclass(frozen=True, slots=True)
class IsIn:
    """The value of an input is one of `values`; false where it is missing."""

    input: str
    values: frozenset[Value]
    codes: str = ""
    """The name of the code list that the values come from, if any."""


@dataclass(frozen=True, slots=True)
class Within:
    """The value of a number or date lies between two bounds; `None` is an open end; false where it is missing."""

    input: str
    low: int | Decimal | datetime.date | None
    high: int | Decimal | datetime.date | None
    low_closed: bool = True
    high_closed: bool = True


@dataclass(frozen=True, slots=True)
class SomeIn:
    """Of several codes `any`, `all` or `none` are among `values`; false where none are given."""

    input: str
    quantifier: str
    values: frozenset[str]
    codes: str


@dataclass(frozen=True, slots=True)
class IsMissing:
    """The claim has no value for the input."""

    input: str


@dataclass(frozen=True, slots=True)
class DecisionIs:
    """The one outcome of a decision is among `outcomes`."""

    decision: str
    outcomes: frozenset[str]


@dataclass(frozen=True, slots=True)
class DecisionIsNothing:
    """A decision names no outcome: nothing applies, it is left open, or the case is outside its scope."""

    decision: str


@dataclass(frozen=True, slots=True)
class Defined:
    """A named part of a condition, kept so that explanations can speak of it by name."""

    name: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeastOf:
    count: int
    parts: tuple[Condition, ...]


Condition: TypeAlias = (
    Always
    | IsIn
    | Within
    | SomeIn
    | IsMissing
    | DecisionIs
    | DecisionIsNothing
    | Defined
    | Not
    | AllOf
    | AnyOf
    | AtLeastOf
)


# ---------------------------------------------------------------- the parts of a policy


@dataclass(frozen=True, slots=True)
class Citation:
    """A paragraph of a source; `text` is how the policy writes it, `article coding.targeted.1`."""

    source: str
    paragraph: str
    says: str = ""

    @property
    def text(self) -> str:
        return f"{self.source} {self.paragraph}"


@dataclass(frozen=True, slots=True)
class Revision:
    name: str
    services_from: datetime.date
    services_until: datetime.date | None
    posted: datetime.date | None
    posted_is_history_date: bool
    has_text: bool
    replaces: str
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class SourceDocument:
    name: str
    label: str
    authority: str
    revisions: tuple[Revision, ...]
    notes: tuple[str, ...]
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Input:
    name: str
    label: str
    """Words for people; the name with blanks where the author gave none."""
    domain: Domain
    may_be_missing: bool
    unit: str
    ask: str
    follows: str
    """The document that decides this fact elsewhere; empty where there is none."""
    reviewer: str
    """Why a reviewer decides it; empty where it is no reviewer's input."""
    notes: tuple[str, ...]
    statements: tuple[str, ...]
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Definition:
    name: str
    label: str
    condition: Condition
    citations: tuple[Citation, ...]
    readings: tuple[str, ...]
    notes: tuple[str, ...]
    statements: tuple[str, ...]
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Impossible:
    """A combination of facts that cannot happen."""

    name: str
    label: str
    condition: Condition
    because: str
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    statements: tuple[str, ...]
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Presumption:
    """A value taken for an input that we have not been told."""

    input: str
    value: Value
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    statements: tuple[str, ...]
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Override:
    rule: str
    """The rule that is beaten."""
    because: str
    reading: str
    span: Span = field(compare=False, default=NOWHERE)


REPORT, MAY_REPORT, ALSO, CONSIDER, MUST_NOT = "report", "may report", "may also report", "consider", "must not report"
LEFT_OPEN = "left open"
"""The outcome of a `leave open`; no value of a decision can be spelt so, since names hold no blank."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, a row of a table, or a `leave open` (then its force is `report` and its outcome `LEFT_OPEN`)."""

    name: str
    label: str
    decision: str
    condition: Condition
    """When it holds, the conditions of its table and its own dates included."""
    written: Condition
    """The condition without the dates, for explanations."""
    services_from: datetime.date | None
    services_until: datetime.date | None
    force: str
    outcomes: tuple[str, ...]
    overrides: tuple[Override, ...]
    citations: tuple[Citation, ...]
    readings: tuple[str, ...]
    notes: tuple[str, ...]
    statements: tuple[str, ...]
    table: str = ""
    """The table that it is a row of, if any."""
    left_open: bool = False
    because: str = ""
    action: str = ""
    """What to do with a case left open, such as `pend`; empty where nothing is said."""
    span: Span = field(compare=False, default=NOWHERE)
    """The whole block; of a row, its line."""
    name_span: Span = field(compare=False, default=NOWHERE)
    table_end: int = field(compare=False, default=-1)
    """Where the table ends that it is a row of; -1 where it is none."""


@dataclass(frozen=True, slots=True)
class Decision:
    name: str
    label: str
    outcomes: tuple[str, ...]
    """What it can give, in the order declared."""
    codes: str
    """The code list that its outcomes come from, if any."""
    collects: bool
    scope: Condition
    out_of_scope: str
    """What is said of a case outside the scope."""
    rules: tuple[Rule, ...]
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    statements: tuple[str, ...]
    span: Span = field(compare=False, default=NOWHERE)
    name_span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the claim must carry; `action` is empty where the source states no consequence."""

    name: str
    label: str
    that: Condition
    when: Condition
    action: str
    reason_codes: str
    text: str
    citations: tuple[Citation, ...]
    readings: tuple[str, ...]
    notes: tuple[str, ...]
    statements: tuple[str, ...]
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class CodeEntry:
    code: str
    services_from: datetime.date | None
    services_until: datetime.date | None


@dataclass(frozen=True, slots=True)
class CodeList:
    name: str
    label: str
    system: str
    entries: tuple[CodeEntry, ...]
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    statements: tuple[str, ...]
    span: Span = field(compare=False, default=NOWHERE)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(entry.code for entry in self.entries))


@dataclass(frozen=True, slots=True)
class Silence:
    """What an absent list means: any value, or that the list is in the documents named."""

    subject: str
    means: str
    see: tuple[str, ...]
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    text: str
    rules: tuple[str, ...]
    decided: str
    """What was decided; empty where the question is open."""
    by: str
    on: datetime.date | None
    provisionally: str
    """The rule that answers until the question is decided; empty where there is none."""
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    statements: tuple[str, ...]
    span: Span = field(compare=False, default=NOWHERE)

    @property
    def is_open(self) -> bool:
        return not self.decided


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding that somebody has looked at and accepts; `seen` is the fingerprint of the rules as they were then."""

    name: str
    rules: tuple[str, ...]
    because: str
    by: str
    on: datetime.date | None
    seen: str
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A finding that the file says it has."""

    name: str
    rules: tuple[str, ...]
    decision: str
    when: Condition | None
    because: str
    reading: str
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Expected:
    """One line of what an example expects; `subject` is a decision, a requirement or a `cannot happen`."""

    subject: str
    kind: str
    """`outcome`, a kind of answer, a state of a requirement, or `cannot happen`."""
    force: str
    outcomes: tuple[str, ...]
    rules: tuple[str, ...]
    as_posted_on: datetime.date | None
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    label: str
    facts: Mapping[str, Value]
    """What is given; an input that is not named is unknown, `None` is missing."""
    expected: tuple[Expected, ...]
    notes: tuple[str, ...]
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Property:
    """Something to prove.  `kind` is `answers`, `never contradicts` (of `decision`) or `always` (of `condition`)."""

    name: str
    label: str
    kind: str
    decision: str
    condition: Condition
    supposing: Condition
    suppositions: tuple[str, ...]
    """What the proof supposes, in words, to be printed on it."""
    notes: tuple[str, ...]
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class NotModelled:
    citation: Citation
    because: str
    statements: tuple[str, ...]
    span: Span = field(compare=False, default=NOWHERE)


SERVICE_DATE = "service_date"
"""The input that holds the date of service, by name."""


@dataclass(frozen=True)
class Policy:
    """A whole policy.  Sequences are in the order written; decisions that use others come after them."""

    name: str
    label: str
    jurisdiction: str
    steward: str
    notes: tuple[str, ...]
    sources: tuple[SourceDocument, ...]
    inputs: tuple[Input, ...]
    definitions: tuple[Definition, ...]
    impossibles: tuple[Impossible, ...]
    presumptions: tuple[Presumption, ...]
    code_lists: tuple[CodeList, ...]
    decisions: tuple[Decision, ...]
    requirements: tuple[Requirement, ...]
    silences: tuple[Silence, ...]
    questions: tuple[Question, ...]
    acceptances: tuple[Acceptance, ...]
    expectations: tuple[Expectation, ...]
    examples: tuple[Example, ...]
    properties: tuple[Property, ...]
    not_modelled: tuple[NotModelled, ...]
    no_text: Condition
    """Holds for the dates of service whose text is not in the policy; never where there is no revision without text."""
    no_text_says: tuple[tuple[Condition, str], ...]
    """Which revision is in force where the text is missing, in words."""
    span: Span = field(compare=False, default=NOWHERE)

    def input(self, name: str) -> Input:
        return next(item for item in self.inputs if item.name == name)

    def decision(self, name: str) -> Decision:
        return next(item for item in self.decisions if item.name == name)
