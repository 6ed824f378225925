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


@dataclass(frozen=True, slots=True)
class Subject(Node):
    """What a limit counts or bars: a definition, a yes/no input, or a code on the line."""

    of: Name | Code


@dataclass(frozen=True, slots=True)
class AfterService(Node):
    """`after a cgp on the same specimen`, or `after a paid cgp`."""

    subject: Subject
    key: Name
    paid: bool = False


@dataclass(frozen=True, slots=True)
class DaysApart(Node):
    """`service_date is more than 30 days after collected`; `how` is one of `>=`, `<=`, `>`, `<`, `side` `after` or `before`."""

    name: Name
    how: str
    days: Number
    side: str
    other: Name


Condition: TypeAlias = (
    Holds
    | Not
    | AllOf
    | AnyOf
    | AtLeastOf
    | IsValue
    | Compared
    | Between
    | IsMissing
    | IsNothing
    | InCodes
    | SomeIn
    | AfterService
    | DaysApart
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
class InRevisions(Node):
    """The revisions in whose text a block stands: one, or those from `first` to `last` in the order of their source."""

    first: str
    last: str | None = None
    source: Name | None = None


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
    """Where a policy binds: in words, or as names of areas, of which each claim then belongs to one."""

    text: Text | None
    areas: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentId(Node):
    """A number that a policy goes by, in one area or everywhere."""

    name: Name
    area: Name | None = None


@dataclass(frozen=True, slots=True)
class Document(Node):
    ids: tuple[DocumentId, ...]


@dataclass(frozen=True, slots=True)
class Steward(Node):
    text: Text


@dataclass(frozen=True, slots=True)
class Policy(Node):
    name: Name
    label: Text | None
    clauses: tuple[Jurisdiction | Document | Steward | Note, ...]


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
class TextIn(Node):
    """The file beside the policy that holds the text of a revision."""

    file: Text


@dataclass(frozen=True, slots=True)
class Replaces(Node):
    revision: str


@dataclass(frozen=True, slots=True)
class Revision(Node):
    name: str
    parts: tuple[HistoryDate | Published | Services | NoText | TextIn | Replaces, ...]


@dataclass(frozen=True, slots=True)
class Index(Node):
    """The file beside the policy that knows the paragraphs of a source."""

    file: Text


@dataclass(frozen=True, slots=True)
class GivesWay(Node):
    """Sources that beat this one where they disagree."""

    sources: tuple[Name, ...]
    because: Because


@dataclass(frozen=True, slots=True)
class SourceBlock(Node):
    name: Name
    label: Text | None
    clauses: tuple[Authority | Revision | Index | GivesWay | Note, ...]


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
class FromDocument(Node):
    document: Name
    revision: str = ""


@dataclass(frozen=True, slots=True)
class ImportTerms(Node):
    """Terms of another document; `domain` says what they are until that document is here, else they are yes or no."""

    names: tuple[Name, ...]
    label: Text | None
    domain: Domain | None
    may_be_missing: MayBeMissing | None
    source: FromDocument
    clauses: tuple[Ask | Note | Covers, ...]


@dataclass(frozen=True, slots=True)
class CannotHappen(Node):
    name: Name
    label: Text | None
    clauses: tuple[InRevisions | Services | When | Because | Cite | Note | Covers, ...]


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
    clauses: tuple[InRevisions | Services | Cite | Reading | Note | Covers, ...]


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


RuleClause: TypeAlias = InRevisions | Services | When | AfterService | Then | Overrides | Cite | Reading | Note | Covers


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
    clauses: tuple[InRevisions | Needs | Services | RowOverrides | Note | Covers, ...]
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
    clauses: tuple[
        InRevisions
        | Services
        | When
        | AfterService
        | Because
        | QuestionNamed
        | Pend
        | Overrides
        | Cite
        | Note
        | Covers,
        ...,
    ]


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
    clauses: tuple[InRevisions | Services | That | When | Otherwise | Cite | Reading | Note | Covers, ...]


# ---------------------------------------------------------------- limits over the history


@dataclass(frozen=True, slots=True)
class Key(Node):
    name: Name
    label: Text | None
    clauses: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class AtMostOf(Node):
    """`at most 1 cgp per specimen and primary`."""

    count: Number
    subject: Subject
    keys: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class NoAfter(Node):
    """`after a cgp no molecular_test`."""

    subject: Subject
    barred: Subject


@dataclass(frozen=True, slots=True)
class WaitAfter(Node):
    """`at least 30 days after an earlier mrd_test`."""

    days: Number
    subject: Subject


@dataclass(frozen=True, slots=True)
class NoWith(Node):
    """`no CPT 81455 with CPT 81445`."""

    barred: Subject
    subject: Subject


@dataclass(frozen=True, slots=True)
class NoAgain(Node):
    """`no panel again with the same billed_code, units`."""

    subject: Subject
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class OnSame(Node):
    keys: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Counting(Node):
    """Only paid services count."""


@dataclass(frozen=True, slots=True)
class Window(Node):
    """`kind` is `any days`, `month`, `year`, `lifetime` or `year since`."""

    kind: str
    days: Number | None = None
    since: Name | Date | None = None


@dataclass(frozen=True, slots=True)
class Unless(Node):
    condition: Condition


@dataclass(frozen=True, slots=True)
class Limit(Node):
    name: Name
    label: Text | None
    kind: AtMostOf | NoAfter | WaitAfter | NoWith | NoAgain
    clauses: tuple[
        InRevisions
        | OnSame
        | Counting
        | Window
        | When
        | Unless
        | Services
        | Otherwise
        | Cite
        | Reading
        | Note
        | Covers,
        ...,
    ]


# ---------------------------------------------------------------- code lists, silence


@dataclass(frozen=True, slots=True)
class CodeListed(Node):
    """A code, all codes that begin alike (`ICD C00.*`), or a range; after `to` and `except` a code may lack its system."""

    code: Code
    last: Code | None = None
    label: Text | None = None


@dataclass(frozen=True, slots=True)
class RevisionNamed(Node):
    """`Rev 5`, or `article Rev 5` where several sources have a revision of that name."""

    revision: str
    source: Name | None = None


@dataclass(frozen=True, slots=True)
class PostedOn(Node):
    date: Date


@dataclass(frozen=True, slots=True)
class BeforeDate(Node):
    date: Date


@dataclass(frozen=True, slots=True)
class OfServiceDate(Node):
    """A range means the codes that are valid on the date of service."""


EventPart: TypeAlias = Services | BeforeDate | OfServiceDate | RevisionNamed | PostedOn | Reading | Because


@dataclass(frozen=True, slots=True)
class CodeEvent(Node):
    """One line of a ledger about codes; `kind` is `start`, `present`, `add` or `remove`."""

    kind: str
    codes: tuple[CodeListed, ...]
    exceptions: tuple[CodeListed, ...] = ()
    parts: tuple[EventPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Voids(Node):
    """`Rev 5 voids the removals by Rev 3`; `what` is `removals`, `additions` or `changes`."""

    by: RevisionNamed
    what: str
    voided: RevisionNamed
    parts: tuple[EventPart, ...] = ()


@dataclass(frozen=True, slots=True)
class MovedTo(Node):
    documents: tuple[Name, ...]
    parts: tuple[EventPart, ...] = ()


@dataclass(frozen=True, slots=True)
class EventsFrom(Node):
    file: Text


@dataclass(frozen=True, slots=True)
class OthersUnknown(Node):
    """The list is known in part: of a code that it does not name, nothing is known."""


@dataclass(frozen=True, slots=True)
class Codes(Node):
    name: Name
    label: Text | None
    system: Name
    clauses: tuple[CodeEvent | Voids | MovedTo | EventsFrom | OthersUnknown | Cite | Reading | Note | Covers, ...]


@dataclass(frozen=True, slots=True)
class CodeSet(Node):
    """The codes of a system, with the days between which each is valid, in a file beside the policy."""

    name: Name
    label: Text | None
    system: Name
    file: Text
    clauses: tuple[Note, ...]


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
class Earlier(Node):
    """An earlier service of an example."""

    date: Date | None
    facts: tuple[FactIs | FactMissing | FactUnknown, ...]


@dataclass(frozen=True, slots=True)
class NoEarlier(Node):
    """The history of an example is known, and empty."""


@dataclass(frozen=True, slots=True)
class AsPostedOn(Node):
    date: Date


@dataclass(frozen=True, slots=True)
class ExpectAnswer(Node):
    """`D is may report CPT 81457 by T3`; `force` is empty where the example names none.

    Of a code list: whether it holds the code given, and the revision that says so.
    """

    decision: Name
    force: str
    values: tuple[Value, ...]
    by: tuple[Name, ...] = ()
    by_revision: RevisionNamed | None = None


@dataclass(frozen=True, slots=True)
class ExpectKind(Node):
    """`kind` is `nothing`, `left open`, `out of scope`, `not known yet` or `cannot answer`.

    Of a code list it is `elsewhere` or `unknown`.
    """

    decision: Name
    kind: str
    by: tuple[Name, ...] = ()
    by_revision: RevisionNamed | None = None


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
    clauses: tuple[Given | Earlier | NoEarlier | OnDate | AsPostedOn | Expect | Note, ...]


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
class Differs(Node):
    """`Rev 8 differs from Rev 7 only when …`: outside the condition both texts answer alike."""

    revision: str
    other: str
    source: Name | None
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
    claim: AlwaysAnswers | NeverContradicts | NeverBoth | Always | Differs
    clauses: tuple[ForServices | Supposing | Note | Covers, ...]


@dataclass(frozen=True, slots=True)
class NotModelled(Node):
    source: Name
    paragraph: str
    clauses: tuple[Because | Note | Covers, ...]


Block: TypeAlias = (
    Policy
    | SourceBlock
    | ImportTerms
    | Input
    | CannotHappen
    | Presume
    | Define
    | Decision
    | Rule
    | Table
    | LeaveOpen
    | Require
    | Key
    | Limit
    | Codes
    | CodeSet
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
    parts: tuple[tuple[int, Source], ...] = field(default=(), compare=False, repr=False)
    """The files that hold texts of revisions, each with the place in `source` at which its text begins."""

    def of(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """Give the blocks of a kind, in the order written."""
        return tuple(block for block in self.blocks if isinstance(block, kind))
