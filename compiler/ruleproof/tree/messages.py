"""What an author is told about text that could not be read, in the author's words."""

from __future__ import annotations

import difflib
import re
from functools import cache

from ruleproof.finding import Finding, Place
from ruleproof.pages import LANGUAGE_PAGES, Page
from ruleproof.source import Source, Span
from ruleproof.tree.blocks import STARTS

_BLOCK_WORDS = tuple(words for words, _ in STARTS)
_SAID = {
    "NAME": "a name",
    "STRING": 'a text in quotes ("…")',
    "NUMBER": "a number",
    "DATE": "a date such as 2024-03-21",
    "CODE": "a code such as CPT 81445",
    "PARAGRAPH": "a paragraph id such as coding.targeted.1",
    "REVISION": "a revision such as Rev 8",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "COMMA": "`,`",
    "MINUS": "`-`",
    "__ANON_0": "`..`",
    "BOUND": "a bound such as >= 5",
    "CONSEQUENCE": "`deny`, `reject`, `return`, `pend` or `needs record`",
    "ANSWER_KIND": "`nothing`, `left open`, `out of scope`, `not known yet` or `cannot answer`",
    "REQUIREMENT_STATE": "`met`, `failed`, `not checked` or `not applicable`",
    "AUTHORITY": "`binding` or `background`",
}
_WORDS_INSIDE = {
    "CONSEQUENCE": ("deny", "reject", "return", "pend", "needs record"),
    "AUTHORITY": ("binding", "background"),
    "REQUIREMENT_STATE": ("met", "failed"),
    "ANSWER_KIND": ("nothing", "left open", "out of scope", "not known yet", "cannot answer"),
}
_ONCE_READ = re.compile(r"[a-z]+(?:_[a-z]+)*")


@cache
def _pages() -> dict[str, Page]:
    return {page.name: page for page in LANGUAGE_PAGES}


def language_finding(source: Source, name: str, span: Span, message: str, help: str, *also: Span) -> Finding:
    """Make a finding about the text itself; `also` are the places that it is related to."""
    page = _pages()[name]
    places = tuple(Place(source.path, place) for place in (span, *also))
    return Finding(code=page.code, name=page.name, severity=page.severity, message=message, help=help, places=places)


def did_you_mean(word: str, known: tuple[str, ...] | list[str] | set[str] | frozenset[str]) -> str:
    """Give the known word that is nearest to a misspelt one, or an empty text.

    >>> did_you_mean("whne", ("when", "then"))
    'when'
    """
    near = difflib.get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return near[0] if near else ""


def explain_unexpected(
    source: Source, span: Span, expected: tuple[str, ...], rule: str, *, before: str = "", at_block_start: bool = False
) -> Finding:
    """Say what stands at `span`, why it cannot stand there, and what could.

    `expected` are the names of the grammar's terminals that could follow, `before` is the text of the block up to here.
    """
    found = source.slice(span)
    keywords = _keywords(expected)
    block = rule.removesuffix("_cell").replace("_", " ")
    if at_block_start:
        near = did_you_mean(found, _BLOCK_WORDS) or did_you_mean(found, {word.split()[0] for word in _BLOCK_WORDS})
        help = (
            f"did you mean `{near}`?"
            if near
            else "begin with `policy NAME`; each block begins with a word such as `input`, `rule` or `decision`"
        )
        return language_finding(source, "unexpected_word", span, f"no block begins with `{_short(found)}`", help)
    if not found:
        return language_finding(
            source,
            "missing_part",
            span,
            f"the {_article(rule, block)} ends here, but it still needs {_choices(expected)}",
            _example_of(rule),
        )
    if found[0] == '"' and (len(found) == 1 or found[-1] != '"'):
        help = 'write a straight quote (") at its end, on the same line'
        return language_finding(source, "unexpected_word", span, "this text has no closing quote", help)
    if found == '"' or found == "`":
        return language_finding(
            source, "unexpected_word", span, "this quote is not closed on its line", "close it on the same line"
        )
    if found in ("and", "or") and _chains(before, found):
        other = "or" if found == "and" else "and"
        message = f"`{found}` is mixed with `{other}` in one chain"
        return language_finding(
            source, "mixed_and_or", span, message, "group the parts: `all of (…, …)`, `any of (…, …)`"
        )
    word = re.fullmatch(r"[^\W\d]\w*", found)
    line_start = not source.text[: span.start].rpartition("\n")[2].strip()
    if word:
        known = set(keywords) | (
            set(_BLOCK_WORDS) | {words.split()[0] for words in _BLOCK_WORDS} if line_start else set()
        )
        near = did_you_mean(found, known - {found})
        if near:
            return language_finding(
                source, "unexpected_word", span, f"`{found}` is no word that can stand here", f"did you mean `{near}`?"
            )
        if "NAME" in expected:
            message = f"`{found}` is a word of the language and cannot be a name here"
            return language_finding(
                source, "unexpected_word", span, message, "choose another name, or write it in backquotes"
            )
    where = f"in this {block}" if rule else "here"
    message = f"`{_short(found)}` cannot stand here {where}" if rule else f"`{_short(found)}` cannot stand here"
    return language_finding(source, "unexpected_word", span, message, f"what can stand here: {_choices(expected)}")


def _article(rule: str, block: str) -> str:
    return "cell" if rule.endswith(("_cell", "column")) else block


def _short(found: str) -> str:
    return found if len(found) <= 40 else found[:39] + "…"


def _keywords(expected: tuple[str, ...]) -> tuple[str, ...]:
    words: list[str] = []
    for name in expected:
        if name in _WORDS_INSIDE:
            words += _WORDS_INSIDE[name]
        elif (
            name not in _SAID
            and name.isupper()
            and not name.startswith(("_", "$"))
            and name != "COMMENT"
            and name != "SPACE"
        ):
            words.append(name.lower())
    return tuple(sorted(set(words)))


def _choices(expected: tuple[str, ...]) -> str:
    said = [f"`{word}`" for word in _keywords(tuple(name for name in expected if name not in _WORDS_INSIDE))]
    said += [_SAID[name] for name in expected if name in _SAID and name not in said]
    said = said[:9] + (["…"] if len(said) > 9 else [])
    if not said:
        return "nothing more"
    return said[0] if len(said) == 1 else ", ".join(said[:-1]) + " or " + said[-1]


def _chains(before: str, joiner: str) -> bool:
    """Tell whether the chain that ends here already used the other joiner."""
    quiet = re.sub(r'"(?:\\.|[^"\\\n])*"|#[^\n]*', "", before)
    depth = 0
    for word in reversed(re.findall(r"[()]|\b(?:and|or|between|when|needs|that|as|always|supposing|needs)\b", quiet)):
        if word == ")":
            depth += 1
        elif word == "(":
            if depth == 0:
                return False
            depth -= 1
        elif depth == 0 and word in ("and", "or") and word != joiner:
            return True
        elif depth == 0 and word in ("when", "needs", "that", "as", "always", "supposing"):
            return False
    return False


_EXAMPLES = {
    "policy": 'policy my_policy "What it is about"',
    "source": 'source article "Billing article A12345"',
    "input": "input genes is whole number from 1 to 500",
    "cannot_happen": 'cannot happen X1 when together and analyte is dna because "two panels need both"',
    "presume": "presume rna_adds is no unless shown",
    "define": "define targeted as design is hotspots",
    "decision": "decision billing_code gives code of panel_codes",
    "rule": "rule R1 for billing_code when targeted then report CPT 81445",
    "table": "table panels for billing_code, then rows between bars",
    "leave_open": 'leave open G1 for billing_code when genes is 1 because "the article starts at two"',
    "require": "require U1 that units is 1 else consequence not stated",
    "codes": "codes panel_codes of cpt start CPT 81445, CPT 81450",
    "silence": "no bill types listed means any bill type",
    "question": 'question Q1 "which of the two?" between R1, R2 open',
    "accept": 'accept choice between R1, R2 because "both are meant" by "policy team" on 2026-01-31',
    "expect_finding": "expect finding conflict between R1, R2",
    "example": "example E1 given genes is 50 expect billing_code is CPT 81445",
    "prove": "prove P1 billing_code always answers",
    "not_modelled": 'not modelled article licence because "legal notice"',
}


def _example_of(rule: str) -> str:
    return f"for example: {_EXAMPLES[rule]}" if rule in _EXAMPLES else "write what the message names"
