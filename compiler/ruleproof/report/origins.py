"""Where everything comes from: each source paragraph by paragraph, what is not modelled, and both ways in one table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleproof.checks.sources.library import Material
from ruleproof.model.nodes import Definition, Requirement, Rule
from ruleproof.report.markup import Content, Markup, element, joined
from ruleproof.report.part import PLACE_ID, Part, table_of
from ruleproof.report.places import Citing, Place


def sources(part: Part) -> Content:
    """Give a section for each source: every paragraph with what the policy makes of it."""
    if not part.library.materials:
        return element("p", "The policy names no source.")
    return [_source(part, material) for material in part.library.materials]


def _source(part: Part, material: Material) -> Markup:
    document, places = material.document, part.places[material.document.name]
    title = element("h4", f"{document.label or document.name} ", element("code", document.name))
    rows = [_row(part, document.name, place) for place in places]
    words = bool(material.article)
    head = ("paragraph", *(("its words",) if words else ()), "state", "what cites it", "not modelled because")
    return element(
        "article", title, element("p", _known(material)),
        table_of(f"Paragraphs of {document.name}", head, rows) if rows else element("p", "Nothing of it is cited."),
        id=part.id("source", document.name),
    )  # fmt: skip


def _known(material: Material) -> str:
    if material.problem:
        return f"{material.problem[0].upper()}{material.problem[1:]}."
    coverage = material.coverage
    if coverage is None:
        return "No index of its paragraphs is at hand, so only what the policy cites is listed."
    text = "compared with its text" if coverage.checked else "not compared with its text, which is not at hand"
    return (
        f"{coverage.sentences} sentences, {coverage.cited} cited, {coverage.not_modelled} declared not modelled, "
        f"{coverage.sentences - coverage.cited - coverage.not_modelled} neither ({coverage.percent:.0f} % spoken for); "
        f"{coverage.quotes} quotes, {text}."
    )


def _row(part: Part, source: str, place: Place) -> Markup:
    count = f" ({place.count} sentences)" if place.count > 1 else ""
    cells: list[Content] = [[element("code", place.id), count]]
    if part.library_has_text(source):
        cells.append([element("p", f"{number}. {text}") for number, text in enumerate(place.sentences, 1)])
    cells.append(state(place.state))
    cells.append(_cited_by(part, place))
    cells.append(
        [element("p", *_left_out(item.citation.paragraph, place), item.because) for item in place.not_modelled]
    )
    first, *others = cells
    return element(
        "tr", element("th", first), [element("td", cell) for cell in others],
        id=part.id(PLACE_ID, source, place.id), data_state=place.state,
    )  # fmt: skip


def _left_out(cited: str, place: Place) -> tuple[Content, ...]:
    return (element("code", cited), ": ") if cited != place.id else ()


def _cited_by(part: Part, place: Place) -> Content:
    """Give what cites a place, each once, with the sentence and the quote where there is one."""
    found: dict[tuple[str, str], Citing] = {}
    for item in place.citing:
        found.setdefault((item.owner, item.citation.paragraph), item)
    return [element("p", list(_citing(part, place, item))) for item in found.values()]


def _citing(part: Part, place: Place, item: Citing) -> Iterator[Content]:
    yield part.rule(item.owner)
    label = part.labels.get(item.owner, "")
    yield f" {label}" if label else ""
    if item.citation.paragraph != place.id:
        yield " at ", element("code", item.citation.paragraph)
    if item.citation.says:
        yield f" “{item.citation.says}”"


_SIGNS = {"cited": "●", "not modelled": "○", "not cited": "–"}


def state(said: str) -> Markup:
    """Give what is made of a paragraph, with a sign of its own."""
    return element("span", f"{_SIGNS[said]} {said}", class_=said.replace(" ", "-"))


def matrix(part: Part) -> Content:
    """Give the traceability both ways: from a place to what cites it, and from a rule to the places it cites."""
    return [_from_places(part), _from_rules(part)]


def _from_places(part: Part) -> Markup:
    rows = (
        part.row((
            part.cited(f"{source} {place.id}"),
            state(place.state),
            _listed(part.rule(owner) for owner in dict.fromkeys(item.owner for item in place.citing)),
        ))
        for source, places in part.places.items()
        for place in places
    )  # fmt: skip
    return table_of("From the sources to the policy", ("place", "state", "cited by"), rows)


def _from_rules(part: Part) -> Markup:
    blocks: list[tuple[str, Rule | Requirement | Definition]]
    blocks = [(f"rule of {decision.name}", rule) for decision in part.policy.decisions for rule in decision.rules]
    blocks += [("limit" if item.limit else "requirement", item) for item in part.policy.requirements]
    blocks += [("definition", item) for item in part.policy.definitions]
    rows = (
        part.row((
            [part.rule(item.name), f" {item.label}" if item.label else ""],
            kind,
            _listed(part.cited(text) for text in dict.fromkeys(citation.text for citation in item.citations)),
            _listed(part.question(name) for name in item.readings),
        ))
        for kind, item in blocks
    )  # fmt: skip
    return table_of("From the policy to the sources", ("part", "what it is", "cites", "rests on questions"), rows)


def _listed(items: Iterable[Markup]) -> Markup:
    return joined([[item, " "] for item in items])
