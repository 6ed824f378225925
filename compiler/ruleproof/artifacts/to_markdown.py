"""Compiled policy to tables for people: the rules as written, and for each decision the derived table without overlaps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ruleproof.artifacts.chart import clean
from ruleproof.artifacts.condition_words import condition_in_words, value_in_words
from ruleproof.artifacts.derived import MOST_ROWS, Row, count_paths, derived_rows
from ruleproof.artifacts.names import file_stem
from ruleproof.artifacts.tables import allowed_values, unsound
from ruleproof.compiled import VERSION, Compiled
from ruleproof.model import nodes as model
from ruleproof.model.meaning import CANNOT_ANSWER, OUT_OF_SCOPE, OUTCOME, Answer
from ruleproof.prover.regions import box_in_words, cells_in_words
from ruleproof.prover.space import Box, Space

WIDEST = 24
"""Up to so many inputs the derived table has a column for each; else one column says what restricts the row."""


def to_markdown(compiled: Compiled) -> dict[str, str]:
    """Give the tables of a policy."""
    lines = [line for section in _sections(compiled) for line in section]
    return {f"{file_stem(compiled.policy.name)}.md": "\n".join(lines).rstrip("\n") + "\n"}


def escaped(text: str) -> str:
    r"""Give a text as it can stand anywhere in Markdown, a table included, and be read as it is.

    >>> escaped("a|b <i> `c` _d_ e_f *g*")
    'a\\|b &lt;i&gt; \\`c\\` \\_d\\_ e_f \\*g\\*'
    """
    plain = re.sub(r"[\\`*\[\]|~$#!]|(?<!\w)_|_(?!\w)", r"\\\g<0>", clean(text))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _name(text: str) -> str:
    """Give a name as code where that is safe."""
    return f"`{text}`" if re.fullmatch(r"\w+(?:[ .]\w+)*", text) else escaped(text)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Give a table of cells that are Markdown already."""
    titles = list(head)
    yield f"| {' | '.join(titles)} |"
    yield f"|{' --- |' * len(titles)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(_name, names))


def _sections(compiled: Compiled) -> Iterator[list[str]]:
    policy = compiled.policy
    yield list(_head(compiled))
    for decision in policy.decisions:
        yield list(_decision(compiled, decision))
    if policy.requirements:
        yield [
            "## Requirements",
            "",
            *_table(("name", "what is required", "when", "else", "cites"), map(_requirement, policy.requirements)),
        ]
    yield list(_inputs(policy))
    if policy.sources:
        head = ("name", "title", "authority", "revisions", "notes")
        yield ["## Sources", "", *_table(head, map(_source, policy.sources))]
    if policy.definitions:
        yield [
            "## Definitions",
            "",
            *_table(("name", "label", "holds when", "cites", "questions"), map(_definition, policy.definitions)),
        ]
    if policy.impossibles:
        rows = (
            (_name(item.name), escaped(condition_in_words(item.condition)), escaped(item.because))
            for item in policy.impossibles
        )
        yield ["## What cannot happen", "", *_table(("name", "when", "because"), rows)]
    if policy.questions:
        yield ["## Questions", "", *_table(("name", "question", "state"), map(_question, policy.questions))]


def _head(compiled: Compiled) -> Iterator[str]:
    policy = compiled.policy
    yield f"# {escaped(policy.label or policy.name)}"
    yield ""
    yield f"Policy {_name(policy.name)}, revision {escaped(compiled.revision or 'not stated')}."
    yield f"sha256 `{compiled.source.sha256}`, made by ruleproof {VERSION}."
    faults = unsound(compiled)
    if faults:
        yield ""
        yield f"**Built all the same, with these findings standing: {_names(faults)}.**"
    yield ""


# ---------------------------------------------------------------- decisions


def _decision(compiled: Compiled, decision: model.Decision) -> Iterator[str]:
    yield f"## {escaped(decision.label or decision.name)}"
    yield ""
    gives = "collects" if decision.collects else "gives one of"
    given = f"the codes of {_name(decision.codes)}" if decision.codes else _names(decision.outcomes)
    yield f"Decision {_name(decision.name)} {gives} {given}."
    if not isinstance(decision.scope, model.Always):
        yield f"Scope: {escaped(condition_in_words(decision.scope))}; else {escaped(decision.out_of_scope)}."
    yield ""
    yield "### Rules as written"
    yield ""
    head = ("rule", "label", "services", "when", "then", "overrides", "cites", "covers", "questions")
    yield from _table(head, map(_rule, decision.rules))
    yield "### Derived table without overlaps"
    yield ""
    yield from _derived(compiled, decision)


def _rule(rule: model.Rule) -> tuple[str, ...]:
    overrides = "; ".join(f"{_name(item.rule)} because {escaped(item.because)}" for item in rule.overrides)
    return (
        _name(rule.name),
        escaped(rule.label),
        _services(rule),
        escaped(condition_in_words(rule.written)),
        _then(rule),
        overrides,
        "; ".join(map(_citation, rule.citations)),
        _names(rule.statements),
        _names(dict.fromkeys((*rule.readings, *(item.reading for item in rule.overrides if item.reading)))),
    )


def _services(rule: model.Rule) -> str:
    start = f"from {rule.services_from}" if rule.services_from else ""
    until = f"until {rule.services_until}" if rule.services_until else ""
    return f"{start} {until}".strip()


def _then(rule: model.Rule) -> str:
    if rule.left_open:
        action = f", then {escaped(rule.action)}" if rule.action else ""
        return f"left open: {escaped(rule.because)}{action}"
    return f"{rule.force} {_names(rule.outcomes)}"


def _citation(citation: model.Citation) -> str:
    return escaped(citation.text) + (f" “{escaped(citation.says)}”" if citation.says else "")


def _derived(compiled: Compiled, decision: model.Decision) -> Iterator[str]:
    graph = compiled.graphs[decision.name]
    rows = derived_rows(graph)
    if rows is None:
        yield f"It would have {count_paths(graph)} rows, more than the {MOST_ROWS} that are printed; the graph holds all of them."
        yield ""
        return
    outside = [row for row in rows if _is_outside(row.answer)]
    inside = [row for row in rows if not _is_outside(row.answer)]
    shared = _shared(compiled.space, inside)
    apart = bool(outside and inside) and shared != compiled.space.whole
    of = " of the two tables" if apart else ""
    yield f"Exactly one row{of} holds in every case that can happen; `-` is any value, missing included."
    yield ""
    if apart:
        yield from _rows(compiled.space, decision, outside, compiled.space.whole)
        yield f"Here always: {escaped(box_in_words(compiled.space, shared))}."
        yield ""
        yield from _rows(compiled.space, decision, inside, shared)
    else:
        yield from _rows(compiled.space, decision, rows, compiled.space.whole)


def _is_outside(answer: Answer) -> bool:
    """Tell whether the decision does not reach a case: its text is not here, or it is out of scope."""
    return answer.kind in (CANNOT_ANSWER, OUT_OF_SCOPE) and not answer.rules


def _shared(space: Space, rows: Sequence[Row]) -> Box:
    """Give what all rows restrict alike, as a box that is otherwise the whole."""
    found = list(space.whole)
    for place, masks in enumerate(zip(*(row.box for row in rows), strict=True)):
        found[place] = masks[0] if len(set(masks)) == 1 else found[place]
    return tuple(found)


def _rows(space: Space, decision: model.Decision, rows: Sequence[Row], shared: Box) -> Iterator[str]:
    """Give a table of rows; what they share is not said again."""
    rules = {rule.name: rule for rule in decision.rules}
    asked = [place for place, mask in enumerate(shared) if any(row.box[place] != mask for row in rows)]
    answers = [_answer(row.answer, rules) for row in rows]
    if len(asked) <= WIDEST:
        head = [*(_column(space, place) for place in asked), "answer", "rules", "cites"]
        cells = [tuple(_cells(space, row, asked)) for row in rows]
    else:
        head = ["where", "answer", "rules", "cites"]
        own = [
            tuple(row.box[place] if place in asked else full for place, full in enumerate(space.whole)) for row in rows
        ]
        cells = [(escaped(box_in_words(space, box)),) for box in own]
    yield from _table(head, ([*first, *last] for first, last in zip(cells, answers, strict=True)))


def _column(space: Space, place: int) -> str:
    dimension = space.dimensions[place]
    name = _name(dimension.input)
    return f"{name}: {escaped(dimension.group_name)}" if dimension.group is not None else name


def _cells(space: Space, row: Row, asked: Iterable[int]) -> Iterator[str]:
    for place in asked:
        whole = row.box[place] == space.dimensions[place].full
        yield "-" if whole else escaped(cells_in_words(space, place, row.box[place]))


def _answer(answer: Answer, rules: Mapping[str, model.Rule]) -> tuple[str, str, str]:
    said = f"{answer.force} {_names(answer.outcomes)}" if answer.kind == OUTCOME else f"*{answer.kind}*"
    said += f", on a further line {_names(answer.further)}" if answer.further else ""
    said += f", not {_names(answer.barred)}" if answer.barred else ""
    behind = [rules[name] for name in answer.rules if name in rules]
    reasons = [answer.reason] if answer.reason else [rule.because or rule.label for rule in behind if rule.left_open]
    said += f": {escaped('; '.join(reasons))}" if any(reasons) else ""
    places = dict.fromkeys(citation.text for rule in behind for citation in rule.citations)
    return said, _names(answer.rules), escaped("; ".join(places))


# ---------------------------------------------------------------- the rest


def _requirement(item: model.Requirement) -> tuple[str, ...]:
    when = "" if isinstance(item.when, model.Always) else escaped(condition_in_words(item.when))
    told = " ".join(escaped(text) for text in (item.reason_codes, item.text) if text)
    otherwise = f"{item.action or 'consequence not stated'}{': ' if told else ''}{told}"
    return (
        _name(item.name),
        escaped(condition_in_words(item.that)),
        when,
        otherwise,
        "; ".join(map(_citation, item.citations)),
    )


def _inputs(policy: model.Policy) -> Iterator[str]:
    yield "## Inputs"
    yield ""
    presumed = {item.input: item.value for item in policy.presumptions}
    rows = (
        (
            _name(item.name),
            escaped(item.label),
            escaped(allowed_values(item)) + (f", in {escaped(item.unit)}" if item.unit else ""),
            escaped(item.ask),
            escaped("; ".join(_about(item, presumed))),
        )
        for item in policy.inputs
    )
    yield from _table(("input", "label", "is", "question", "note"), rows)


def _about(item: model.Input, presumed: Mapping[str, object]) -> Iterator[str]:
    if item.name in presumed:
        yield f"presumed {value_in_words(presumed[item.name])} unless shown"
    if item.reviewer:
        yield f"decided by a reviewer because {item.reviewer}"
    if item.follows:
        yield f"follows {item.follows}"


def _source(item: model.SourceDocument) -> tuple[str, ...]:
    revisions = "; ".join(escaped(", ".join(_about_revision(revision))) for revision in item.revisions)
    notes = "; ".join(map(escaped, item.notes))
    return (_name(item.name), escaped(item.label), escaped(item.authority), revisions, notes)


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


def _definition(item: model.Definition) -> tuple[str, ...]:
    condition = escaped(condition_in_words(item.condition))
    return (
        _name(item.name),
        escaped(item.label),
        condition,
        "; ".join(map(_citation, item.citations)),
        _names(item.readings),
    )


def _question(item: model.Question) -> tuple[str, ...]:
    if item.decided:
        by = " ".join(text for text in (f"by {item.by}" if item.by else "", f"on {item.on}" if item.on else "") if text)
        state = f"decided: {item.decided}" + (f" ({by})" if by else "")
    else:
        state = f"open, provisionally {item.provisionally}" if item.provisionally else "open"
    return (_name(item.name), escaped(item.text), escaped(state))
