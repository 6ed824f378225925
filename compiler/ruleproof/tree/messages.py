"""What an author is told about text that could not be read, in the author's words."""

from __future__ import annotations

import difflib
import re
from functools import cache

from ruleproof.finding import Finding, Place
from ruleproof.pages import LANGUAGE_PAGES, Page
from ruleproof.source import Source, Span
from ruleproof.source_pages import SOURCE_PAGES, TIME_PAGES
from ruleproof.tree.blocks import STARTS
from ruleproof.tree.own_words import in_own_words
from ruleproof.tree.slips import slip_at, unit_at, values_in_a_row

_BLOCK_WORDS = tuple(words for words, _ in STARTS)
_FIRST_WORDS = frozenset(_BLOCK_WORDS) | {words.split()[0] for words in _BLOCK_WORDS}
_WORDS_INSIDE = {
    "CONSEQUENCE": ("deny", "reject", "return", "pend", "needs record"),
    "AUTHORITY": ("binding", "background"),
    "REQUIREMENT_STATE": ("met", "failed", "not checked", "not applicable"),
    "ANSWER_KIND": ("nothing", "left open", "out of scope", "not known yet", "cannot answer"),
}
"""Patterns of the grammar that are a choice of words."""

_SAID = {
    "NAME": "a name",
    "STRING": 'a text in quotes ("…")',
    "NUMBER": "a number",
    "DATE": "a date such as 2024-03-21",
    "CODE": "a code such as CPT 81445",
    "PARAGRAPH": "a paragraph id such as coding.targeted.1",
    "REVISION": "a revision such as Rev 8",
    "BOUND": "a bound such as >= 5",
    "VALUE": "a value",
}
"""The other patterns of the grammar, in words."""

_VALUES = ("NAME", "STRING", "NUMBER")
"""Where all of these can stand, any value can."""

_BLOCKS = {
    "policy": "policy line",
    "presume": "presumption",
    "define": "definition",
    "require": "requirement",
    "codes": "code list",
    "silence": "line about silence",
    "accept": "acceptance",
    "prove": "proof",
    "cannot_happen": "`cannot happen`",
    "leave_open": "`leave open`",
    "expect_finding": "`expect finding`",
    "not_modelled": "`not modelled`",
}
"""What a block is called where its first word is no noun."""

_INSTEAD = {
    "=": ("is", "as"),
    "==": ("is",),
    "!=": ("is not",),
    "<>": ("is not",),
    ">=": ("is at least",),
    "<=": ("is at most",),
    ">": ("is more than",),
    "<": ("is less than",),
    "&": ("and",),
    "&&": ("and",),
    "||": ("or",),
    "if": ("when",),
    "unless": ("overrides",),
    "otherwise": ("else",),
    "than": ("is more than", "is less than"),
    "overrides": ("row NAME overrides",),
}
"""Signs and words of other languages, and how this one says them."""

_SLIPS = (
    (r"\bnot (\w+) (?:is|are)$", "write `{0} is not …`, or put the test in brackets: `not ({0} is …)`"),
    (r"\b(is|are) (any|all|none)$", "leave out `{0}`: `NAME {1} in LIST`"),
    (r"\b(?:cite|,) ?\w+ \.$", "name the source first, as in `article coding.targeted.1`"),
    (r"\d ?/[\d/]*$", "write a date year-month-day, as in 2024-03-21"),
    (r"\d ?, ?\d{3}$", "write the number without a comma, as in 25000"),
    (r"\b(?:is|are) at(least|most) \S+$", "write `at {0}` as two words"),
    (r"\b(?:is|are) (more|less)than \S+$", "write `{0} than` as two words"),
    (r"\bthen \w+ [A-Z]+$", "write how strong it is: `report`, `may report`, `consider` or `must not report`"),
    (r";$", "take it out: nothing stands at the end of a line"),
    (r" '$", 'write straight double quotes ("…")'),
    (r"≤$", "write `is at most`"),
    (r"≥$", "write `is at least`"),
    (r"≠$", "write `is not`"),
    (r"\b(when|needs|that|and|or|not) then \w+$", "write a condition after `{0}`, such as `genes is at least 5`"),
)
"""What people write by mistake, as it stands before and at the word that cannot be read, and the way out."""


@cache
def _pages() -> dict[str, Page]:
    return {page.name: page for page in (*LANGUAGE_PAGES, *SOURCE_PAGES, *TIME_PAGES)}


def language_finding(source: Source, name: str, span: Span, message: str, help: str, *also: Span) -> Finding:
    """Make a finding about the text itself; `also` are the places that it is related to."""
    page = _pages()[name]
    help = in_own_words(source, span, help) if name == "missing_part" else help
    places = tuple(Place(source.path, place) for place in (span, *also))
    return Finding(code=page.code, name=page.name, severity=page.severity, message=message, help=help, places=places)


def did_you_mean(word: str, known: tuple[str, ...] | list[str] | set[str] | frozenset[str]) -> str:
    """Give the known word that is nearest to a misspelt one, or an empty text.

    >>> did_you_mean("whne", ("when", "then"))
    'when'
    """
    spelt = {name.lower(): name for name in sorted(known, reverse=True)}
    near = difflib.get_close_matches(word.lower(), sorted(spelt), n=1, cutoff=0.6)
    return spelt[near[0]] if near else ""


def explain_start(source: Source, span: Span) -> Finding:
    """Say that no block begins with the word at `span`."""
    found = source.slice(span)
    near = did_you_mean(found, _BLOCK_WORDS) or did_you_mean(found, _FIRST_WORDS)
    begin = "begin with `policy NAME`; each block begins with a word such as `input`, `rule` or `decision`"
    help = f"did you mean `{near}`?" if near else begin
    return language_finding(source, "unexpected_word", span, f"no block begins with `{_short(found)}`", help)


def explain_unexpected(
    source: Source, span: Span, expected: tuple[str, ...], rule: str, *, before: str, words: frozenset[str]
) -> Finding:
    """Say what stands at `span`, why it cannot stand there, and what could.

    `expected` is what could follow: a word or sign as it is written, or the name of a pattern of the grammar.  `before` is
    the text of the block up to here, `words` are all words of the language.
    """
    found = source.slice(span)
    where = "row" if rule.endswith(("_cell", "column")) else _BLOCKS.get(rule, rule)
    days = re.search(r"\d\s+(days?)\s*\Z", source.text[max(0, span.start - 200) : span.start])
    if days and {*expected} <= {"after", "before"}:
        start = max(0, span.start - 200) + days.start(1)
        help = "numbers are written without their unit; between two dates write `… days after NAME`"
        message = f"`{days[1]}` cannot stand here, in this {where}"
        return language_finding(source, "unexpected_word", Span(start, start + len(days[1])), message, help)
    if not found:
        message = f"the {where} ends here, but {_needs(expected)}"
        return language_finding(source, "missing_part", span, message, _way_out(rule, expected, before))
    slip = slip_at(source, span, expected, rule, before)
    if slip is not None:
        message = f"`{_short(source.slice(slip.span))}` cannot stand here, in this {where}"
        return language_finding(source, "unexpected_word", slip.span, message, slip.help)
    if found in ("and", "or") and _chains(before, found):
        values = values_in_a_row(source, span, before)
        if values is not None:
            message = f"`{values[0]}` is a value of `{values[1]}` and no condition by itself"
            return language_finding(source, "unknown_name", values[2].span, message, values[2].help)
        message = f"`{found}` is mixed with `{'or' if found == 'and' else 'and'}` in one chain"
        help = "group the parts: `all of (…, …)`, `any of (…, …)`"
        return language_finding(source, "mixed_and_or", span, message, help)
    if found[0] == '"' and (len(found) == 1 or found[-1] != '"'):
        message, help = "this text has no closing quote", 'write a straight quote (") at its end, on the same line'
    elif found == "`":
        message, help = "this quote is not closed on its line", "close it on the same line"
    elif _begins_line(source, span) and (found in _FIRST_WORDS or found == "no"):
        message, help = f"`{found}` begins a block, but this one cannot be read", _example_of(_block_of(found))
    elif found not in words and found not in _INSTEAD and (near := _misspelt(source, span, expected)):
        message, help = f"`{found}` is no word that can stand here", f"did you mean `{near}`?"
    elif (found not in words or found in ("day", "days")) and (unit := unit_at(source, span, expected, rule, before)):
        message, help = f"`{_short(found)}` cannot stand here, in this {where}", unit
    elif "NAME" in expected and _is_word(found) and not _instead(found, expected, before):
        message = f"`{found}` is a word of the language and cannot be a name here"
        help = "choose another name, or write it in backquotes"
    else:
        message = f"`{_short(found)}` cannot stand here, in this {where}"
        help = _instead(found, expected, before) or f"what can stand here: {_choices(expected)}"
    return language_finding(source, "unexpected_word", span, message, help)


def _needs(expected: tuple[str, ...]) -> str:
    """Say what a block that ends too early lacks, not how it could also go on."""
    if ")" in expected:
        return "a bracket is still open"
    lacking = tuple(name for name in expected if name not in ("and", "or", ","))
    return f"it still needs {_choices(lacking or expected)}"


def _instead(found: str, expected: tuple[str, ...], before: str) -> str:
    """Say how the language writes what was probably meant; empty where that is not clear."""
    for pattern, help in _SLIPS:
        slip = re.search(pattern, f"{' '.join(before[-200:].split())} {found}")
        if slip:
            return help.format(*slip.groups())
    if found == "than" and "then" in expected:
        return "did you mean `then`?"
    known = _INSTEAD.get(found, ())
    fitting = [f"`{words}`" for words in known if found == "than" or words.split(maxsplit=1)[0] in expected]
    return f"write {_in_a_row(fitting)}" if fitting else _bracket(found, expected, before)


def _bracket(found: str, expected: tuple[str, ...], before: str) -> str:
    """Say which bracket is too much or too few; empty where it is neither."""
    if found == ")" and ")" not in expected and not before.rstrip().endswith("("):
        return "this bracket closes nothing: take it out"
    if ")" in expected and _is_word(found) and before.rstrip(" \t").endswith("\n"):
        return "a bracket is still open: write `)` before this line"
    return ""


def _misspelt(source: Source, span: Span, expected: tuple[str, ...]) -> str:
    """Give the word that was probably meant: one that can follow, or one that begins a block where a line begins."""
    found = source.slice(span)
    if not _is_word(found):
        return ""
    first = _FIRST_WORDS if _begins_line(source, span) else frozenset()
    return did_you_mean(found, {*_words(expected), *first})


def _begins_line(source: Source, span: Span) -> bool:
    return not source.text[: span.start].rpartition("\n")[2].strip()


def _block_of(word: str) -> str:
    """Give the block that a word begins; a line about silence begins with `no`."""
    return next((rule for words, rule in STARTS if words.split()[0] == word), "silence")


def _is_word(found: str) -> bool:
    return re.fullmatch(r"[^\W\d]\w*", found) is not None


def _short(found: str) -> str:
    return found if len(found) <= 40 else found[:39] + "…"


def _words(expected: tuple[str, ...]) -> list[str]:
    """Give the words that could follow, in the order of the alphabet."""
    return sorted({word for name in expected for word in _WORDS_INSIDE.get(name, (name,)) if word[0].islower()})


def _choices(expected: tuple[str, ...]) -> str:
    if {*_VALUES} <= set(expected):
        expected = ("VALUE", *(name for name in expected if name not in (*_VALUES, "DATE", "CODE", "yes", "no")))
    signs = [f"`{sign}`" for sign in expected if not sign[0].isalpha()]
    patterns = [_SAID[name] for name in expected if name in _SAID]
    said = [*signs, *(f"`{word}`" for word in _words(expected)), *patterns]
    return _in_a_row(said[:9] + (["…"] if len(said) > 9 else [])) if said else "nothing more"


def _in_a_row(said: list[str]) -> str:
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"


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
    "key": 'key primary "primary tumour"',
    "limit": 'limit L1 at most 1 cgp per specimen else deny "one test per specimen"',
    "codes": "codes panel_codes of cpt start CPT 81445, CPT 81450",
    "silence": "no bill types listed means any bill type",
    "question": 'question Q1 "which of the two?" between R1, R2 open',
    "accept": 'accept choice between R1, R2 because "both are meant" by "policy team" on 2026-01-31',
    "expect_finding": "expect finding conflict between R1, R2",
    "example": "example E1 given genes is 50 expect billing_code is CPT 81445",
    "prove": "prove P1 billing_code always answers",
    "not_modelled": 'not modelled article licence because "legal notice"',
}


_PARTS = {
    "because": 'because "the source starts at two genes"',
    "or": "yes or no",
    "else": 'else "outside this policy"',
    "then": "then report CPT 81445",
    "when": "when genes is at least 5",
    "note": 'note "a remark"',
    "covers": "covers S12, S13",
    "reading": "reading Q4",
    "cite": "cite article coding.targeted.1",
    "by": 'by "policy team"',
    "on": "on 2026-01-31",
}


def _example_of(rule: str) -> str:
    return f"for example: {_EXAMPLES[rule]}" if rule in _EXAMPLES else "write what the message names"


def _way_out(rule: str, expected: tuple[str, ...], before: str) -> str:
    """Give an example of what is missing at the end of a block."""
    if ")" in expected:
        return "close the bracket"
    last = [
        word for word in before.split()[-2:] if word in ("note", "covers", "reading", "cite", "by", "on", "because")
    ]
    missing = [word for word in _words(expected) if word in _PARTS and word not in _EXAMPLES.get(rule, "").split()]
    for word in (*last, *missing):
        return f"for example: {_PARTS[word]}"
    return _example_of(rule)
