"""The words of flowcharts: a question for an input, an answer for some cells, what a decision says."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator

from ruleproof.artifacts.chart import Kind, clean, tied
from ruleproof.artifacts.charts.steps import Say
from ruleproof.model import meaning
from ruleproof.model import nodes as model
from ruleproof.prover.cells import Cell, Dimension
from ruleproof.prover.space import Space, bits_of

MOST_VALUES = 6


def plain(name: str) -> str:
    """Give a name as people say it: `surgical_tissue` is surgical tissue; what is no plain name stays as it is.

    >>> plain("surgical_tissue"), plain("CPT 81445"), plain("a<b_")
    ('surgical tissue', 'CPT 81445', 'a<b_')
    """
    return name.replace("_", " ") if re.fullmatch(r"[^\W_]+(?:_[^\W_]+)*", name) else clean(name)


def outcome(name: str) -> str:
    """Give a code or the name of an outcome, never broken over two lines."""
    return tied(plain(name))


def counted(number: int, word: str) -> str:
    """Give a number and its word, in the singular for one.

    >>> counted(1, "rule"), counted(2, "rule")
    ('1 rule', '2 rules')
    """
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def listed(words: Iterable[str], last: str = " or") -> str:
    """Join words as a sentence does.

    >>> listed(["dna", "rna", "both"]), listed(["dna"])
    ('dna, rna or both', 'dna')
    """
    *others, final = words
    return f"{', '.join(others)}{last} {final}" if others else final


def label_of(part: model.Input | model.Definition | model.Decision | model.CodeList) -> str:
    """Give the words for a part of the policy: its label, or its name as people say it."""
    return clean(part.label) or plain(part.name)


# ---------------------------------------------------------------- questions


def question(space: Space, place: int) -> str:
    """Give what a question asks, with its unit unless the label names it."""
    return f"{subject(space, place)}?"


def subject(space: Space, place: int) -> str:
    """Give what a question is about."""
    dimension = space.dimensions[place]
    item = space.inputs[dimension.input]
    label = label_of(item)
    if dimension.group is not None:
        return f"{label}: any of {group_words(space.policy, dimension.group.values, dimension.group_name)}"
    unit = f" ({item.unit})" if item.unit and item.unit.lower() not in label.lower() else ""
    return f"{label}{unit}"


def asked_of(space: Space, place: int) -> str:
    """Say who answers a question, where it is not read off the claim."""
    item = space.inputs[space.dimensions[place].input]
    if item.reviewer:
        return "decided by reviewer"
    return f"decided by {item.follows}" if item.follows else ""


def question_in_full(space: Space, place: int) -> str:
    """Give the input's name and its question as the policy words it."""
    item = space.inputs[space.dimensions[place].input]
    return clean(f"{item.name}: {item.ask or label_of(item)}")


# ---------------------------------------------------------------- answers to questions


def answer(space: Space, place: int, cells: int) -> str:
    """Give the words for some cells of a dimension: `5 to 50`, `dna or rna`, `missing`."""
    dimension = space.dimensions[place]
    if dimension.group is not None:
        return {0b01: "no", 0b10: "yes"}.get(cells, "yes or no")
    chosen = [dimension.cells[number] for number in bits_of(cells)]
    words = [*_stretches(dimension, cells)] if _is_ordered(dimension) else [*_values(space, dimension, cells)]
    words += ["missing"] if any(cell.missing for cell in chosen) else []
    return listed(words, ", or" if _is_ordered(dimension) and len(words) > 1 else " or")


def _is_ordered(dimension: Dimension) -> bool:
    return any(cell.stretch for cell in dimension.cells)


def _values(space: Space, dimension: Dimension, cells: int) -> Iterator[str]:
    chosen = [dimension.cells[number] for number in bits_of(cells)]
    if not any(cell.others for cell in dimension.cells):
        values = [value for cell in chosen for value in cell.values]
        left_out = [value for cell in dimension.cells if cell not in chosen for value in cell.values]
        if len(values) > MOST_VALUES and 0 < len(left_out) <= 2:
            yield f"other than {listed(map(plain, left_out))}"
            return
        yield from map(plain, values)
        return
    for cell in chosen:
        if cell.others:
            yield "any other" if any(other.values for other in dimension.cells) else "given"
        elif not cell.missing:
            yield group_words(space.policy, cell.values, "")


def group_words(policy: model.Policy, codes: tuple[str, ...], otherwise: str) -> str:
    """Name some codes: one by one where they are few, else by the first code list that they are, or are part of."""
    if codes and len(codes) <= 3:
        return listed(map(plain, codes))
    for codes_list in policy.code_lists:
        inside = set(codes_list.codes)
        if codes and set(codes) <= inside:
            part = "" if len(inside) == len(codes) else f"{len(codes)} of "
            return f"{part}{plain(codes_list.name)}"
    return clean(otherwise) or f"{len(codes)} values ({plain(codes[0])}, …)"


def _stretches(dimension: Dimension, cells: int) -> Iterator[str]:
    ordered = [number for number, cell in enumerate(dimension.cells) if cell.stretch]
    runs: list[list[int]] = []
    for number in ordered:
        if cells >> number & 1:
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
    for run in runs:
        first, last = dimension.cells[run[0]], dimension.cells[run[-1]]
        yield _stretch(first, last, run[0] == ordered[0], run[-1] == ordered[-1])


def _stretch(first: Cell, last: Cell, from_start: bool, to_end: bool) -> str:
    """Give the words for an unbroken stretch; an end that is the end of the domain is not named."""
    low, high = first.low, last.high
    is_date = isinstance(low, datetime.date)
    if low == high:
        return f"{low}"
    if from_start and to_end:
        return "any date" if is_date else "any number"
    if to_end:
        return f"from {low}" if is_date else f"{low} or more" if first.low_closed else f"more than {low}"
    if from_start:
        return f"until {high}" if is_date else f"up to {high}" if last.high_closed else f"less than {high}"
    above = f"{low}" if first.low_closed else f"more than {low}"
    return f"{above} to {high}" if last.high_closed else f"{above} to less than {high}"


# ---------------------------------------------------------------- what is said

KIND_OF_FORCE = {
    model.REPORT: Kind.REPORT,
    model.MAY_REPORT: Kind.MAY_REPORT,
    model.ALSO: Kind.ALSO,
    model.CONSIDER: Kind.CONSIDER,
    model.MUST_NOT: Kind.MUST_NOT,
}


def kind_of(decision: model.Decision, end: Say) -> Kind:
    match end.answer.kind:
        case meaning.OUTCOME:
            return KIND_OF_FORCE.get(end.answer.force, Kind.SEVERAL)
        case meaning.NOTHING:
            return Kind.NOTHING_APPLIES if decision.collects else Kind.GAP
        case meaning.OPEN:
            return Kind.LEFT_OPEN
        case meaning.OUT_OF_SCOPE:
            return Kind.OUT_OF_SCOPE
        case _:
            return Kind.CONFLICT if end.always else Kind.CANNOT_ANSWER


def headline(decision: model.Decision, end: Say) -> str:
    """Give what is said, in a few words."""
    said = end.answer
    match kind_of(decision, end):
        case Kind.NOTHING_APPLIES:
            return "nothing applies"
        case Kind.GAP:
            return "gap: no rule"
        case Kind.LEFT_OPEN:
            return "left open"
        case Kind.OUT_OF_SCOPE:
            return "out of scope"
        case Kind.CANNOT_ANSWER:
            return "cannot answer"
        case Kind.CONFLICT:
            return f"{said.reason.split(' ', 1)[0]}: cannot answer"
        case Kind.SEVERAL:
            return "; ".join(map(outcome, said.outcomes))
        case Kind.ALSO:
            return f"may also report {listed(map(outcome, said.outcomes), ' and')} on a further line"
        case Kind.MUST_NOT:
            return f"must not report {listed(map(outcome, said.outcomes))}"
        case _:
            return f"{said.force} {listed(map(outcome, said.outcomes))}"


def small_print(decision: model.Decision, end: Say) -> Iterator[str]:
    """Give what else stands at an end, one remark after the other: reasons, further codes, rules, sources."""
    said = end.answer
    if said.kind == meaning.CANNOT_ANSWER and not end.always:
        yield clean(said.reason)
    if said.further:
        yield f"may also report {listed(map(outcome, said.further), ' and')} on a further line"
    if said.barred:
        yield f"must not report {listed(map(outcome, said.barred))}"
    rules = [rule for rule in decision.rules if rule.name in end.always]
    for rule in rules:
        yield from _left_open(rule) if rule.left_open else ()
    named = [clean(rule.name) for rule in rules if not rule.left_open]
    also = f", in part also {listed(map(clean, end.at_times), ' and')}" if end.at_times else ""
    if named:
        yield f"{'rules' if len(named) > 1 else 'rule'} {listed(named, ' and')}{also}"
    yield from dict.fromkeys(clean(citation.text) for rule in rules for citation in rule.citations)


def _left_open(rule: model.Rule) -> Iterator[str]:
    yield f"{clean(rule.name)}: {clean(rule.label)}" if rule.label else clean(rule.name)
    asked = f"question {listed(map(clean, rule.readings), ' and')}" if rule.readings else ""
    then = f"then {clean(rule.action)}" if rule.action else ""
    if asked or then:
        yield ", ".join(part for part in (asked, then) if part)


def end_in_full(decision: model.Decision, end: Say) -> str:
    """Give all that is known of an end in sentences: what is said, why, and by which rules."""
    parts = [headline(decision, end)]
    if end.answer.kind == meaning.OUT_OF_SCOPE:
        parts.append(end.answer.reason)
    for rule in decision.rules:
        if rule.name in end.always:
            cited = listed([citation.text for citation in rule.citations], " and") if rule.citations else "no source"
            about = ": ".join(part for part in (rule.name, rule.label, rule.because) if part)
            parts.append(f"{about} ({cited})")
    if end.at_times:
        parts.append(f"in part also {listed(end.at_times, ' and')}")
    return clean(". ".join(parts))
