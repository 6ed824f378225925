"""What an input may be: from the words of the policy to a domain, and from a written value to a value of it."""

from __future__ import annotations

import re
from decimal import Decimal
from string import ascii_uppercase, digits

from ruleproof.finding import Value
from ruleproof.model.declared import Declared
from ruleproof.model.nodes import (
    Choice,
    CodePattern,
    Day,
    DecimalNumber,
    Domain,
    OneCode,
    SeveralCodes,
    WholeNumber,
    YesNo,
)
from ruleproof.tree import nodes as tree
from ruleproof.tree.messages import did_you_mean

SYSTEMS: dict[str, tuple[str, str]] = {
    "cpt": ("CPT", r"[0-9]{4}[0-9A-Z]"),
    "hcpcs": ("HCPCS", r"[A-Z][0-9]{4}"),
    "pla": ("PLA", r"[0-9]{4}U"),
    "icd10cm": ("ICD", r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?"),
    "icd10pcs": ("ICDPCS", r"[0-9A-Z]{7}"),
    "revenue": ("REV", r"[0-9]{4}"),
    "place": ("POS", r"[0-9]{2}"),
    "modifier": ("MOD", r"[0-9A-Z]{2}"),
    "carc": ("CARC", r"[0-9A-Z]{1,4}"),
    "rarc": ("RARC", r"[A-Z]{1,2}[0-9]{1,4}"),
}
"""The code systems: the prefix that codes are written with, and the shape of a code after it."""


def domain_from_tree(declared: Declared, node: tree.Domain) -> Domain:
    """Give the domain that an input declares; what is wrong with it is remarked, and a harmless one given."""
    match node:
        case tree.YesOrNo():
            return YesNo()
        case tree.OneOf():
            return _choice(declared, node)
        case tree.WholeNumber(span, low, high):
            if low.value != int(low.value) or high.value != int(high.value):
                declared.report(
                    "outside_domain",
                    span,
                    "the bounds of a whole number must be whole",
                    "write `decimal number` for other numbers",
                )
            elif low.value > high.value:
                declared.report(
                    "outside_domain",
                    span,
                    f"no number lies from {low.value} to {high.value}",
                    "write the lower bound first",
                )
            return WholeNumber(*sorted((int(low.value), int(high.value))))
        case tree.DecimalNumber(span, low, high, places):
            if low.value > high.value:
                declared.report(
                    "outside_domain",
                    span,
                    f"no number lies from {low.value} to {high.value}",
                    "write the lower bound first",
                )
            if places is not None and (places.value != int(places.value) or not 0 <= places.value <= 12):
                declared.report(
                    "outside_domain",
                    places.span,
                    f"a number cannot have {places.value} decimals here",
                    "write a whole number from 0 to 12",
                )
                places = None
            for bound in (low, high):
                if places is not None and decimals_of(bound.value) > int(places.value):
                    declared.report(
                        "outside_domain",
                        bound.span,
                        f"{bound.value} has more than {places.value} decimals",
                        "write a bound that the input can be, or allow more decimals",
                    )
            ends = sorted((low.value, high.value))
            return DecimalNumber(ends[0], ends[1], None if places is None else int(places.value))
        case tree.DateRange(span, low, high):
            if high is not None and high.value < low.value:
                declared.report(
                    "outside_domain",
                    span,
                    f"no day lies from {low.value} to {high.value}",
                    "write the earlier day first",
                )
            return Day(low.value, None) if high is None else Day(*sorted((low.value, high.value)))
        case tree.CodeOf(_, system):
            return OneCode(system.text, *system_of(declared, system))
        case tree.CodesOf(_, system):
            return SeveralCodes(system.text, *system_of(declared, system))
        case tree.CodeLike(_, parts):
            return _pattern(parts)


def decimals_of(number: Decimal) -> int:
    """Count the decimals of a number, zeros at its end apart.

    >>> decimals_of(Decimal("0.250")), decimals_of(Decimal("100"))
    (2, 0)
    """
    return len(f"{number:f}".partition(".")[2].rstrip("0"))


def _choice(declared: Declared, node: tree.OneOf) -> Choice:
    words = [word_of(value) for value in node.values]
    for index, word in enumerate(words):
        if word in words[:index]:
            declared.report(
                "duplicate_name",
                node.values[index].span,
                f"the value `{word}` stands here twice",
                "keep one of the two",
            )
    return Choice(tuple(dict.fromkeys(words)))


def system_of(declared: Declared, name: tree.Name) -> tuple[str, str]:
    """Give the prefix of the codes of a system (empty where there is no such system), and the shape of a code after it."""
    if name.text not in SYSTEMS:
        near = did_you_mean(name.text, set(SYSTEMS))
        help = f"did you mean `{near}`?" if near else f"there are {', '.join(f'`{system}`' for system in SYSTEMS)}"
        declared.report("unknown_name", name.span, f"`{name.text}` is no code system", help)
        return ("", ".*")
    return SYSTEMS[name.text]


def _pattern(parts: tuple[tree.CodePart, ...]) -> CodePattern:
    shapes = {
        "letters": ("[A-Z]", "A", ascii_uppercase),
        "digits": ("[0-9]", "1", digits),
        "letters or digits": ("[A-Z0-9]", "1", digits + ascii_uppercase),
    }
    pattern = words = sample = ""
    letters: list[str] = []
    for part in parts:
        if part.kind == "text":
            pattern, sample = pattern + re.escape(part.text), sample + part.text
            said = f'"{part.text}"'
            letters += part.text
        else:
            shape, letter, possible = shapes[part.kind]
            pattern, sample = pattern + f"{shape}{{{part.count}}}", sample + letter * part.count
            said = f"{part.count} {part.kind}"
            letters += [possible] * part.count
        words += (" then " if words else "") + said
    return CodePattern(pattern, words, sample, tuple(letters))


def word_of(value: tree.Value) -> str:
    """Give a written value as a word."""
    match value:
        case tree.Name(_, text) | tree.Text(_, text) | tree.Code(_, text):
            return text
        case tree.Number(_, number):
            return str(number)
        case tree.Date(_, day):
            return day.isoformat()
        case tree.YesNo(_, yes):
            return "yes" if yes else "no"


def words_of_domain(domain: Domain) -> str:
    """Say what a domain allows, for a message.

    >>> words_of_domain(WholeNumber(1, 500))
    'a whole number from 1 to 500'
    """
    match domain:
        case YesNo():
            return "yes or no"
        case Choice(values):
            shown = ", ".join(values[:12])
            return f"one of {shown}{' …' if len(values) > 12 else ''}"
        case WholeNumber(low, high):
            return f"a whole number from {low} to {high}"
        case DecimalNumber(low, high, places):
            exact = "" if places is None else f" with {places} decimal{'' if places == 1 else 's'}"
            return f"a number from {low} to {high}{exact}"
        case Day(low, high):
            return f"a date from {low.isoformat()}" + ("" if high is None else f" to {high.isoformat()}")
        case OneCode(system, prefix):
            return f"a code of {system}, written {prefix} and the code"
        case SeveralCodes(system, prefix):
            return f"several codes of {system}, each written {prefix} and the code"
        case CodePattern(_, words):
            return f"a code like {words}"


def value_of(declared: Declared, name: str, domain: Domain, node: tree.Value) -> Value:
    """Give a written value as a value of a domain; a value outside it is remarked, and `None` given."""
    word = word_of(node)
    fits, inside, value = _read(domain, node, word)
    if not fits:
        message = f"`{word}` is no value of `{name}`"
        declared.report("wrong_type", node.span, message, _instead(word) or f"`{name}` is {words_of_domain(domain)}")
        return None
    if not inside:
        near = did_you_mean(word, set(domain.values)) if isinstance(domain, Choice) else ""
        help = f"did you mean `{near}`?" if near else _instead(word) or f"`{name}` is {words_of_domain(domain)}"
        declared.report("outside_domain", node.span, f"`{name}` can never be `{word}`", help)
        return None
    return value


def _instead(word: str) -> str:
    """Say how the language writes what other words for a missing value, or for any value, probably mean."""
    if word.lower() in ("absent", "blank", "empty", "none", "null"):
        return "write `missing` where there is no value"
    return "in a table, write `-` where it does not matter" if word.lower() in ("any", "all") else ""


def _read(domain: Domain, node: tree.Value, word: str) -> tuple[bool, bool, Value]:
    """Tell whether a written value is of the domain's kind, whether it lies inside, and give it."""
    match domain:
        case YesNo():
            return isinstance(node, tree.YesNo), True, word == "yes"
        case Choice(values):
            return True, word in values, word
        case WholeNumber(low, high):
            if not isinstance(node, tree.Number):
                return False, False, None
            return True, node.value == int(node.value) and low <= node.value <= high, int(node.value)
        case DecimalNumber(low, high, places):
            if not isinstance(node, tree.Number):
                return False, False, None
            exact = places is None or decimals_of(node.value) <= places
            return True, exact and low <= node.value <= high, node.value
        case Day(low, high):
            if not isinstance(node, tree.Date):
                return False, False, None
            return True, low <= node.value and (high is None or node.value <= high), node.value
        case OneCode(_, prefix, pattern) | SeveralCodes(_, prefix, pattern):
            fits = isinstance(node, tree.Code) and word.startswith(f"{prefix} " if prefix else "")
            return fits, re.fullmatch(pattern, word.removeprefix(prefix + " ")) is not None, word
        case CodePattern(pattern):
            return isinstance(node, tree.Name | tree.Text), re.fullmatch(pattern, word) is not None, word
