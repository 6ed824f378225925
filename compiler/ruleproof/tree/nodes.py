"""The shapes of a policy as written, one class per grammar rule, under the same name.

Places never take part in comparison, so the trees of two layouts of the same policy are equal.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias, TypeVar

from ruleproof.source import Source, Span


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place."""

    span: Span = field(compare=False, repr=False)


# ---------------------------------------------------------------- words


@dataclass(frozen=True, slots=True)
class Name(Node):
    text: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    text: str


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: Decimal


@dataclass(frozen=True, slots=True)
class Date(Node):
    value: datetime.date


@dataclass(frozen=True, slots=True)
class Code(Node):
    """A code with its system, as in `CPT 81445`."""

    text: str


@dataclass(frozen=True, slots=True)
class YesNo(Node):
    value: bool


Value: TypeAlias = Name | Text | Number | Date | Code | YesNo


# ---------------------------------------------------------------- conditions


@dataclass(frozen=True, slots=True)
class Holds(Node):
    """A bare name: a yes/no input that is yes, or a definition that holds."""

    name: Name


@dataclass(frozen=True, slots=True)
class Not(Node):
    part: Condition


@dataclass(frozen=True, slots=True)
class AllOf(Node):
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Node):
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeastOf(Node):
    count: Number
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class IsValue(Node):
    """`name is v`, `name is one of (v, w)`, and both with `not`."""

    name: Name
    values: tuple[Value, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Compared(Node):
    """`name is at least 5`; `how` is one of `>=`, `<=`, `>`, `<`."""

    name: Name
    how: str
    bound: Number | Date


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`name is between 2 and 4`: both ends belong to it."""

    name: Name
    low: Number | Date
    high: Number | Date


@dataclass(frozen=True, slots=True)
class IsMissing(Node):
    name: Name
    negated: bool


@dataclass(frozen=True, slots=True)
class IsNothing(Node):
    name: Name


@dataclass(frozen=True, slots=True)
class InCodes(Node):
    """`name is in list`, or `is not in list`."""

    name: Name
    codes: Name
    negated: bool


@dataclass(frozen=True, slots=True)
class SomeIn(Node):
    """`name any in list`, `all in`, `none in`; `quantifier` is `any`, `all` or `none`."""

    name: Name
    quantifier: str
    codes: Name


Condition: TypeAlias = (
    Holds | Not | AllOf | AnyOf | AtLeastOf | IsValue | Compared | Between | IsMissing | IsNothing | InCodes | SomeIn
)


# ---------------------------------------------------------------- clauses that many blocks share


@dataclass(frozen=True, slots=True)
class Note(Node):
    text: Text


@dataclass(frozen=True, slots=True)
class Because(Node):
    text: Text


@dataclass(frozen=True, slots=True)
class Cite(Node):
    """A paragraph of a source, with a quote of at most eight words where the author gives one."""

    source: Name
    paragraph: str
    says: Text | None = None


@dataclass(frozen=True, slots=True)
class Reading(Node):
    question: Name


@dataclass(frozen=True, slots=True)
class Covers(Node):
    statements: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class When(Node):
    condition: Condition


@dataclass(frozen=True, slots=True)
class Services(Node):
    """Dates of service, both days included; `None` is an open end."""

    start: Date | None
    until: Date | None


@dataclass(frozen=True, slots=True)
class Overrides(Node):
    rules: tuple[Name, ...]
    because: Because
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class RulesNamed(Node):
    """The rules that a question or an accepted finding is about."""

    rules: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class ByWhom(Node):
    text: Text


@dataclass(frozen=True, slots=True)
class OnDate(Node):
    date: Date


@dataclass(frozen=True, slots=True)
class ForDecision(Node):
    decision: Name


# ---------------------------------------------------------------- the policy and its sources


@dataclass(frozen=True, slots=True)
class Jurisdiction(Node):
    text: Text


@dataclass(frozen=True, slots=True)
class Steward(Node):
    text: Text


@dataclass(frozen=True, slots=True)
class Policy(Node):
    name: Name
    label: Text | None
    clauses: tuple[Jurisdiction | Steward | Note, ...]


@dataclass(frozen=True, slots=True)
class Authority(Node):
    kind: str


@dataclass(frozen=True, slots=True)
class HistoryDate(Node):
    date: Date


@dataclass(frozen=True, slots=True)
class Published(Node):
    date: Date


@dataclass(frozen=True, slots=True)
class NoText(Node):
    pass


@dataclass(frozen=True, slots=True)
class Replaces(Node):
    revision: str


@dataclass(frozen=True, slots=True)
class Revision(Node):
    name: str
    parts: tuple[HistoryDate | Published | Services | NoText | Replaces, ...]


@dataclass(frozen=True, slots=True)
class SourceBlock(Node):
    name: Name
    label: Text | None
    clauses: tuple[Authority | Revision | Note, ...]


# ---------------------------------------------------------------- facts


@dataclass(frozen=True, slots=True)
class OneOf(Node):
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class YesOrNo(Node):
    pass


@dataclass(frozen=True, slots=True)
class WholeNumber(Node):
    low: Number
    high: Number


@dataclass(frozen=True, slots=True)
class DecimalNumber(Node):
    low: Number
    high: Number
    places: Number | None = None


@dataclass(frozen=True, slots=True)
class DateRange(Node):
    low: Date
    high: Date | None = None


@dataclass(frozen=True, slots=True)
class CodeOf(Node):
    system: Name


@dataclass(frozen=True, slots=True)
class CodesOf(Node):
    system: Name


@dataclass(frozen=True, slots=True)
class CodePart(Node):
    """A piece of a code pattern: fixed text, or `count` characters of `kind` (`letters`, `digits`, `letters or digits`)."""

    kind: str
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class CodeLike(Node):
    parts: tuple[CodePart, ...]


@dataclass(frozen=True, slots=True)
class MayBeMissing(Node):
    pass


Domain: TypeAlias = OneOf | YesOrNo | WholeNumber | DecimalNumber | DateRange | CodeOf | CodesOf | CodeLike


@dataclass(frozen=True, slots=True)
class Unit(Node):
    text: Text


@dataclass(frozen=True, slots=True)
class Ask(Node):
    text: Text


@dataclass(frozen=True, slots=True)
class Follows(Node):
    document: Name


@dataclass(frozen=True, slots=True)
class ByReviewer(Node):
    because: Because


@dataclass(frozen=True, slots=True)
class Input(Node):
    name: Name
    label: Text | None
    domain: Domain
    clauses: tuple[MayBeMissing | Unit | Ask | Follows | ByReviewer | Note | Covers, ...]


@dataclass(frozen=True, slots=True)
class CannotHappen(Node):
    name: Name
    label: Text | None
    clauses: tuple[When | Because | Cite | Note | Covers, ...]


@dataclass(frozen=True, slots=True)
class Presume(Node):
    name: Name
    value: Value
    clauses: tuple[Cite | Note | Covers, ...]


@dataclass(frozen=True, slots=True)
class Define(Node):
    name: Name
    label: Text | None
    condition: Condition
    clauses: tuple[Cite | Reading | Note | Covers, ...]


# ---------------------------------------------------------------- decisions and rules


@dataclass(frozen=True, slots=True)
class Gives(Node):
    """What a decision gives: one of `values`, or one code of the list `codes`; several of them where it `collects`."""

    values: tuple[Value, ...]
    codes: Name | None
    collects: bool


@dataclass(frozen=True, slots=True)
class Scope(Node):
    condition: Condition
    otherwise: Text


@dataclass(frozen=True, slots=True)
class Decision(Node):
    name: Name
    label: Text | None
    clauses: tuple[Gives | Scope | Cite | Note | Covers, ...]


@dataclass(frozen=True, slots=True)
class Outcome(Node):
    """What a rule says: `force` is `report`, `may report`, `may also report`, `consider` or `must not report`."""

    force: str
    values: tuple[Value, ...]
    decision: Name | None = None
    """The decision named in `DECISION is VALUE`."""


@dataclass(frozen=True, slots=True)
class Then(Node):
    outcome: Outcome


RuleClause: TypeAlias = Services | When | Then | Overrides | Cite | Reading | Note | Covers


@dataclass(frozen=True, slots=True)
class Rule(Node):
    name: Name
    label: Text | None
    decision: Name
    clauses: tuple[RuleClause, ...]


@dataclass(frozen=True, slots=True)
class AnyValue(Node):
    pass


@dataclass(frozen=True, slots=True)
class CellRange(Node):
    low: Number | Date
    high: Number | Date


@dataclass(frozen=True, slots=True)
class CellBound(Node):
    how: str
    bound: Number | Date


@dataclass(frozen=True, slots=True)
class CellList(Node):
    items: tuple[CellRange | CellBound | Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class CellMissing(Node):
    negated: bool


@dataclass(frozen=True, slots=True)
class CellIn(Node):
    codes: Name
    negated: bool


TestCell: TypeAlias = AnyValue | CellList | CellMissing | CellIn


@dataclass(frozen=True, slots=True)
class Row(Node):
    """One row of a table: the tests in the order of the table's input columns, then the other columns."""

    name: Name
    tests: tuple[TestCell, ...]
    outcome: Outcome
    cites: tuple[Cite, ...] = ()
    readings: tuple[Name, ...] = ()
    services: Services | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Needs(Node):
    condition: Condition


@dataclass(frozen=True, slots=True)
class RowOverrides(Node):
    row: Name
    overrides: Overrides


@dataclass(frozen=True, slots=True)
class Table(Node):
    name: Name
    label: Text | None
    decision: Name
    clauses: tuple[Needs | Services | RowOverrides | Note | Covers, ...]
    columns: tuple[Name, ...] = ()
    """The names of the input columns."""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionNamed(Node):
    question: Name


@dataclass(frozen=True, slots=True)
class Pend(Node):
    action: Name


@dataclass(frozen=True, slots=True)
class LeaveOpen(Node):
    name: Name
    label: Text | None
    decision: Name | None
    clauses: tuple[Services | When | Because | QuestionNamed | Pend | Overrides | Cite | Note | Covers, ...]


@dataclass(frozen=True, slots=True)
class That(Node):
    condition: Condition


@dataclass(frozen=True, slots=True)
class Otherwise(Node):
    """What follows when a requirement is not met; `action` is empty where the source states no consequence."""

    action: str
    texts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Require(Node):
    name: Name
    label: Text | None
    clauses: tuple[That | When | Otherwise | Cite | Reading | Note | Covers, ...]


# ---------------------------------------------------------------- code lists, silence


@dataclass(frozen=True, slots=True)
class Start(Node):
    codes: tuple[Value, ...]
    services: Services | None = None


@dataclass(frozen=True, slots=True)
class Codes(Node):
    name: Name
    label: Text | None
    system: Name
    clauses: tuple[Start | Cite | Reading | Note | Covers, ...]


@dataclass(frozen=True, slots=True)
class Silence(Node):
    """What an absent list means; `see` names the documents that hold the list, else any value is meant."""

    subject: str
    means: str
    see: tuple[Name, ...]
    clauses: tuple[Cite | Note | Covers, ...]


# ---------------------------------------------------------------- the interpretation log, examples, proofs


@dataclass(frozen=True, slots=True)
class Decided(Node):
    text: Text
    by: ByWhom
    on: OnDate


@dataclass(frozen=True, slots=True)
class StillOpen(Node):
    provisionally: Name | None = None


@dataclass(frozen=True, slots=True)
class Question(Node):
    name: Name
    text: Text
    clauses: tuple[RulesNamed | Decided | StillOpen | Cite | Note | Covers, ...]


@dataclass(frozen=True, slots=True)
class Seen(Node):
    """The fingerprint of the accepted rules, as `check` prints it."""

    text: Text


@dataclass(frozen=True, slots=True)
class Accept(Node):
    name: Name
    between: RulesNamed
    clauses: tuple[Name | Because | ByWhom | OnDate | Seen, ...]


@dataclass(frozen=True, slots=True)
class ExpectFinding(Node):
    name: Name
    clauses: tuple[RulesNamed | ForDecision | When | Because | Reading | Note, ...]


@dataclass(frozen=True, slots=True)
class FactIs(Node):
    name: Name
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class FactMissing(Node):
    name: Name


@dataclass(frozen=True, slots=True)
class FactUnknown(Node):
    name: Name


@dataclass(frozen=True, slots=True)
class Given(Node):
    facts: tuple[FactIs | FactMissing | FactUnknown, ...]


@dataclass(frozen=True, slots=True)
class AsPostedOn(Node):
    date: Date


@dataclass(frozen=True, slots=True)
class ExpectAnswer(Node):
    """`D is may report CPT 81457 by T3`; `force` is empty where the example names none."""

    decision: Name
    force: str
    values: tuple[Value, ...]
    by: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectKind(Node):
    """`kind` is `nothing`, `left open`, `out of scope`, `not known yet` or `cannot answer`."""

    decision: Name
    kind: str
    by: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectRequirement(Node):
    """`state` is `met`, `failed`, `not checked` or `not applicable`."""

    requirement: Name
    state: str


@dataclass(frozen=True, slots=True)
class ExpectCannotHappen(Node):
    name: Name


Expected: TypeAlias = ExpectAnswer | ExpectKind | ExpectRequirement | ExpectCannotHappen


@dataclass(frozen=True, slots=True)
class Expect(Node):
    expected: Expected


@dataclass(frozen=True, slots=True)
class Example(Node):
    name: Name
    label: Text | None
    clauses: tuple[Given | OnDate | AsPostedOn | Expect | Note, ...]


@dataclass(frozen=True, slots=True)
class AlwaysAnswers(Node):
    decision: Name


@dataclass(frozen=True, slots=True)
class NeverContradicts(Node):
    decision: Name


@dataclass(frozen=True, slots=True)
class NeverBoth(Node):
    first: Condition
    second: Condition


@dataclass(frozen=True, slots=True)
class Always(Node):
    condition: Condition


@dataclass(frozen=True, slots=True)
class ForServices(Node):
    services: Services


@dataclass(frozen=True, slots=True)
class Supposing(Node):
    condition: Condition
    because: Because | None = None


@dataclass(frozen=True, slots=True)
class Prove(Node):
    name: Name
    label: Text | None
    claim: AlwaysAnswers | NeverContradicts | NeverBoth | Always
    clauses: tuple[ForServices | Supposing | Note | Covers, ...]


@dataclass(frozen=True, slots=True)
class NotModelled(Node):
    source: Name
    paragraph: str
    clauses: tuple[Because | Note | Covers, ...]


Block: TypeAlias = (
    Policy
    | SourceBlock
    | Input
    | CannotHappen
    | Presume
    | Define
    | Decision
    | Rule
    | Table
    | LeaveOpen
    | Require
    | Codes
    | Silence
    | Question
    | Accept
    | ExpectFinding
    | Example
    | Prove
    | NotModelled
)


Kind = TypeVar("Kind", bound=Node)


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole file: its blocks in the order written, and the names that unreadable blocks would have declared."""

    source: Source = field(compare=False, repr=False)
    blocks: tuple[Block, ...]
    unread_names: frozenset[str] = field(default=frozenset(), compare=False)
    unread_words: frozenset[str] = field(default=frozenset(), compare=False)
    """Every other word in the first lines of those blocks: any of them may be the name that was meant."""

    def of(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """Give the blocks of a kind, in the order written."""
        return tuple(block for block in self.blocks if isinstance(block, kind))
