"""What speaks for a policy and against it: proofs, examples with their results, findings with witnesses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ruleproof.artifacts.condition_words import condition_in_words
from ruleproof.checks.example_fails import outcomes
from ruleproof.compiled import PROVED, REFUTED, Proof
from ruleproof.finding import Finding, Place, Value
from ruleproof.graph.nodes import Leaf
from ruleproof.model import nodes as model
from ruleproof.model.meaning import CONFLICT, CONTRADICTION, OUTCOME, Answer
from ruleproof.prover.boxes import TooManyBoxesError
from ruleproof.report.markup import Content, Markup, element, joined
from ruleproof.report.part import Part, facts_in_words, table_of

NO_CONTRADICTION = "no case has answers that contradict each other"
"""The title of the column that says whether rules disagree."""

_SIGNS = {PROVED: "✓", REFUTED: "✗"}


def status(said: str) -> Markup:
    """Give what is proved, with a sign and words, so that it is never told by colour alone."""
    return element("span", f"{_SIGNS.get(said, '?')} {said}", class_=said.replace(" ", "-"))


def outcome(passed: bool, words: str) -> Markup:
    """Give a result with its sign."""
    return element("span", f"{'✓' if passed else '✗'} {words}", class_="proved" if passed else "refuted")


def may_give_several(part: Part, name: str) -> str:
    """Say by what a decision may give several outcomes of one case, as it is meant to; empty where it gives one at most."""
    if any(item.collects for item in part.compiled.decisions if item.name == name):
        return "it collects"
    leaves = (node for node in part.compiled.exact_graphs[name].nodes if isinstance(node, Leaf))
    given = [leaf.answer for leaf in leaves if isinstance(leaf.answer, Answer) and leaf.answer.kind == OUTCOME]
    choice = ["it leaves a choice"] if any(len(answer.outcomes) > 1 for answer in given) else []
    return ", ".join(choice + (["it adds further lines"] if any(answer.further for answer in given) else []))


def has_accepted_conflict(proof: Proof) -> bool:
    """Tell whether somebody accepted that rules of a decision disagree; such cases count no longer, and stay unanswered."""
    return any(item["kind"] in (f"accepted {CONFLICT}", f"accepted {CONTRADICTION}") for item in proof.open)


def proofs(part: Part) -> Markup:
    """Give what is proved of each decision, and what the policy asks to be proved besides."""
    parts: list[Content] = []
    if part.compiled.proofs:
        head = ("decision", "rules", "every case has an answer", NO_CONTRADICTION, "left open or accepted")
        rows = (part.row(_proof(part, proof)) for proof in part.compiled.proofs)
        parts.append(table_of("What is proved", head, rows))
    if part.policy.properties:
        rows = (part.row(_property(part, item)) for item in part.policy.properties)
        parts.append(
            table_of("What the policy asks to be proved", ("name", "label", "what", "supposing", "result"), rows)
        )
    return joined(parts) if parts else element("p", "Nothing was proved of it.")


def _proof(part: Part, proof: Proof) -> Iterator[Content]:
    yield element("code", proof.decision)
    yield str(proof.rules)
    yield status(proof.complete)
    several = may_give_several(part, proof.decision)
    one = "it gives one at most" if proof.consistent == PROVED else ""
    yield [status(proof.consistent), element("p", f"it may give several by design: {several}" if several else one)]
    yield [
        element("p", f"{item['kind']}: {item['rules']}", f", {item['because']}" if item["because"] else "")
        for item in proof.open
    ]


def _property(part: Part, item: model.Property) -> Iterator[Content]:
    here = part.compiled.place_of(item.span)
    failed = [found for found in part.compiled.findings if found.name == "property_fails" and here in found.places[:1]]
    yield element("code", item.name)
    yield item.label
    condition = "" if isinstance(item.condition, model.Always) else condition_in_words(item.condition)
    yield " ".join(text for text in (item.decision, item.kind, condition) if text)
    yield "; ".join(item.suppositions)
    yield outcome(not failed, "proved" if not failed else failed[0].message)


# ---------------------------------------------------------------- examples


def examples(part: Part) -> Markup:
    """Give each example with what it gives, what it expects, and how it comes out."""
    if not part.policy.examples:
        return element("p", "The policy has no examples.")
    rows = [part.row(_example(part, item), part.id("example", item.name)) for item in part.policy.examples]
    return table_of("Examples", ("example", "label", "given", "expected", "result"), rows)


def _example(part: Part, item: model.Example) -> Iterator[Content]:
    problems = _problems(part, item)
    yield element("code", item.name)
    yield item.label
    keys = item.keys if item.earlier else {}
    yield [
        element("p", ", ".join(text for text in (facts_in_words(item.facts), _keys(keys)) if text)),
        [element("p", f"before: {_service(service)}") for service in item.earlier or ()],
        element("p", "before: nothing") if item.earlier == () else "",
        element("p", part.try_link(item.facts, "Try it", before=item.earlier, keys=keys)),
    ]
    yield [element("p", _expected(expected)) for expected in item.expected]
    yield outcome(not problems, "; ".join(problems) or "comes out")


def _keys(keys: Mapping[str, str | None]) -> str:
    return ", ".join(f"{key}_id is {value or 'missing'}" for key, value in keys.items())


def _service(service: model.Service) -> str:
    paid = "" if service.paid is None else f"paid is {'yes' if service.paid else 'no'}"
    return ", ".join(text for text in (facts_in_words(service.facts), _keys(service.keys), paid) if text)


def _problems(part: Part, item: model.Example) -> list[str]:
    try:
        return [problem for _, problem in outcomes(part.compiled.study, item) if problem]
    except TooManyBoxesError:
        return ["not decided: it hangs on too many cases"]


def _expected(expected: model.Expected) -> str:
    said = " ".join(text for text in (expected.force, ", ".join(expected.outcomes)) if text)
    said = said if expected.kind == "outcome" else expected.kind
    by = f" by {', '.join(expected.rules)}" if expected.rules else ""
    posted = f", as posted on {expected.as_posted_on}" if expected.as_posted_on else ""
    return f"{expected.subject}: {said}{by}{posted}"


# ---------------------------------------------------------------- findings


def findings(part: Part) -> Markup:
    """Give everything that the compiler remarks, the worst first, each with a case that shows it."""
    listed = part.compiled.findings
    if not listed:
        return element("p", "Nothing was found.")
    head = ("finding", "what", "a case that shows it", "where", "ways out")
    rows = (_row(part, item) for item in listed)
    return table_of("Findings", head, rows)


def _row(part: Part, item: Finding) -> Markup:
    first, *others = _finding(part, item)
    cells = [element("th", first), *(element("td", cell) for cell in others)]
    return element("tr", cells, data_severity=_standing(item))


def _standing(item: Finding) -> str:
    return "expected" if item.expected else "accepted" if item.accepted else item.severity.value


def _finding(part: Part, item: Finding) -> Iterator[Content]:
    standing = _standing(item)
    sign = {"error": "✗", "warning": "!", "note": "i"}.get(standing, "✓")
    yield (
        element("span", f"{sign} {standing}", class_=standing),
        " ",
        element("code", f"{item.code} {item.name}"),
    )
    rules = [joined(" ", part.rule(name)) for name in item.rules]
    places = [] if rules else [joined(" ", part.cited(text)) for text in item.citations]
    yield [
        element("p", item.message),
        element("p", "rules:", rules) if rules else "",
        element("p", "cites:", places) if places else "",
        element("p", f"{standing}: {item.note}") if item.note else "",
    ]
    yield _witness(part, item)
    yield "; ".join(_where(part, place) for place in item.places[:4])
    yield [element("p", item.help) if item.help else "", [element("p", repair.title) for repair in item.repairs[:6]]]


def _witness(part: Part, item: Finding) -> Content:
    if not item.witness:
        return ""
    claim = item.claim or facts_in_words(item.witness)
    before = [element("p", f"before: {facts_in_words(service)}") for service in item.history]
    return [
        element("p", claim),
        before,
        element("p", f"{item.size:,} cases in all") if item.size else "",
        element("p", part.try_link(_facts_of(item), "Try it")),
    ]


def _facts_of(item: Finding) -> dict[str, Value]:
    """Give the facts of a witness that its fault hangs on: whatever the others are, it is there."""
    hangs_on = {name for region in item.regions for name in region} or set(item.witness)
    return {name: value for name, value in item.witness.items() if name in hangs_on}


def _where(part: Part, place: Place) -> str:
    sources = {**part.compiled.beside, part.compiled.source.path: part.compiled.source}
    source = sources.get(place.path)
    if source is None:
        return place.path
    line, column = source.line_and_column(place.span.start)
    return (
        f"line {line}, column {column}" if place.path == part.compiled.source.path else f"{place.path}:{line}:{column}"
    )
