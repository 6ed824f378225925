"""Compiled policy to tables as data: every table that people read of a policy, cell by cell, before it is Markdown or HTML.

A cell is a row of pieces: words of ours as they are, names and texts of the author marked as such, so that each form of
output escapes what it must.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ruleproof.artifacts.condition_words import condition_in_words, value_in_words
from ruleproof.artifacts.derived import MOST_ROWS, Row, count_paths, derived_rows
from ruleproof.artifacts.tables import allowed_values
from ruleproof.compiled import Compiled
from ruleproof.model import nodes as model
from ruleproof.model.meaning import CANNOT_ANSWER, NOTHING, OUT_OF_SCOPE, OUTCOME, Answer
from ruleproof.prover.regions import box_in_words, cells_in_words
from ruleproof.prover.space import Box, Space

WIDEST = 24
"""Up to so many inputs the derived table has a column for each; else one column says what restricts the row."""

RULE, QUESTION, STATEMENT, ANY = "rule", "question", "statement", ""
"""What a name is the name of, where a reader may follow it."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the policy; `of` says what kind of thing it names, if that has a place of its own."""

    text: str
    of: str = ANY


@dataclass(frozen=True, slots=True)
class Text:
    """Words of the author, or words that hold some."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A place of a source, `article coding.targeted.1`."""

    text: str


@dataclass(frozen=True, slots=True)
class Stressed:
    """A word of ours that stands out."""

    text: str


Piece: TypeAlias = str | Name | Text | Cited | Stressed
Cell: TypeAlias = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a row of titles; every row has as many cells as there are titles."""

    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    about: tuple[str, ...] = ()
    """For each row the name of what it is about; empty where rows have none."""


def _titled(titles: Iterable[str], rows: Iterable[tuple[Cell, ...]], about: Iterable[str] = ()) -> Table:
    return Table(tuple((title,) for title in titles), tuple(rows), tuple(about))


def _joined(cells: Iterable[Cell], by: str) -> Cell:
    """Give cells as one, with words of ours between them."""
    pieces: list[Piece] = []
    for cell in cells:
        pieces += [by, *cell] if pieces else cell
    return tuple(pieces)


def names(listed: Iterable[str], of: str = ANY) -> Cell:
    """Give names in a row."""
    return _joined(((Name(name, of),) for name in listed), ", ")


def _text(text: str) -> Cell:
    return (Text(text),) if text else ()


# ---------------------------------------------------------------- decisions


def decision_in_words(decision: model.Decision) -> tuple[Cell, ...]:
    """Say what a decision gives, and of which cases."""
    gives = "collects" if decision.collects else "gives one of"
    given: Cell = ("the codes of ", Name(decision.codes)) if decision.codes else names(decision.outcomes)
    sentences: list[Cell] = [("Decision ", Name(decision.name), f" {gives} ", *given, ".")]
    if not isinstance(decision.scope, model.Always):
        scope = condition_in_words(decision.scope)
        sentences.append(("Scope: ", Text(scope), "; else ", Text(decision.out_of_scope), "."))
    return tuple(sentences)


def rules_as_written(decision: model.Decision) -> Table:
    """Give the rules of a decision in the order written."""
    head = ("rule", "label", "services", "when", "then", "overrides", "cites", "covers", "questions")
    return _titled(head, map(_rule, decision.rules), (rule.name for rule in decision.rules))


def _rule(rule: model.Rule) -> tuple[Cell, ...]:
    overrides = ((Name(item.rule, RULE), " because ", Text(item.because)) for item in rule.overrides)
    asked = dict.fromkeys((*rule.readings, *(item.reading for item in rule.overrides if item.reading)))
    return (
        (Name(rule.name, RULE),),
        _text(rule.label),
        _text(_services(rule)),
        _text(condition_in_words(rule.written)),
        _then(rule),
        _joined(overrides, "; "),
        citations(rule.citations),
        names(rule.statements, STATEMENT),
        names(asked, QUESTION),
    )


def _services(rule: model.Rule) -> str:
    start = f"from {rule.services_from}" if rule.services_from else ""
    until = f"until {rule.services_until}" if rule.services_until else ""
    return f"{start} {until}".strip()


def _then(rule: model.Rule) -> Cell:
    if rule.left_open:
        action: Cell = (", then ", Text(rule.action)) if rule.action else ()
        return ("left open: ", Text(rule.because), *action)
    return (f"{rule.force} ", *names(rule.outcomes))


def citations(cited: Iterable[model.Citation]) -> Cell:
    """Give citations in a row, each with its quote."""
    return _joined(map(_citation, cited), "; ")


def _citation(citation: model.Citation) -> Cell:
    quote: Cell = (" “", Text(citation.says), "”") if citation.says else ()
    return (Cited(citation.text), *quote)


def derived_table(compiled: Compiled, decision: model.Decision) -> tuple[Cell | Table, ...]:
    """Give the table without overlaps: sentences and tables, in the order in which they are read."""
    graph = compiled.graphs[decision.name]
    rows = derived_rows(graph)
    if rows is None:
        many = f"It would have {count_paths(graph)} rows, more than the {MOST_ROWS} that are printed"
        return ((f"{many}; the graph holds all of them.",),)
    outside = [row for row in rows if _is_outside(row.answer)]
    inside = [row for row in rows if not _is_outside(row.answer)]
    shared = _shared(compiled.space, inside)
    apart = bool(outside and inside) and shared != compiled.space.whole
    of = " of the two tables" if apart else ""
    first: Cell = (f"Exactly one row{of} holds in every case that can happen; ", Name("-"))
    first = (*first, " is any value, missing included.")
    if not apart:
        return first, _rows(compiled.space, decision, rows, compiled.space.whole)
    here: Cell = ("Here always: ", Text(box_in_words(compiled.space, shared)), ".")
    whole = _rows(compiled.space, decision, outside, compiled.space.whole)
    return first, whole, here, _rows(compiled.space, decision, inside, shared)


def _is_outside(answer: Answer) -> bool:
    """Tell whether the decision does not reach a case: its text is not here, or it is out of scope."""
    return answer.kind in (CANNOT_ANSWER, OUT_OF_SCOPE) and not answer.rules


def _shared(space: Space, rows: Sequence[Row]) -> Box:
    """Give what all rows restrict alike, as a box that is otherwise the whole."""
    found = list(space.whole)
    for place, masks in enumerate(zip(*(row.box for row in rows), strict=True)):
        found[place] = masks[0] if len(set(masks)) == 1 else found[place]
    return tuple(found)


def _rows(space: Space, decision: model.Decision, rows: Sequence[Row], shared: Box) -> Table:
    """Give a table of rows; what they share is not said again."""
    rules = {rule.name: rule for rule in decision.rules}
    asked = [place for place, mask in enumerate(shared) if any(row.box[place] != mask for row in rows)]
    answers = [_answer(row.answer, rules, decision.collects) for row in rows]
    head: list[Cell] = [("answer",), ("rules",), ("cites",)]
    if len(asked) <= WIDEST:
        head = [*(_column(space, place) for place in asked), *head]
        cells = [tuple(_cells(space, row, asked)) for row in rows]
    else:
        head = [("where",), *head]
        own = [
            tuple(row.box[place] if place in asked else full for place, full in enumerate(space.whole)) for row in rows
        ]
        cells = [(_text(box_in_words(space, box)),) for box in own]
    return Table(tuple(head), tuple((*first, *last) for first, last in zip(cells, answers, strict=True)))


def _column(space: Space, place: int) -> Cell:
    dimension = space.dimensions[place]
    group: Cell = (": ", Text(dimension.group_name)) if dimension.group is not None else ()
    return (Name(dimension.input), *group)


def _cells(space: Space, row: Row, asked: Iterable[int]) -> Iterator[Cell]:
    for place in asked:
        whole = row.box[place] == space.dimensions[place].full
        yield ("-",) if whole else _text(cells_in_words(space, place, row.box[place]))


def _answer(answer: Answer, rules: Mapping[str, model.Rule], collects: bool) -> tuple[Cell, Cell, Cell]:
    # only where a decision collects may a case have nothing
    kind = "gap: no rule" if answer.kind == NOTHING and not collects else answer.kind
    said: Cell = (f"{answer.force} ", *names(answer.outcomes)) if answer.kind == OUTCOME else (Stressed(kind),)
    said = (*said, *((", on a further line ", *names(answer.further)) if answer.further else ()))
    said = (*said, *((", not ", *names(answer.barred)) if answer.barred else ()))
    behind = [rules[name] for name in answer.rules if name in rules]
    reasons = [answer.reason] if answer.reason else [rule.because or rule.label for rule in behind if rule.left_open]
    said = (*said, *((": ", Text("; ".join(reasons))) if any(reasons) else ()))
    places = dict.fromkeys(citation.text for rule in behind for citation in rule.citations)
    return said, names(answer.rules, RULE), _joined(((Cited(place),) for place in places), "; ")


# ---------------------------------------------------------------- the rest


def requirements_table(listed: Iterable[model.Requirement]) -> Table:
    """Give what a claim must carry, and its limits."""
    known = tuple(listed)
    head = ("name", "what is required", "when", "else", "cites")
    return _titled(head, map(_requirement, known), (item.name for item in known))


def _requirement(item: model.Requirement) -> tuple[Cell, ...]:
    when: Cell = () if isinstance(item.when, model.Always) else _text(condition_in_words(item.when))
    told = _joined(((Text(text),) for text in (item.reason_codes, item.text) if text), " ")
    otherwise: Cell = (item.action or "consequence not stated", *((": ", *told) if told else ()))
    return (Name(item.name, RULE),), _text(condition_in_words(item.that)), when, otherwise, citations(item.citations)


def inputs_table(policy: model.Policy) -> Table:
    """Give what is asked of a claim."""
    presumed = {item.input: item.value for item in policy.presumptions}
    rows = (
        (
            (Name(item.name),),
            _text(item.label),
            (Text(allowed_values(item)), *((", in ", Text(item.unit)) if item.unit else ())),
            _text(item.ask),
            _text("; ".join(_about(item, presumed))),
        )
        for item in policy.inputs
    )
    return _titled(("input", "label", "is", "question", "note"), rows, (item.name for item in policy.inputs))


def _about(item: model.Input, presumed: Mapping[str, object]) -> Iterator[str]:
    if item.name in presumed:
        yield f"presumed {value_in_words(presumed[item.name])} unless shown"
    if item.reviewer:
        yield f"decided by a reviewer because {item.reviewer}"
    if item.follows:
        yield f"follows {item.follows}"


def sources_table(policy: model.Policy) -> Table:
    """Give the sources with their revisions."""
    head = ("name", "title", "authority", "revisions", "notes")
    return _titled(head, map(_source, policy.sources), (item.name for item in policy.sources))


def _source(item: model.SourceDocument) -> tuple[Cell, ...]:
    revisions = _joined(((Text(", ".join(_about_revision(revision))),) for revision in item.revisions), "; ")
    notes = _joined(((Text(note),) for note in item.notes), "; ")
    return (Name(item.name),), _text(item.label), _text(item.authority), revisions, notes


def _about_revision(item: model.Revision) -> Iterator[str]:
    yield item.name
    if item.posted:
        yield f"{'of' if item.posted_is_history_date else 'published'} {item.posted}"
    until = f" until {item.services_until}" if item.services_until else ""
    yield f"services from {item.services_from}{until}"
    if item.replaces:
        yield f"replaces {item.replaces}"
    if not item.has_text:
        yield "its text is not here"


def definitions_table(policy: model.Policy) -> Table:
    """Give the named conditions."""
    rows = (
        (
            (Name(item.name, RULE),),
            _text(item.label),
            _text(condition_in_words(item.condition)),
            citations(item.citations),
            names(item.readings, QUESTION),
        )
        for item in policy.definitions
    )
    head = ("name", "label", "holds when", "cites", "questions")
    return _titled(head, rows, (item.name for item in policy.definitions))


def impossibles_table(policy: model.Policy) -> Table:
    """Give the combinations of facts that cannot happen."""
    rows = (
        ((Name(item.name, RULE),), _text(condition_in_words(item.condition)), _text(item.because))
        for item in policy.impossibles
    )
    return _titled(("name", "when", "because"), rows, (item.name for item in policy.impossibles))


def questions_table(policy: model.Policy) -> Table:
    """Give the questions of interpretation, each with its state."""
    rows = (((Name(item.name, QUESTION),), _text(item.text), _text(state_of(item))) for item in policy.questions)
    return _titled(("name", "question", "state"), rows, (item.name for item in policy.questions))


def state_of(item: model.Question) -> str:
    """Say whether a question is decided, and how."""
    if item.decided:
        by = " ".join(text for text in (f"by {item.by}" if item.by else "", f"on {item.on}" if item.on else "") if text)
        return f"decided: {item.decided}" + (f" ({by})" if by else "")
    return f"open, provisionally {item.provisionally}" if item.provisionally else "open"
