"""Text to FEEL: the only module of the readers that knows Lark."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from ruleproof.model.tables import Scalar
from ruleproof.readers.feel import nodes
from ruleproof.readers.feel.functions import decimal_of
from ruleproof.readers.feel.names import Names, is_marked
from ruleproof.readers.feel.outside import OutsideError
from ruleproof.readers.feel.times import at_literal
from ruleproof.resources import folder

LONGEST_TEXT = 200_000
DEEPEST = 60
_TOO_LONG = "an expression of too many parts"
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@cache
def _parser() -> Lark:
    grammar = (folder("grammar") / "unary_tests.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", start=["unary_tests", "expression"], maybe_placeholders=False)


def unary_tests_from_text(text: str, names: Names) -> nodes.Node:
    """Read what stands in an input cell."""
    return _read(text, names, "unary_tests")


def expression_from_text(text: str, names: Names) -> nodes.Node:
    """Read an expression."""
    return _read(text, names, "expression")


@lru_cache(maxsize=20_000)
def _read(text: str, names: Names, start: str) -> nodes.Node:
    if len(text) > LONGEST_TEXT:
        raise OutsideError(f"a text of more than {LONGEST_TEXT:,} characters")
    if is_marked(_QUOTED.sub("", text)):
        raise OutsideError("a character that no text should hold (U+E000 or U+E001)")
    if _depth(text) > DEEPEST:
        raise OutsideError(f"brackets inside one another, more than {DEEPEST} deep")
    try:
        found: nodes.Node = _ToNodes(names).transform(_parser().parse(names.mark(text), start=start))
    except UnexpectedInput as unexpected:
        raise OutsideError(_explained(unexpected, names)) from None
    except VisitError as error:
        if isinstance(error.orig_exc, OutsideError):
            raise error.orig_exc from None
        if isinstance(error.orig_exc, RecursionError):
            raise OutsideError(_TOO_LONG) from None
        raise
    except RecursionError:
        raise OutsideError(_TOO_LONG) from None
    return found


def _depth(text: str) -> int:
    """Count how deep the brackets outside quotes go."""
    deepest = depth = 0
    for letter in re.findall(r"[(\[{}\])]", _QUOTED.sub("", text)):
        depth += 1 if letter in "([{" else -1
        deepest = max(deepest, depth)
    return deepest


def _explained(unexpected: UnexpectedInput, names: Names) -> str:
    token = getattr(unexpected, "token", None)
    if token is None:
        return "a character that does not belong here"
    if token.type == "$END":
        return "it ends too early"
    shown = names.restore(str(token))
    return f"`{shown if len(shown) <= 40 else shown[:40] + '…'}` cannot stand where it stands"


def text_of(quoted: str) -> str:
    r"""Give what a text in quotes says.

    >>> text_of(r'"a\"b\u0041"')
    'a"bA'
    """
    return _ESCAPE.sub(_unescaped, quoted[1:-1]) if "\\" in quoted else quoted[1:-1]


def _unescaped(match: re.Match[str]) -> str:
    said = match[1]
    if len(said) > 1:
        code = int(said[1:], 16)
        return chr(code) if code < 0x110000 else match[0]
    return _LETTERS.get(said, said if said in "\"'\\" else match[0])


@v_args(inline=True)
class _ToNodes(Transformer[Token, nodes.Node]):
    """One method per rule of the grammar, in the order of the grammar."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._names = names

    def _name(self, token: Token) -> str:
        return self._names.restore(str(token))

    # an input cell

    def any_value(self) -> nodes.Node:
        return nodes.Everything()

    def any_of(self, *parts: nodes.Node) -> nodes.Node:
        return nodes.SomeTest(parts)

    def all_of(self, *parts: nodes.Node) -> nodes.Node:
        return nodes.Both(parts)

    def compared(self, how: Token, right: nodes.Node) -> nodes.Node:
        return nodes.Compared(str(how), right)

    def equals(self, value: nodes.Node) -> nodes.Node:
        return value

    def negated(self, part: nodes.Node) -> nodes.Node:
        return nodes.NoTest(part)

    def relation(self, left: nodes.Node, how: Token, right: nodes.Node) -> nodes.Node:
        return nodes.Comparison(str(how), left, right)

    def between(self, value: nodes.Node, low: nodes.Node, high: nodes.Node) -> nodes.Node:
        return nodes.In(value, nodes.Stretch(low, high, True, True))

    def is_compared(self, value: nodes.Node, how: Token, right: nodes.Node) -> nodes.Node:
        return nodes.In(value, nodes.Compared(str(how), right))

    def is_in(self, value: nodes.Node, test: nodes.Node) -> nodes.Node:
        return nodes.In(value, test)

    def stretch(self, opening: Token, low: nodes.Node, high: nodes.Node, closing: Token) -> nodes.Node:
        return nodes.Stretch(low, high, opening == "[", closing == "]")

    def endpoints(self, *items: nodes.Node) -> nodes.Node:
        return nodes.ListOf(items)

    def minus_number(self, token: Token) -> nodes.Node:
        return nodes.Constant(-decimal_of(token))

    def question(self) -> nodes.Node:
        return nodes.Question()

    def path(self, first: Token, *rest: Token) -> nodes.Node:
        found: nodes.Node = nodes.Name(self._name(first))
        for token in rest:
            found = nodes.Member(found, self._name(token))
        return found

    def call(self, function: nodes.Node, *arguments: nodes.Node) -> nodes.Node:
        return nodes.Call(function, tuple(("", argument) for argument in arguments))

    # an expression

    conditional = nodes.Conditional

    def either(self, *parts: nodes.Node) -> nodes.Node:
        return nodes.Either(parts)

    def both(self, *parts: nodes.Node) -> nodes.Node:
        return nodes.Both(parts)

    def comparison(self, left: nodes.Node, how: Token, right: nodes.Node) -> nodes.Node:
        return nodes.Comparison(str(how), left, right)

    lies_between = between
    in_compared = is_compared
    in_one = is_in

    def in_several(self, value: nodes.Node, *tests: nodes.Node) -> nodes.Node:
        return nodes.In(value, nodes.SomeTest(tests))

    def add(self, left: nodes.Node, right: nodes.Node) -> nodes.Node:
        return nodes.Operation("+", left, right)

    def subtract(self, left: nodes.Node, right: nodes.Node) -> nodes.Node:
        return nodes.Operation("-", left, right)

    def multiply(self, left: nodes.Node, right: nodes.Node) -> nodes.Node:
        return nodes.Operation("*", left, right)

    def divide(self, left: nodes.Node, right: nodes.Node) -> nodes.Node:
        return nodes.Operation("/", left, right)

    def raise_to(self, left: nodes.Node, right: nodes.Node) -> nodes.Node:
        return nodes.Operation("**", left, right)

    def negative(self, of: nodes.Node) -> nodes.Node:
        number = of.value if isinstance(of, nodes.Constant) else None
        return nodes.Constant(-number) if isinstance(number, Decimal) else nodes.Negative(of)

    def member(self, of: nodes.Node, name: Token) -> nodes.Node:
        return nodes.Member(of, self._name(name))

    def invocation(self, function: nodes.Node, *arguments: tuple[str, nodes.Node]) -> nodes.Node:
        return nodes.Call(function, arguments)

    def argument(self, *parts: Any) -> tuple[str, nodes.Node]:
        return (self._name(parts[0]), parts[1]) if len(parts) > 1 else ("", parts[0])

    filtered = nodes.Filtered

    def name(self, token: Token) -> nodes.Node:
        return nodes.Name(self._name(token))

    def list_of(self, *items: nodes.Node) -> nodes.Node:
        return nodes.ListOf(items)

    def context_of(self, *entries: tuple[str, nodes.Node]) -> nodes.Node:
        return nodes.ContextOf(entries)

    def entry(self, name: Token, value: nodes.Node) -> tuple[str, nodes.Node]:
        return (text_of(name) if name.type == "STRING" else self._name(name), value)

    # words

    def number(self, token: Token) -> nodes.Node:
        return nodes.Constant(decimal_of(token))

    def string(self, token: Token) -> nodes.Node:
        return nodes.Constant(text_of(token))

    def at_literal(self, token: Token) -> nodes.Node:
        value: Scalar = at_literal(text_of(str(token)[1:]))
        return nodes.Constant(value)

    def yes(self) -> nodes.Node:
        return nodes.Constant(True)

    def no(self) -> nodes.Node:
        return nodes.Constant(False)

    def null(self) -> nodes.Node:
        return nodes.Constant(None)
