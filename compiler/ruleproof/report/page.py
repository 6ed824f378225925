"""Policies to one page: the frame, the summary, the contents, and a security policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files

from ruleproof.compiled import NOT_DECIDED, PROVED, REFUTED, VERSION
from ruleproof.report.evidence import NO_CONTRADICTION, may_give_several, status
from ruleproof.report.markup import Content, Markup, element, joined
from ruleproof.report.part import Part, table_of
from ruleproof.report.pictures import looks_of_parts
from ruleproof.report.sections import SECTIONS, policy_section

SCRIPTS = (
    "jumps.js",
    "values.js",
    "history.js",
    "evaluator.js",
    "changes.js",
    "charts.js",
    "form.js",
    "page.js",
    "viewer.js",
    "lists.js",
)
STYLES = ("page.css",)


def to_page(parts: Sequence[Part]) -> str:
    """Give the report of some policies as one HTML file."""
    styles, scripts = (*map(_asset, STYLES), looks_of_parts()), tuple(lean(_asset(name)) for name in SCRIPTS)
    title = parts[0].title if len(parts) == 1 else f"{len(parts)} policies"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_security(styles, scripts)),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"Report: {title}"),
        [Markup(f"<style>{text}</style>") for text in styles],
    )
    body = element(
        "body",
        element("a", "Skip to the report", href="#main", class_="skip"),
        element("header", element("h1", f"Report: {title}"), _search()),
        element("div", _contents(parts), element("main", list(_main(parts)), id="main", tabindex=-1), class_="layout"),
        element("footer", element("p", f"Made by ruleproof {VERSION}. Nothing on this page is sent anywhere.")),
        [Markup(f"<script>{text}</script>") for text in scripts],
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en').text}\n"


def _asset(name: str) -> str:
    return (files("ruleproof.report") / name).read_text("utf-8")


def lean(script: str) -> str:
    r"""Leave out of a script what only its readers in the source need: comments on lines of their own, and indents.

    >>> lean("// why\n  f(1);  // kept\n  /* more\n   * than one */\n")
    'f(1);  // kept\n'
    """
    without = re.sub(r"(?m)^[ ]*(?://.*|/\*(?s:.*?)\*/[ ]*)\n", "", script)
    return re.sub(r"(?m)^[ ]+|\n(?=\n)", "", without)


def _security(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """Give the security policy of the page: our styles and scripts by their hashes, and nothing else at all."""
    allowed = {"style-src": styles, "script-src": scripts}
    named = "; ".join(f"{kind} {' '.join(map(_hash, texts))}" for kind, texts in allowed.items())
    return f"default-src 'none'; {named}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


# ---------------------------------------------------------------- frame


def _search() -> Markup:
    return element(
        "form",
        element("label", "Search all tables ", element("input", type="search", id="search", spellcheck="false")),
        element("label", "Show ", element(
            "select",
            [element("option", words, value=value) for value, words in _FILTERS],
            id="filter",
        )),
        element("p", "", id="found", role="status", aria_live="polite"),
        role="search", class_="search", autocomplete="off",
    )  # fmt: skip


_FILTERS = (
    ("", "everything"),
    ("[data-severity=error], [data-severity=warning]", "errors and warnings"),
    ("[data-state=open]", "open questions"),
    ("[data-state='not cited']", "paragraphs that nothing cites"),
    ("[data-state='not modelled']", "paragraphs not modelled"),
)
"""What can be picked, each with the rows that it shows."""


def _contents(parts: Sequence[Part]) -> Markup:
    listed = [
        element(
            "details",
            element("summary", part.title),
            element("ul", list(_links(part))),
            open=len(parts) == 1,
        )
        for part in parts
    ]
    summary = element("p", element("a", "Summary", href="#summary"))
    return element(
        "nav", element("details", element("summary", "Contents"), summary, listed, open=True), aria_label="Contents"
    )


def _links(part: Part) -> Iterator[Content]:
    yield element("li", element("a", "About it", href=f"#{part.id()}"))
    for name, title, _ in SECTIONS:
        yield element("li", element("a", title, href=f"#{part.id(name)}"))
        if name == "decisions":
            for item in part.policy.decisions:
                link = element("a", item.label or item.name, href=f"#{part.id('decision', item.name)}")
                yield element("li", link, class_="deeper")


def _main(parts: Sequence[Part]) -> Iterator[Content]:
    yield _summary(parts)
    for part in parts:
        yield policy_section(part)


# ---------------------------------------------------------------- summary


_FORCES = (
    "How firmly a code is named: report, this is the answer; may report, it is permitted; may also report, it is permitted "
    "on a further line; consider, a candidate where nothing firmer is said; must not report, it is forbidden."
)
"""What the words before a code mean; the form shows it beside an answer that has one of them."""


def _summary(parts: Sequence[Part]) -> Markup:
    head = (
        "policy",
        "revision",
        "every case has an answer",
        NO_CONTRADICTION,
        "findings",
        "examples",
        "questions",
        "sources",
    )
    rows = (part.row(_row(part)) for part in parts)
    return element(
        "section",
        element("h2", "Summary"),
        element(
            "p",
            "“Proved” is said of every case that can happen, not of samples; a refuted statement has a case that shows it, "
            "under Findings.",
        ),
        table_of("The policies of this report", head, rows),
        element("p", _FORCES, id="forces", class_="small"),
        id="summary",
    )


def _row(part: Part) -> Iterator[Content]:
    compiled, policy = part.compiled, part.policy
    yield [element("a", part.title, href=f"#{part.id()}"), element("p", list(_ways_in(part)), class_="small")]
    yield compiled.revision or "not stated"
    yield _together([proof.complete for proof in compiled.proofs])
    yield [_together([proof.consistent for proof in compiled.proofs]), list(_several(part))]
    warnings = sum(
        item.severity.value == "warning" and not (item.accepted or item.expected) for item in compiled.findings
    )
    expected = sum(item.expected or item.accepted for item in compiled.findings)
    notes = len(compiled.findings) - len(compiled.errors) - warnings - expected
    counted = [
        (len(compiled.errors), "error"),
        (warnings, "warning"),
        (expected, "expected or accepted"),
        (notes, "note"),
    ]
    told = ", ".join(
        f"{count} {word}{'s' if count > 1 and ' ' not in word else ''}" for count, word in counted if count
    )
    yield element("a", told or "none", href=f"#{part.id('findings')}")
    failed = sum(item.name == "example_fails" and not item.expected for item in compiled.findings)
    yield f"{len(policy.examples)}" + (f", {failed} fail" if failed else ", all come out" if policy.examples else "")
    still_open = sum(item.is_open for item in policy.questions)
    yield element("a", f"{still_open} open, {len(policy.questions) - still_open} decided", href=f"#{part.id('log')}")
    yield _coverage(part)


def _ways_in(part: Part) -> Iterator[Content]:
    """Give the shortest ways to what readers come for; each policy begins with the same questions and their answers."""
    ways = (("try", "try a case"), ("changes", "what changed"), ("log", "open readings"), ("proofs", "two codes?"))
    for number, (section, words) in enumerate(ways):
        yield [" · " if number else "", element("a", words, href=f"#{part.id(section)}")]


def _several(part: Part) -> Iterator[Content]:
    """Name the decisions that may give several outcomes, and say by what."""
    for proof in part.compiled.proofs:
        told = may_give_several(part, proof.decision)
        if told:
            name = element("code", proof.decision)
            yield element("p", name, f" may give several: {told}", class_="small")


def _together(said: Sequence[str]) -> Content:
    if not said:
        return "nothing to prove"
    return status(next((word for word in (REFUTED, NOT_DECIDED) if word in said), PROVED))


def _coverage(part: Part) -> Markup:
    told = [f"{item.source}: {item.percent:.0f} % of {item.sentences} sentences" for item in part.compiled.coverage]
    link = element("a", "; ".join(told) or "no index at hand", href=f"#{part.id('sources')}")
    return joined(link)
