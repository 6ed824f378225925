"""The text of a cell to what it tests or gives; what is beyond exact analysis stays `Undecided`, with the reason.

The grammar is the definition.  The commonest cells (a number with a sign, an interval of numbers, texts in quotes) are read by
one exact regular expression instead, which is many times faster and agrees with the grammar on everything that it reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ruleproof.model.cell_tests import all_of, any_of, negated
from ruleproof.model.scalars import NULL, ORDERED, below, kind_of, same, within
from ruleproof.model.tables import (
    AnyValue,
    CellTest,
    Expression,
    Literal,
    Negated,
    OneOf,
    OutputCell,
    Related,
    Scalar,
    Undecided,
    Within,
)
from ruleproof.readers.feel import nodes
from ruleproof.readers.feel.from_text import expression_from_text, unary_tests_from_text
from ruleproof.readers.feel.functions import FUNCTIONS, decimal_of
from ruleproof.readers.feel.meaning import evaluate
from ruleproof.readers.feel.names import Names, tidy
from ruleproof.readers.feel.outside import OutsideError

_NUMBER = r"-?\s*(?:[0-9]{1,40}(?:\.[0-9]{1,40})?|\.[0-9]{1,40})"
_TEXT = r'"[^"\\]*"'
_COMMON = re.compile(
    rf"""\s*(?:
      (?P<how>[<>]=?)\s*(?P<bound>{_NUMBER})
    | (?P<number>{_NUMBER})
    | (?P<open>[\[\](])\s*(?P<low>{_NUMBER})\s*\.\.\s*(?P<high>{_NUMBER})\s*(?P<close>[\])\[])
    | (?P<texts>{_TEXT}(?:\s*,\s*{_TEXT})*)
    )\s*""",
    re.VERBOSE,
)
_EACH_TEXT = re.compile(_TEXT)
_BARE_DATE = re.compile(r'(?<![\w"-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w"-])')
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


class Cells:
    """Reads the cells of one table; every text is read once for each input."""

    def __init__(
        self,
        names: Names,
        references: Iterable[str] = (),
        lists: Iterable[str] = (),
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        """Take the names that texts may use: of inputs to compare with, of those that are lists, other names of inputs."""
        self._names = names
        self._known = _Known(frozenset(map(tidy, references)), frozenset(map(tidy, lists)), aliases or {})
        self._read: dict[tuple[str, str], CellTest] = {}

    def test(self, text: str, own: str = "") -> CellTest:
        """Read an input cell; `own` is the expression of its input.

        >>> Cells(Names()).test("[1..5)")
        Within(low=Decimal('1'), high=Decimal('5'), low_closed=True, high_closed=False)
        """
        found = self._read.get((text, own))
        if found is None:
            found = self._read[text, own] = common_test(text) or self._any_test(text, own)
        return found

    def _any_test(self, text: str, own: str) -> CellTest:
        if not text.strip():
            return AnyValue()
        try:
            node = unary_tests_from_text(text, self._names)
        except OutsideError as outside:
            return Undecided(text, self._beyond(text, str(outside)))
        try:
            return _Converter(self._known, tidy(own)).test(node)
        except OutsideError as outside:
            return Undecided(text, str(outside))
        except RecursionError:
            return Undecided(text, "an expression of too many parts")

    def _beyond(self, text: str, reason: str) -> str:
        """Say why a cell cannot be read: it is an expression of FEEL, or no FEEL at all."""
        if bare := _BARE_DATE.search(text):
            return f'a date is written as date("{bare[0]}")'
        for form in (text, f"? in ({text})"):
            if not self.readable(form):
                return "an expression that exact analysis does not look into"
        return reason

    def output(self, text: str) -> OutputCell:
        """Read an output cell: a constant, or an expression; an empty one gives null."""
        if text.strip() in ("", "-"):
            return Literal(None)
        try:
            value = _constant(expression_from_text(text, self._names))
        except (OutsideError, RecursionError):
            return Expression(text)
        return Expression(text) if isinstance(value, _Unknown) else Literal(value)

    def is_name(self, word: str) -> bool:
        """Tell whether a word names an input."""
        return tidy(word) in self._known.references

    def constant_or_formula(self, text: str) -> OutputCell:
        """Read an output cell that is a constant, or an expression with an input in it; refuse everything else."""
        node = expression_from_text(text, self._names)
        inner = list(nodes.walk(node))
        if any(isinstance(part, nodes.Name) and self.is_name(part.text) for part in inner):
            return Expression(text)
        value = _UNKNOWN if any(isinstance(part, nodes.Operation) for part in inner) else _constant(node)
        if isinstance(value, _Unknown):
            raise OutsideError("neither a constant nor an expression with an input in it")
        return Literal(value)

    def listed(self, text: str) -> tuple[Scalar, ...]:
        """Give the values of a list of constants, in the order written; nothing where it is anything else."""
        try:
            node = unary_tests_from_text(text, self._names)
        except OutsideError:
            return ()
        parts = (
            node.parts
            if isinstance(node, nodes.SomeTest)
            else node.items
            if isinstance(node, nodes.ListOf)
            else (node,)
        )
        try:
            values = [_constant(part) for part in parts]
        except OutsideError:
            return ()
        found = [value for value in values if not isinstance(value, _Unknown)]
        return tuple(found) if len(found) == len(values) else ()

    def comparison(self, text: str) -> tuple[str, str, str] | None:
        """Give the two inputs that an expression compares, with the sign between them; `None` for any other text."""
        if not any(sign in text for sign in "<>="):
            return None
        try:
            node = expression_from_text(text, self._names)
        except OutsideError:
            return None
        if not isinstance(node, nodes.Comparison):
            return None
        left, right = self._known.name(node.left), self._known.name(node.right)
        return (left, node.how, right) if left and right else None

    def readable(self, text: str) -> str:
        """Say what is wrong with an expression; an empty text where it can be read."""
        try:
            expression_from_text(text, self._names)
        except OutsideError as outside:
            return str(outside)
        return ""


def common_test(text: str) -> CellTest | None:
    """Read one of the commonest cells; `None` for every other text.

    >>> common_test('"a", "b"') == OneOf(frozenset({"a", "b"})), common_test("> x")
    (True, None)
    """
    if text == "-":
        return AnyValue()
    match = _COMMON.fullmatch(text)
    if match is None:
        return None
    if match["texts"]:
        return OneOf(frozenset(quoted[1:-1] for quoted in _EACH_TEXT.findall(match["texts"])))
    if match["number"]:
        return OneOf(frozenset({_plain(match["number"])}))
    if match["how"]:
        return _compared(match["how"], _plain(match["bound"]))
    return within(_plain(match["low"]), _plain(match["high"]), match["open"] == "[", match["close"] == "]")


def _plain(text: str) -> Scalar:
    return decimal_of("".join(text.split()))


# ---------------------------------------------------------------- tests


@dataclass(frozen=True, slots=True)
class _Known:
    references: frozenset[str]
    lists: frozenset[str]
    aliases: Mapping[str, str]

    def name(self, node: nodes.Node) -> str:
        """Give the name of an input as the table calls it; an empty text for what is no name."""
        name = tidy(nodes.written(node))
        return self.aliases.get(name, name)


class _Converter:
    """Turns what is written into what is tested, for one input."""

    def __init__(self, known: _Known, own: str) -> None:
        self._known = known
        self._own = own

    def test(self, node: nodes.Node) -> CellTest:
        match node:
            case nodes.Everything():
                return AnyValue()
            case nodes.SomeTest(parts) | nodes.Either(parts) | nodes.ListOf(parts):
                return any_of([self.test(part) for part in parts])
            case nodes.Both(parts):
                return all_of([self.test(part) for part in parts])
            case nodes.NoTest(part):
                return negated(self.test(part))
            case nodes.Compared(how, right):
                return self._compared(how, right)
            case nodes.Comparison(how, left, right):
                return self._relation(how, left, right)
            case nodes.In(value, test):
                if not self._is_own(value):
                    raise OutsideError("a test of something else than the input of this column")
                return self.test(test)
            case nodes.Stretch(low, high, low_closed, high_closed):
                return self._stretch(low, high, low_closed, high_closed)
            case _:
                return self._compared("=", node)

    def _is_own(self, node: nodes.Node) -> bool:
        return isinstance(node, nodes.Question) or (bool(self._own) and self._known.name(node) == self._own)

    def _relation(self, how: str, left: nodes.Node, right: nodes.Node) -> CellTest:
        if self._is_own(left):
            return self._compared(how, right)
        if self._is_own(right):
            return self._compared(_FLIPPED[how], left)
        raise OutsideError("a comparison that does not speak of the input of this column")

    def _compared(self, how: str, right: nodes.Node) -> CellTest:
        value = _constant(right)
        if isinstance(value, _Unknown):
            return Related(how, self._reference(right))
        return _compared(how, value)

    def _reference(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.Question):
            raise OutsideError("a test of the input by itself")
        name = self._known.name(node)
        if not name:
            raise OutsideError(_about(node))
        if name in self._known.lists:
            raise OutsideError(f"`{name}` is a list")
        if name not in self._known.references and name.split(".")[0] not in self._known.references:
            raise OutsideError(f"`{name}` is the name of no input; a text stands in quotes")
        return name

    def _stretch(self, low: nodes.Node, high: nodes.Node, low_closed: bool, high_closed: bool) -> CellTest:
        first, last = _constant(low), _constant(high)
        if isinstance(first, _Unknown) or isinstance(last, _Unknown):
            above = self._compared(">=" if low_closed else ">", low)
            return all_of([above, self._compared("<=" if high_closed else "<", high)])
        for bound in (first, last):
            _must_be_ordered(bound)
        if not same(first, last) and below(first, last) is None:
            raise OutsideError("the two ends of the interval cannot be compared")
        return within(first, last, low_closed, high_closed)


class _Unknown:
    """What stands for a value that only evaluation can tell."""


_UNKNOWN = _Unknown()


def _constant(node: nodes.Node) -> Scalar | _Unknown:
    """Work out what needs no input: a constant, or a function of constants."""
    if isinstance(node, nodes.Constant):
        return node.value
    inner = list(nodes.walk(node))
    functions = [part.function for part in inner if isinstance(part, nodes.Call)]
    named = [part for part in inner if isinstance(part, nodes.Name | nodes.Question)]
    if len(named) != len(functions) or any(nodes.written(function) not in FUNCTIONS for function in functions):
        return _UNKNOWN
    value = _called(node) if isinstance(node, nodes.Call) else evaluate(node, {})
    kind = kind_of(value)
    return value if kind and kind != NULL else _UNKNOWN


def _called(node: nodes.Call) -> Scalar:
    """Call a function of constants at the top, so that its reason for refusing is heard."""
    arguments = tuple(evaluate(argument, {}) for name, argument in node.arguments if not name)
    named = {name: evaluate(argument, {}) for name, argument in node.arguments if name}
    found: Scalar = FUNCTIONS[nodes.written(node.function)](arguments, named)
    return found


def _about(node: nodes.Node) -> str:
    if not isinstance(node, nodes.Call):
        return "an expression that exact analysis does not look into"
    function = nodes.written(node.function) or "a function"
    if function in FUNCTIONS and not any(isinstance(part, nodes.Member | nodes.Question) for part in nodes.walk(node)):
        return f"`{function}(…)` gives no value here"
    return f"`{function}(…)` is a function that exact analysis does not look into"


def _compared(how: str, value: Scalar) -> CellTest:
    if how in ("=", "!="):
        found = OneOf(frozenset({value}))
        return found if how == "=" else Negated(found)
    _must_be_ordered(value)
    if how[0] == "<":
        return Within(None, value, False, how == "<=")
    return Within(value, None, how == ">=", False)


def _must_be_ordered(value: Scalar) -> None:
    kind = kind_of(value)
    if kind not in ORDERED:
        raise OutsideError(f"{'null' if kind == NULL else 'yes and no'} cannot be more or less than anything")
