"""The form that tries a case: a field for each fact, and the graphs that a script answers it with."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ruleproof.artifacts.tables import allowed_values
from ruleproof.artifacts.to_graph_json import to_graph_json
from ruleproof.model import nodes as model
from ruleproof.report.lean import lean_graph
from ruleproof.report.markup import Content, Markup, data_block, element
from ruleproof.report.part import Part


def try_it(part: Part) -> Content:
    """Give the form, the place for the answers, and the data that both need."""
    if part.compiled.errors:
        return element("p", "Errors stand against this policy, so no case is answered here: see the findings.")
    graph = next(text for name, text in to_graph_json(part.compiled).items() if name.endswith(".graph.json"))
    data = {"graph": lean_graph(json.loads(graph))}
    return [
        element("noscript", element("p", "This browser runs no scripts, so the form cannot answer. All else can be read.")),
        element(
            "form",
            element("div", [_field(part, item) for item in part.policy.asked], list(_more(part)), class_="fields"),
            element("div", class_="before") if part.policy.keys else "",
            element(
                "p",
                element("button", "Clear the form", type="reset"), " ",
                element("a", "Link to this case", href=f"#{part.id()}", class_="case-link"),
                element("span", " It holds the facts after the #, and nothing is sent anywhere.", class_="small"),
            ),
            class_="try", data_policy=part.policy.name, data_part=part.id(), autocomplete="off",
        ),
        element("div", element("p", "Give some facts: what is not given counts as unknown."), class_="answers",
                id=part.id("answers"), role="status", aria_live="polite"),
        data_block(part.id("data"), data),
    ]  # fmt: skip


def _field(part: Part, item: model.Input) -> Markup:
    own, note = part.id("fact", item.name), part.id("about", item.name)
    picked = isinstance(item.domain, model.YesNo | model.Choice)
    words = [item.ask, "" if picked else f"It is {allowed_values(item)}" + (f", in {item.unit}." if item.unit else ".")]
    return element(
        "div",
        element("label", f"{item.label} ", element("code", item.name), for_=own),
        _control(item, own, note),
        _missing(part, item),
        element("p", " ".join(text for text in words if text), class_="small", id=note),
        class_="field",
    )


def _control(item: model.Input, id: str, note: str) -> Markup:
    domain = item.domain
    if isinstance(domain, model.YesNo | model.Choice):
        values = ("yes", "no") if isinstance(domain, model.YesNo) else domain.values
        options = [element("option", "unknown", value=""), *(element("option", value, value=value) for value in values)]
        return element("select", options, id=id, name=item.name, aria_describedby=note)
    several = isinstance(domain, model.SeveralCodes)
    return element(
        "input", type="text", id=id, name=item.name, aria_describedby=note, spellcheck="false", placeholder=_sample(domain),
        inputmode="numeric" if isinstance(domain, model.WholeNumber) else None, data_several=several, maxlength=4000,
    )  # fmt: skip


def _sample(domain: model.Domain) -> str:
    match domain:
        case model.Day():
            return "2024-03-21"
        case model.SeveralCodes():
            return "codes, with commas between them"
        case _:
            return ""


def _missing(part: Part, item: model.Input) -> Content:
    if not item.may_be_missing:
        return ""
    box = element("input", type="checkbox", data_missing=item.name, id=part.id("none", item.name))
    return element("label", box, " the claim has none", class_="small")


def _more(part: Part) -> Iterator[Content]:
    """Give the field that is no fact: the day of posting.  The page itself makes those for what came before."""
    if part.policy.postings:
        field = part.id("posted")
        yield element(
            "div",
            element("label", "as posted on", for_=field),
            element("input", type="text", id=field, data_option="posted-on", placeholder="2024-03-21"),
            element("p", "Left empty, everything posted so far counts.", class_="small"),
            class_="field",
        )
