"""Examples that are missing, as policy text: for each rule, override and boundary that no example tries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from ruleproof.checks.example_fails import presumed
from ruleproof.cli.coverage import Coverage, boundaries, override_words
from ruleproof.cli.formats.values import value_in_words
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model import meaning
from ruleproof.model.meaning import Answer
from ruleproof.model.nodes import CodePattern, Decision, Input
from ruleproof.prover.boxes import meets
from ruleproof.prover.regions import written_name
from ruleproof.prover.study import Landscape

_PLAIN = re.compile(r"[^\W\d]\w*|(?:CPT|HCPCS|PLA|ICD|ICDPCS|REV|POS|MOD|CARC|RARC) [A-Z0-9][A-Z0-9.]{0,14}")
Facts = Mapping[str, Value]


def proposals(compiled: Compiled, measured: Iterable[Coverage]) -> list[str]:
    """Give the text of an example for everything that is not tried and can be."""
    missing = {item.kind: set(item.missing) for item in measured}
    taken = {example.name for example in compiled.policy.examples}
    found: dict[tuple[object, ...], tuple[str, str, Decision, Facts]] = {}
    wanted = (*_for_rules(compiled, missing), *_for_overrides(compiled, missing), *_for_boundaries(compiled, missing))
    for name, label, decision, facts in wanted:
        found.setdefault((decision.name, *sorted(map(str, facts.items()))), (name, label, decision, facts))
    texts = []
    for name, label, decision, facts in found.values():
        free = _free(name, taken)
        taken.add(free)
        texts.append(_example_text(compiled, free, label, decision, facts))
    return texts


Wanted = tuple[str, str, Decision, Facts]


def _for_rules(compiled: Compiled, missing: Mapping[str, set[str]]) -> Iterator[Wanted]:
    for decision, landscape in _landscapes(compiled):
        for rule in decision.rules:
            if rule.name in missing["rules"]:
                won = [key for key, answer in landscape.answers.items() if rule.name in answer.rules]
                yield from _first(compiled, landscape, won, f"try_{rule.name}", f"{rule.name} answers")


def _for_overrides(compiled: Compiled, missing: Mapping[str, set[str]]) -> Iterator[Wanted]:
    for decision, landscape in _landscapes(compiled):
        for rule in decision.rules:
            for beaten in rule.overrides:
                words = override_words((rule.name, beaten.rule))
                if words in missing["overrides"]:
                    both = [key for key in landscape.boxes if {rule.name, beaten.rule} <= key]
                    yield from _first(
                        compiled,
                        landscape,
                        both,
                        f"try_{rule.name}_{beaten.rule}",
                        words,
                        keep=(rule.name, beaten.rule),
                    )


def _for_boundaries(compiled: Compiled, missing: Mapping[str, set[str]]) -> Iterator[Wanted]:
    for name, value in boundaries(compiled):
        words = f"{name} {value_in_words(value)}"
        if words not in missing["boundaries"]:
            continue
        for _, landscape in _landscapes(compiled):
            if name in landscape.inputs:
                made = list(_at(compiled, landscape, name, value, words))
                if made:
                    yield made[0]
                    break


def _at(compiled: Compiled, landscape: Landscape, name: str, value: Value, words: str) -> Iterator[Wanted]:
    """Find a case with this value that gets an answer."""
    place = compiled.space.places[name][0]
    cells = compiled.space.dimensions[place].cells
    mask = sum(1 << number for number, cell in enumerate(cells) if cell.holds(value))
    for key, boxes in landscape.boxes.items():
        if not _is_sayable(landscape.answers[key]):
            continue
        for box in boxes:
            if box[place] & mask:
                case = compiled.space.sample((*box[:place], box[place] & mask, *box[place + 1 :])) | {name: value}
                facts = _shortest(compiled, landscape, case, frozenset((name,)), frozenset())
                yield f"try_{name}_{_as_name(value)}", words, landscape.decision, facts
                return


def _landscapes(compiled: Compiled) -> Iterator[tuple[Decision, Landscape]]:
    for decision in compiled.decisions:
        landscape = compiled.study.landscape(decision)
        if landscape is not None:
            yield decision, landscape


def _first(
    compiled: Compiled,
    landscape: Landscape,
    keys: Iterable[frozenset[str]],
    name: str,
    label: str,
    keep: Iterable[str] = (),
) -> Iterator[Wanted]:
    """Give the first case among these sets of rules whose answer an example can state."""
    for key in keys:
        if _is_sayable(landscape.answers[key]):
            case = compiled.space.sample(landscape.boxes[key][0])
            facts = _shortest(compiled, landscape, case, frozenset(), frozenset(keep))
            yield name, label, landscape.decision, facts
            return


def _is_sayable(answer: Answer) -> bool:
    return answer.kind in (meaning.OUTCOME, meaning.OPEN) and answer.force != "several"


def _shortest(
    compiled: Compiled, landscape: Landscape, case: Facts, fixed: frozenset[str], keep: frozenset[str]
) -> dict[str, Value]:
    """Leave out every fact without which the answer, its rules and the rules to keep stay the same."""
    facts = {name: case[name] for name in case if name in landscape.inputs}
    wanted = _settled(compiled, landscape, facts, keep)
    for name in list(facts):
        fewer = {other: value for other, value in facts.items() if other != name}
        if name not in fixed and _settled(compiled, landscape, fewer, keep) == wanted:
            facts = fewer
    return facts


def _settled(compiled: Compiled, landscape: Landscape, facts: Facts, keep: frozenset[str]) -> tuple[object, ...]:
    """Give the answer to some facts and whether the rules to keep hold for certain; nothing where it is not settled."""
    box = presumed(compiled.study, facts)
    answers = compiled.study.answers(landscape.decision, box)
    if len(answers) != 1:
        return ()
    held = [key for key, own in landscape.boxes.items() if any(meets(box, part) for part in own)]
    return (answers[0].said, answers[0].rules, all(keep <= key for key in held))


# ---------------------------------------------------------------- as text


def _example_text(compiled: Compiled, name: str, label: str, decision: Decision, facts: Facts) -> str:
    (answer,) = compiled.study.answers(decision, presumed(compiled.study, facts))
    given = ", ".join(_fact(compiled.policy.input(fact), value) for fact, value in facts.items())
    by = f" by {', '.join(map(written_name, answer.rules))}" if answer.rules else ""
    lines = [f'example {written_name(name)} "{label}"']
    lines += [f"  given {given}"] if given else []
    return "\n".join([*lines, f"  expect {written_name(decision.name)} is {_expected(decision, answer)}{by}"])


def _expected(decision: Decision, answer: Answer) -> str:
    if answer.kind != meaning.OUTCOME:
        return answer.kind
    outcomes = ", ".join(map(_written, answer.outcomes))
    return outcomes if answer.force == "report" and not decision.codes else f"{answer.force} {outcomes}"


def _fact(item: Input, value: Value) -> str:
    name = written_name(item.name)
    if value is None:
        return f"{name} is missing"
    if isinstance(value, tuple):
        return f"{name} are {' and '.join(map(_written, value))}"
    if isinstance(value, str):
        return f"{name} is {_quoted(value) if isinstance(item.domain, CodePattern) else _written(value)}"
    return f"{name} is {value_in_words(value)}"


def _written(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else _quoted(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _as_name(value: Value) -> str:
    return re.sub(r"\W", "_", value.isoformat() if isinstance(value, date) else value_in_words(value))


def _free(name: str, taken: set[str]) -> str:
    plain = re.sub(r"\W", "_", name)
    if plain not in taken:
        return plain
    return next(other for number in range(2, 100_000) if (other := f"{plain}_{number}") not in taken)
