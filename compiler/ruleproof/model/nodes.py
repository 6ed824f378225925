"""The shapes of a policy as meant.  Conditions speak of inputs and values, not yet of cells."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from ruleproof.finding import Value
from ruleproof.model.ledgers import Ledger
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


# ---------------------------------------------------------------- what is worked out from other facts


@dataclass(frozen=True, slots=True)
class HistoryTest:
    """Whether, of the services that came before, at least `count` are of a kind, share keys with this one and lie in a window."""

    count: int
    subject: Condition
    """What a service must be to count; judged on its own facts."""
    keys: tuple[str, ...]
    """Such as `specimen`: both services must have the same."""
    window: str = ""
    """`days` (fewer than `days` days ago), `day`, `month`, `year`, `year since`, or empty: whenever it was."""
    days: int = 0
    since: str | datetime.date = ""
    """With `year since`: the date that years are counted from, or the input that holds it."""
    paid: bool = False
    """True where only paid services count."""
    same: tuple[str, ...] = ()
    """The inputs whose values must be equal."""
    beside: bool = False
    """True where all other lines of the claim are looked at, not only those before this one."""


@dataclass(frozen=True, slots=True)
class DaysBetween:
    """Whether `first` lies from `low` to `high` days after `second`; `None` is an open end; false where one is missing."""

    first: str
    second: str
    low: int | None
    high: int | None


# ---------------------------------------------------------------- the parts of a policy


@dataclass(frozen=True, slots=True)
class Citation:
    """A paragraph of a source; `text` is how the policy writes it, `article coding.targeted.1`."""

    source: str
    paragraph: str
    says: str = ""
    span: Span = field(compare=False, default=NOWHERE)

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
    beats: frozenset[str] = frozenset()
    """The revisions of the same source that it replaces, directly or through others."""
    text_file: str = ""
    """The file beside the policy that holds its text; empty where the policy itself does."""
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Posting:
    """A day on which something was posted, and what: from then on it counts, as posted on that day or later."""

    day: datetime.date
    names: tuple[str, ...]
    """Such as `Rev 5 of article`."""


@dataclass(frozen=True, slots=True)
class SourceDocument:
    name: str
    label: str
    authority: str
    revisions: tuple[Revision, ...]
    notes: tuple[str, ...]
    index: str = ""
    """The file beside the policy that knows its paragraphs; empty where there is none."""
    gives_way: tuple[tuple[str, str], ...] = ()
    """The sources that it gives way to where they disagree, each with the reason."""
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
    derived: HistoryTest | DaysBetween | None = None
    """How it is worked out from other facts, so that nobody gives it."""


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
    by_source: bool = False
    """True where nobody wrote it: the sources of the one rule beat those of the other."""


REPORT, MAY_REPORT, ALSO, CONSIDER, MUST_NOT = "report", "may report", "may also report", "consider", "must not report"
LEFT_OPEN = "left open"
"""The outcome of a `leave open`; a decision that gives a value spelt so is refused."""


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
    days: tuple[tuple[datetime.date | None, datetime.date | None], ...] | None = None
    """The dates of service on which the text that it stands in is in force, first and last; `None` where that is any date."""
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
    imported: str = ""
    """The document that it comes from; empty of the policy's own."""
    elsewhere: tuple[tuple[Condition, str], ...] = ()
    """When it cannot answer since a code list is not here, and what to say of it."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the claim must carry, or a limit; `action` is empty where the source states no consequence."""

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
    limit: str = ""
    """Of a limit: the derived input that is yes where the limit is reached."""
    elsewhere: Condition = AnyOf(())
    """When it cannot be checked since a code list is not here."""


@dataclass(frozen=True, slots=True)
class Key:
    """What can tie services together, such as the specimen; a claim gives it as `specimen_id`."""

    name: str
    label: str
    notes: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """What it is called on a claim line and on an earlier service."""
        return f"{self.name}_id"


@dataclass(frozen=True, slots=True)
class CodeEntry:
    code: str
    services_from: datetime.date | None
    services_until: datetime.date | None


@dataclass(frozen=True, slots=True)
class Hole:
    """Dates of service on which a list is elsewhere, or known in part; `None` is an open end."""

    first: datetime.date | None
    last: datetime.date | None
    told: frozenset[str]
    """The codes of which it is known all the same whether the list holds them."""
    held: frozenset[str]
    """Those of them that it holds."""
    reason: str


@dataclass(frozen=True, slots=True)
class CodeList:
    name: str
    label: str
    system: str
    entries: tuple[CodeEntry, ...]
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    statements: tuple[str, ...]
    ledger: Ledger = field(compare=False, repr=False, default_factory=lambda: Ledger(()))
    """What happened to the list, all that has ever been posted; `entries` and `holes` follow from it."""
    holes: tuple[Hole, ...] = ()
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


MEMBER = "member"
"""What an example expects of a code list: whether it holds the code given."""


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
class Service:
    """What is known of a service: an input or key that is not named is unknown, `None` is missing."""

    facts: Mapping[str, Value]
    keys: Mapping[str, str | None] = field(default_factory=dict)
    paid: bool | None = None
    """Whether it was paid; `None` where that is unknown."""


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    label: str
    facts: Mapping[str, Value]
    """What is given; an input that is not named is unknown, `None` is missing."""
    expected: tuple[Expected, ...]
    notes: tuple[str, ...]
    keys: Mapping[str, str | None] = field(default_factory=dict)
    earlier: tuple[Service, ...] | None = None
    """The services that came before; `None` where the history is unknown."""
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Property:
    """Something to prove.

    `kind` is `answers` or `never contradicts` (of `decision`), `always` (of `condition`), or `differs`: two texts answer
    alike wherever `condition` does not hold.
    """

    name: str
    label: str
    kind: str
    decision: str
    condition: Condition
    supposing: Condition
    suppositions: tuple[str, ...]
    """What the proof supposes, in words, to be printed on it."""
    notes: tuple[str, ...]
    texts: tuple[tuple[str, str], ...] = ()
    """Of `differs`: the earlier and the later text, each as its source and its revision."""
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
    documents: tuple[tuple[str, str], ...] = ()
    """The numbers that it goes by, each with the area where it does; empty for every area."""
    keys: tuple[Key, ...] = ()
    """What can tie services together; none where the policy never looks at a history."""
    postings: tuple[Posting, ...] = ()
    """Every day on which something was posted, the first first: between two of them the policy is known alike."""
    span: Span = field(compare=False, default=NOWHERE)

    def input(self, name: str) -> Input:
        return next(item for item in self.inputs if item.name == name)

    @property
    def asked(self) -> tuple[Input, ...]:
        """The inputs that a claim gives; the others are worked out from them, or from the history."""
        return tuple(item for item in self.inputs if item.derived is None)

    @property
    def derived(self) -> tuple[Input, ...]:
        """The inputs that are worked out from other facts."""
        return tuple(item for item in self.inputs if item.derived is not None)

    def decision(self, name: str) -> Decision:
        return next(item for item in self.decisions if item.name == name)
