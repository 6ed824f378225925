"""The parse tree of one block to the shapes of `nodes.py`: one method per grammar rule, in the order of the grammar."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

from lark import Token, Transformer, v_args
from lark.tree import Meta

from ruleproof.source import Span
from ruleproof.tree import nodes


class ProblemError(Exception):
    """A mistake inside a block that the grammar alone cannot see; ends the reading of that block."""

    def __init__(self, name: str, span: Span, message: str, help: str) -> None:
        super().__init__(message)
        self.name, self.span, self.message, self.help = name, span, message, help


_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\n": "\n", "\\t": "\t"}


def _unquote(token: Token) -> str:
    """Undo the quotes and escapes of a text."""

    def letter(match: re.Match[str]) -> str:
        if match[0] not in _ESCAPES:
            start = token.start_pos or 0
            at = start + 1 + match.start()
            raise ProblemError(
                "unexpected_word",
                Span(at, at + 2),
                f"`{match[0]}` means nothing inside quotes",
                r"write `\"` for a quote, `\\` for a backslash, `\n` for a new line",
            )
        return _ESCAPES[match[0]]

    return re.sub(r"\\.", letter, token[1:-1])


def _split(children: list[Any], *kinds: type) -> tuple[list[Any], ...]:
    """Sort the children of a block by kind, the rest last."""
    found: list[list[Any]] = [[] for _ in kinds]
    rest = []
    for child in children:
        for kind, bucket in zip(kinds, found, strict=True):
            if isinstance(child, kind):
                bucket.append(child)
                break
        else:
            rest.append(child)
    return (*found, rest)


class _Label(nodes.Text):
    """A label, told apart from other texts while a block is put together."""


@v_args(meta=True)
class ToNodes(Transformer[Token, Any]):
    """One method per grammar rule, in the order of the grammar; rules that only group have none."""

    # words

    def NAME(self, token: Token) -> nodes.Name:
        return nodes.Name(_token_span(token), token.strip("`"))

    def STRING(self, token: Token) -> nodes.Text:
        return nodes.Text(_token_span(token), _unquote(token))

    def NUMBER(self, token: Token) -> nodes.Number:
        return nodes.Number(_token_span(token), Decimal(token))

    def DATE(self, token: Token) -> nodes.Date:
        try:
            return nodes.Date(_token_span(token), datetime.date.fromisoformat(token))
        except ValueError:
            raise ProblemError(
                "outside_domain",
                _token_span(token),
                f"there is no day {token}",
                "write year-month-day, as in 2024-03-21",
            ) from None

    def CODE(self, token: Token) -> nodes.Code:
        return nodes.Code(_token_span(token), str(token))

    def label(self, meta: Meta, children: list[Any]) -> Any:
        return _Label(children[0].span, children[0].text)

    def yes(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.YesNo(_span(meta), True)

    def no(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.YesNo(_span(meta), False)

    def _only(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    name = text = number = date = code = group = holds_group = column = rule_cell = _only

    # conditions

    def holds(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Holds(_span(meta), children[0])

    def not_part(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Not(_span(meta), children[0])

    def and_chain(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.AllOf(_span(meta), tuple(children))

    def or_chain(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.AnyOf(_span(meta), tuple(children))

    all_of, any_of = and_chain, or_chain

    def none_of(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Not(_span(meta), nodes.AnyOf(_span(meta), tuple(children)))

    def at_least_of(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.AtLeastOf(_span(meta), children[0], tuple(children[1:]))

    def is_value(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.IsValue(_span(meta), children[0], tuple(children[1:]), False)

    def is_not_value(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.IsValue(_span(meta), children[0], tuple(children[1:]), True)

    is_one_of, is_not_one_of = is_value, is_not_value

    def between_values(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Between(_span(meta), *children)

    def compared(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Compared(_span(meta), *children)

    def days_apart(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.DaysApart(_span(meta), *children)

    def days_before(self, meta: Meta, children: list[Any]) -> Any:
        return "before"

    def days_after(self, meta: Meta, children: list[Any]) -> Any:
        return "after"

    def at_least(self, meta: Meta, children: list[Any]) -> Any:
        return ">="

    def at_most(self, meta: Meta, children: list[Any]) -> Any:
        return "<="

    def more_than(self, meta: Meta, children: list[Any]) -> Any:
        return ">"

    def less_than(self, meta: Meta, children: list[Any]) -> Any:
        return "<"

    on_or_after, on_or_before, after, before = at_least, at_most, more_than, less_than

    def is_missing(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.IsMissing(_span(meta), children[0], False)

    def is_present(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.IsMissing(_span(meta), children[0], True)

    def is_nothing(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.IsNothing(_span(meta), children[0])

    def in_codes(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.InCodes(_span(meta), children[0], children[1], False)

    def not_in_codes(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.InCodes(_span(meta), children[0], children[1], True)

    def any_in(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.SomeIn(_span(meta), children[0], "any", children[1])

    def all_in(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.SomeIn(_span(meta), children[0], "all", children[1])

    def none_in(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.SomeIn(_span(meta), children[0], "none", children[1])

    # clauses

    def note(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Note(_span(meta), children[0])

    def because(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Because(_span(meta), children[0])

    def cite(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Cite(_span(meta), children[0], str(children[1]), *children[2:])

    place = cite

    def reading(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Reading(_span(meta), children[0])

    def covers(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Covers(_span(meta), tuple(children))

    def when(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.When(_span(meta), children[0])

    def services(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Services(_span(meta), children[0], children[1] if len(children) > 1 else None)

    def services_until(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Services(_span(meta), None, children[0])

    def overrides(self, meta: Meta, children: list[Any]) -> Any:
        because, reading, rules = _split(children, nodes.Because, nodes.Reading)
        return nodes.Overrides(_span(meta), tuple(rules), because[0], reading[0] if reading else None)

    def between(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.RulesNamed(_span(meta), tuple(children))

    def by_whom(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.ByWhom(_span(meta), children[0])

    def on_date(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.OnDate(_span(meta), children[0])

    def for_decision(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.ForDecision(_span(meta), children[0])

    # the policy and its sources

    def steward(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Steward(_span(meta), children[0])

    def policy(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Policy(_span(meta), *self._headed(children))

    def source(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.SourceBlock(_span(meta), *self._headed(children))

    def _headed(self, children: list[Any], names: int = 1) -> tuple[Any, ...]:
        """Give the parts of a block in the order of its shape: name, label, further names, clauses."""
        labels, rest = _split(children, _Label)
        label = nodes.Text(labels[0].span, labels[0].text) if labels else None
        return (rest[0], label, *rest[1:names], tuple(rest[names:]))

    def jurisdiction(self, meta: Meta, children: list[Any]) -> Any:
        if isinstance(children[0], nodes.Text):
            return nodes.Jurisdiction(_span(meta), children[0])
        return nodes.Jurisdiction(_span(meta), None, tuple(children))

    def document_id(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.DocumentId(_span(meta), *children)

    def document(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Document(_span(meta), tuple(children))

    def index(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Index(_span(meta), children[0])

    def gives_way(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.GivesWay(_span(meta), tuple(children[:-1]), children[-1])

    def from_document(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.FromDocument(_span(meta), children[0], *map(str, children[1:]))

    def import_plain(self, meta: Meta, children: list[Any]) -> Any:
        return (tuple(children), None, None, None)

    def import_typed(self, meta: Meta, children: list[Any]) -> Any:
        flat = [part for child in children for part in (child if isinstance(child, tuple) else (child,))]
        missing, labels, (name, domain) = _split(flat, nodes.MayBeMissing, _Label)
        label = nodes.Text(labels[0].span, labels[0].text) if labels else None
        return ((name,), label, domain, missing[0] if missing else None)

    def import_terms(self, meta: Meta, children: list[Any]) -> Any:
        (names, label, domain, missing), source, *clauses = children
        return nodes.ImportTerms(_span(meta), names, label, domain, missing, source, tuple(clauses))

    def authority(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Authority(_span(meta), str(children[0]))

    def history_date(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.HistoryDate(_span(meta), children[0])

    def published(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Published(_span(meta), children[0])

    def no_text(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.NoText(_span(meta))

    def text_in(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.TextIn(_span(meta), children[0])

    def replaces(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Replaces(_span(meta), str(children[0]))

    def revision(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Revision(_span(meta), str(children[0]), tuple(children[1:]))

    # facts

    def one_of(self, meta: Meta, children: list[Any]) -> Any:
        missing, values = _split(children, nodes.MayBeMissing)
        return (nodes.OneOf(_span(meta), tuple(values)), *missing)

    def yes_or_no(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.YesOrNo(_span(meta))

    def whole_number(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.WholeNumber(_span(meta), *children)

    def decimal_number(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.DecimalNumber(_span(meta), *children)

    def date_range(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.DateRange(_span(meta), *children)

    def code_of(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CodeOf(_span(meta), children[0])

    def codes_of(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CodesOf(_span(meta), children[0])

    def code_like(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CodeLike(_span(meta), tuple(children))

    def literal_part(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CodePart(_span(meta), "text", children[0].text, len(children[0].text))

    def letters(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CodePart(_span(meta), "letters", "", self._count(children[0]))

    def digits(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CodePart(_span(meta), "digits", "", self._count(children[0]))

    def letters_or_digits(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CodePart(_span(meta), "letters or digits", "", self._count(children[0]))

    def _count(self, number: nodes.Number) -> int:
        if number.value != int(number.value) or not 1 <= number.value <= 40:
            raise ProblemError(
                "outside_domain",
                number.span,
                f"a code has no part of {number.value} characters",
                "write a whole number from 1 to 40",
            )
        return int(number.value)

    def may_be_missing(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.MayBeMissing(_span(meta))

    def unit(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Unit(_span(meta), children[0])

    def ask(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Ask(_span(meta), children[0])

    def follows(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Follows(_span(meta), children[0])

    def by_reviewer(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.ByReviewer(_span(meta), children[0])

    def input(self, meta: Meta, children: list[Any]) -> Any:
        flat: list[Any] = []
        for child in children:
            flat.extend(child) if isinstance(child, tuple) else flat.append(child)
        name, label, domain, clauses = self._headed(flat, names=2)
        return nodes.Input(_span(meta), name, label, domain, clauses)

    def in_revisions(self, meta: Meta, children: list[Any]) -> Any:
        sources, revisions = _split(children, nodes.Name)
        first, *last = map(str, revisions)
        return nodes.InRevisions(_span(meta), first, last[0] if last else None, sources[0] if sources else None)

    def cannot_happen(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CannotHappen(_span(meta), *self._headed(children))

    def presume(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Presume(_span(meta), children[0], children[1], tuple(children[2:]))

    def define(self, meta: Meta, children: list[Any]) -> Any:
        name, label, condition, clauses = self._headed(children, names=2)
        return nodes.Define(_span(meta), name, label, condition, clauses)

    # decisions and rules

    def gives_one_of(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Gives(_span(meta), tuple(children), None, False)

    def gives_code_of(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Gives(_span(meta), (), children[0], False)

    def collects_any_of(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Gives(_span(meta), tuple(children), None, True)

    def collects_codes_of(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Gives(_span(meta), (), children[0], True)

    def scope(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Scope(_span(meta), children[0], children[1])

    def decision(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Decision(_span(meta), *self._headed(children))

    def rule(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Rule(_span(meta), *self._headed(children, names=2))

    def then(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Then(_span(meta), children[0])

    def report(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Outcome(_span(meta), "report", tuple(children))

    def may_report(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Outcome(_span(meta), "may report", tuple(children))

    def may_also_report(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Outcome(_span(meta), "may also report", tuple(children))

    def consider(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Outcome(_span(meta), "consider", tuple(children))

    def must_not_report(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Outcome(_span(meta), "must not report", tuple(children))

    def decision_is(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Outcome(_span(meta), "report", (children[1],), children[0])

    def outcome_cell(self, meta: Meta, children: list[Any]) -> Any:
        only = children[0]
        return only if isinstance(only, nodes.Outcome) else nodes.Outcome(only.span, "report", (only,))

    def table(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Table(_span(meta), *self._headed(children, names=2))

    def needs(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Needs(_span(meta), children[0])

    def row_overrides(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.RowOverrides(_span(meta), *children)

    def any_value(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.AnyValue(_span(meta))

    def cell_list(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CellList(_span(meta), tuple(children))

    def not_cell(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CellList(_span(meta), children[0].items, True)

    def cell_range(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CellRange(_span(meta), *children)

    def cell_bound(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CellBound(_span(meta), str(children[0]), children[1])

    def missing_cell(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CellMissing(_span(meta), False)

    def present_cell(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CellMissing(_span(meta), True)

    def in_list(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CellIn(_span(meta), children[0], False)

    def not_in_list(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.CellIn(_span(meta), children[0], True)

    def test_cell(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    def cite_cell(self, meta: Meta, children: list[Any]) -> Any:
        return tuple(children)

    names_cell = cite_cell

    def date_cell(self, meta: Meta, children: list[Any]) -> Any:
        return children[0] if children else ()

    text_cell = date_cell

    def question_named(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.QuestionNamed(_span(meta), children[0])

    def pend(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Pend(_span(meta), children[0])

    def leave_open(self, meta: Meta, children: list[Any]) -> Any:
        name, label, clauses = self._headed(children)
        decision = clauses[0] if clauses and isinstance(clauses[0], nodes.Name) else None
        return nodes.LeaveOpen(_span(meta), name, label, decision, clauses if decision is None else clauses[1:])

    def that(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.That(_span(meta), children[0])

    def not_stated(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Otherwise(_span(meta), "")

    def consequence(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Otherwise(_span(meta), " ".join(children[0].split()), tuple(children[1:]))

    def otherwise(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    def require(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Require(_span(meta), *self._headed(children))

    # limits over the history

    def key(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Key(_span(meta), *self._headed(children))

    def limit(self, meta: Meta, children: list[Any]) -> Any:
        name, label, kind, clauses = self._headed(children, names=2)
        return nodes.Limit(_span(meta), name, label, kind, clauses)

    def subject(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Subject(_span(meta), children[0])

    def at_most_of(self, meta: Meta, children: list[Any]) -> Any:
        count, subject, *keys = children
        return nodes.AtMostOf(_span(meta), count, subject, tuple(keys))

    def no_after(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.NoAfter(_span(meta), *children)

    def wait_after(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.WaitAfter(_span(meta), *children)

    def no_with(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.NoWith(_span(meta), *children)

    def no_again(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.NoAgain(_span(meta), children[0], tuple(children[1:]))

    def on_same(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.OnSame(_span(meta), tuple(children))

    def counting(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Counting(_span(meta))

    def in_any_days(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Window(_span(meta), "any days", children[0])

    def in_calendar_month(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Window(_span(meta), "month")

    def in_calendar_year(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Window(_span(meta), "year")

    def in_lifetime(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Window(_span(meta), "lifetime")

    def per_year_since(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Window(_span(meta), "year since", None, children[0])

    def unless(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Unless(_span(meta), children[0])

    def after_service(self, meta: Meta, children: list[Any]) -> Any:
        paid, (subject, key) = _split(children, bool)
        return nodes.AfterService(_span(meta), subject, key, bool(paid))

    def paid(self, meta: Meta, children: list[Any]) -> Any:
        return True

    # code lists, silence

    def CODES_LIKE(self, token: Token) -> nodes.Code:
        return nodes.Code(_token_span(token), str(token))

    BARE_CODE = CODES_LIKE

    def code_listed(self, meta: Meta, children: list[Any]) -> Any:
        codes, labels, _ = _split(children, nodes.Code, nodes.Text)
        return nodes.CodeListed(
            _span(meta), codes[0], codes[1] if len(codes) > 1 else None, labels[0] if labels else None
        )

    def except_codes(self, meta: Meta, children: list[Any]) -> Any:
        return (children[0],)

    def _event(self, meta: Meta, kind: str, children: list[Any]) -> Any:
        """Give a line of a ledger: after `except` every code is an exception."""
        codes: list[Any] = []
        exceptions: list[Any] = []
        parts: list[Any] = []
        for child in children:
            if isinstance(child, tuple):
                exceptions += child
            elif isinstance(child, nodes.CodeListed):
                (exceptions or codes).append(child)
            else:
                parts.append(child)
        return nodes.CodeEvent(_span(meta), kind, tuple(codes), tuple(exceptions), tuple(parts))

    def start(self, meta: Meta, children: list[Any]) -> Any:
        return self._event(meta, "start", children)

    def present(self, meta: Meta, children: list[Any]) -> Any:
        return self._event(meta, "present", children)

    def add(self, meta: Meta, children: list[Any]) -> Any:
        return self._event(meta, "add", children)

    def remove(self, meta: Meta, children: list[Any]) -> Any:
        return self._event(meta, "remove", children)

    def before_date(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.BeforeDate(_span(meta), children[0])

    def of_service_date(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.OfServiceDate(_span(meta))

    def revision_named(self, meta: Meta, children: list[Any]) -> Any:
        *source, revision = children
        return nodes.RevisionNamed(_span(meta), str(revision), source[0] if source else None)

    by_revision = _only

    def posted_on(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.PostedOn(_span(meta), children[0])

    def voids(self, meta: Meta, children: list[Any]) -> Any:
        revision, *rest = children
        source = rest.pop(0) if isinstance(rest[0], nodes.Name) else None
        what, voided, *parts = rest
        by = nodes.RevisionNamed(_token_span(revision), str(revision), source)
        return nodes.Voids(_span(meta), by, str(what), voided, tuple(parts))

    def moved_to(self, meta: Meta, children: list[Any]) -> Any:
        names, parts = _split(children, nodes.Name)
        return nodes.MovedTo(_span(meta), tuple(names), tuple(parts))

    def events_from(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.EventsFrom(_span(meta), children[0])

    def others_unknown(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.OthersUnknown(_span(meta))

    def codes(self, meta: Meta, children: list[Any]) -> Any:
        name, label, system, clauses = self._headed(children, names=2)
        return nodes.Codes(_span(meta), name, label, system, clauses)

    def code_set(self, meta: Meta, children: list[Any]) -> Any:
        texts, rest = _split(children, nodes.Text)
        labels = [text for text in texts if isinstance(text, _Label)]
        (file,) = (text for text in texts if not isinstance(text, _Label))
        label = nodes.Text(labels[0].span, labels[0].text) if labels else None
        return nodes.CodeSet(_span(meta), rest[0], label, rest[1], file, tuple(rest[2:]))

    def words(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Text(_span(meta), " ".join(child.text for child in children))

    def means_any(self, meta: Meta, children: list[Any]) -> Any:
        return ("any " + children[0].text, ())

    def means_see(self, meta: Meta, children: list[Any]) -> Any:
        return ("see", tuple(children))

    def silence(self, meta: Meta, children: list[Any]) -> Any:
        subject, (means, see), *clauses = children
        return nodes.Silence(_span(meta), subject.text, means, see, tuple(clauses))

    # the interpretation log, examples, proofs

    def question(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Question(_span(meta), children[0], children[1], tuple(children[2:]))

    def decided(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Decided(_span(meta), *children)

    def still_open(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.StillOpen(_span(meta), *children)

    def seen(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Seen(_span(meta), children[0])

    def accept(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Accept(_span(meta), children[0], children[1], tuple(children[2:]))

    def expect_finding(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.ExpectFinding(_span(meta), children[0], tuple(children[1:]))

    def fact_is(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.FactIs(_span(meta), children[0], tuple(children[1:]))

    def fact_missing(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.FactMissing(_span(meta), children[0])

    def fact_unknown(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.FactUnknown(_span(meta), children[0])

    def given(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Given(_span(meta), tuple(children))

    def earlier(self, meta: Meta, children: list[Any]) -> Any:
        dates, facts = _split(children, nodes.Date)
        return nodes.Earlier(_span(meta), dates[0] if dates else None, tuple(facts))

    def no_earlier(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.NoEarlier(_span(meta))

    def as_posted_on(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.AsPostedOn(_span(meta), children[0])

    def by_rules(self, meta: Meta, children: list[Any]) -> Any:
        return tuple(children)

    def bare_values(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Outcome(_span(meta), "", tuple(children))

    def expect_answer(self, meta: Meta, children: list[Any]) -> Any:
        decision, outcome, *by = children
        return nodes.ExpectAnswer(_span(meta), decision, outcome.force, outcome.values, *self._by(by))

    def expect_kind(self, meta: Meta, children: list[Any]) -> Any:
        decision, kind, *by = children
        return nodes.ExpectKind(_span(meta), decision, " ".join(kind.split()), *self._by(by))

    def _by(self, by: list[Any]) -> tuple[Any, Any]:
        """Give the rules, or the revision, that an expectation names."""
        if by and isinstance(by[0], nodes.RevisionNamed):
            return (), by[0]
        return (by[0] if by else ()), None

    def expect_requirement(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.ExpectRequirement(_span(meta), children[0], " ".join(children[1].split()))

    def expect_cannot_happen(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.ExpectCannotHappen(_span(meta), children[0])

    def expect(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Expect(_span(meta), children[0])

    def example(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Example(_span(meta), *self._headed(children))

    def always_answers(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.AlwaysAnswers(_span(meta), children[0])

    def never_contradicts(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.NeverContradicts(_span(meta), children[0])

    def never_both(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.NeverBoth(_span(meta), *children)

    def always(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Always(_span(meta), children[0])

    def differs(self, meta: Meta, children: list[Any]) -> Any:
        revision, other, *source, condition = children
        return nodes.Differs(_span(meta), str(revision), str(other), source[0] if source else None, condition)

    def for_services(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.ForServices(_span(meta), children[0])

    def supposing(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.Supposing(_span(meta), *children)

    def prove(self, meta: Meta, children: list[Any]) -> Any:
        name, label, claim, clauses = self._headed(children, names=2)
        return nodes.Prove(_span(meta), name, label, claim, clauses)

    def not_modelled(self, meta: Meta, children: list[Any]) -> Any:
        return nodes.NotModelled(_span(meta), children[0], str(children[1]), tuple(children[2:]))


def _token_span(token: Token) -> Span:
    start, end = token.start_pos, token.end_pos
    assert start is not None
    assert end is not None
    return Span(start, end)


def _span(meta: Meta) -> Span:
    return Span(getattr(meta, "start_pos", 0), getattr(meta, "end_pos", 0))
