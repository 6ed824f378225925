"""One class for each kind of input: takes the values that it allows, and finds the cell of a value."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right

from ruleproof.runtime.kernel.values import UNKNOWN, InputError, day_of, near, plain, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# ---------------------------------------------------------------- inputs


class Input:
    """One input: takes values that it allows, and tells in which cells of the policy's space a value lies.

    Two values share a cell where the policy cannot tell them apart.
    """

    __slots__ = ("allowed", "dimension", "may_be_missing", "name", "width")

    def __init__(self, name: str, dimension: int, may_be_missing: bool, allowed: str, width: int = 1) -> None:
        self.name = name
        self.dimension = dimension
        self.may_be_missing = may_be_missing
        self.allowed = allowed
        self.width = width

    def read(self, value: object) -> Any:
        """Give a value in its own type, `UNKNOWN` and (where it may be missing) `None` as they are."""
        if value is UNKNOWN:
            return value
        if value is None:
            if self.may_be_missing:
                return None
            raise InputError(
                f"`{self.name}` may not be missing: leave it out where it is unknown", self.name, None, self.allowed
            )
        return self.parse(value)

    def parse(self, value: object) -> Any:
        """Give a value that is there in its own type."""
        raise NotImplementedError

    def cells(self, value: Any) -> tuple[int, ...]:
        """Give the cell of a value that was read, for each dimension of the input."""
        raise NotImplementedError

    def refused(self, value: object, hint: str = "") -> InputError:
        message = f"`{self.name}` cannot be {shown(value)}: it is {self.allowed}{hint}"
        return InputError(message, self.name, value, self.allowed)


class YesNoInput(Input):
    __slots__ = ()

    def parse(self, value: object) -> bool:
        if value is True or value is False:
            return value
        if isinstance(value, str) and plain(value) in ("yes", "no"):
            return plain(value) == "yes"
        raise self.refused(value)

    def cells(self, value: bool | None) -> tuple[int, ...]:
        return (2 if value is None else 0 if value else 1,)


class ChoiceInput(Input):
    __slots__ = ("numbers",)

    def __init__(self, name: str, dimension: int, may_be_missing: bool, allowed: str, values: tuple[str, ...]) -> None:
        super().__init__(name, dimension, may_be_missing, allowed)
        self.numbers = {value: number for number, value in enumerate(values)}

    def parse(self, value: object) -> str:
        if isinstance(value, str):
            text = plain(value)
            if text in self.numbers:
                return text
            raise self.refused(value, near(value, self.numbers))
        raise self.refused(value, "; give it as text")

    def cells(self, value: str | None) -> tuple[int, ...]:
        return (len(self.numbers) if value is None else self.numbers[value],)


class WholeNumberInput(Input):
    """`starts` holds the first number of each cell."""

    __slots__ = ("high", "low", "starts")

    def __init__(
        self,
        name: str,
        dimension: int,
        may_be_missing: bool,
        allowed: str,
        low: int,
        high: int,
        starts: tuple[int, ...],
    ) -> None:
        super().__init__(name, dimension, may_be_missing, allowed)
        self.low, self.high, self.starts = low, high, starts

    def parse(self, value: object) -> int:
        number = self.number(value)
        if number is not None and self.low <= number <= self.high:
            return number
        raise self.refused(value, "; a float is not taken for a whole number" if isinstance(value, float) else "")

    def number(self, value: object) -> int | None:
        """Give the number that a value stands for: an integer of any library, or a text of digits."""
        if type(value) is int:
            return value
        if isinstance(value, str):
            text = plain(value)
            digits = text[1:] if text[:1] in ("-", "+") else text
            return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 40 else None
        if isinstance(value, bool):
            return None
        from contextlib import suppress  # noqa: PLC0415

        number = None
        with suppress(Exception):
            number = value.__index__()  # type: ignore[attr-defined]
        return int.__int__(number) if isinstance(number, int) and not isinstance(number, bool) else None

    def cells(self, value: int | None) -> tuple[int, ...]:
        return (len(self.starts) if value is None else bisect_right(self.starts, value) - 1,)


class DayInput(Input):
    """`starts` holds the first day of each cell; there is no last day where `high` is `None`."""

    __slots__ = ("high", "low", "starts")

    def __init__(
        self,
        name: str,
        dimension: int,
        may_be_missing: bool,
        allowed: str,
        low: str,
        high: str | None,
        starts: tuple[str, ...],
    ) -> None:
        super().__init__(name, dimension, may_be_missing, allowed)
        self.low = dt.date.fromisoformat(low)
        self.high = dt.date.max if high is None else dt.date.fromisoformat(high)
        self.starts = tuple(map(dt.date.fromisoformat, starts))

    def parse(self, value: object) -> dt.date:
        day = day_of(value)
        if day is not None and self.low <= day <= self.high:
            return day
        timed = isinstance(value, dt.datetime)
        raise self.refused(
            value, "; leave the time of day out" if timed else "" if day else ", written like 2024-03-21"
        )

    def cells(self, value: dt.date | None) -> tuple[int, ...]:
        return (len(self.starts) if value is None else bisect_right(self.starts, value) - 1,)


class DecimalInput(Input):
    """`starts` holds where each cell starts, and whether the number itself belongs to it."""

    __slots__ = ("high", "low", "places", "starts")

    def __init__(
        self,
        name: str,
        dimension: int,
        may_be_missing: bool,
        allowed: str,
        low: str,
        high: str,
        places: int | None,
        starts: tuple[tuple[str, bool], ...],
    ) -> None:
        from decimal import Decimal  # noqa: PLC0415

        super().__init__(name, dimension, may_be_missing, allowed)
        self.low, self.high, self.places = Decimal(low), Decimal(high), places
        self.starts = [(Decimal(start), 0 if closed else 2) for start, closed in starts]

    def parse(self, value: object) -> Any:
        number = self.number(value)
        if number is None or not self.low <= number <= self.high:
            hint = "; a float is not exact: give a Decimal or a text" if isinstance(value, float) else ""
            raise self.refused(value, hint)
        if self.places is not None and _decimals(number) > self.places:
            raise self.refused(value, f"; it has {_decimals(number)} decimals")
        return number

    def number(self, value: object) -> Any:
        from decimal import Decimal  # noqa: PLC0415

        if isinstance(value, str):
            text = plain(value)
            digits = (text[1:] if text[:1] in ("-", "+") else text).replace(".", "", 1)
            fits = digits.isascii() and digits.isdigit() and len(digits) <= 80 and text[-1] != "."
            return Decimal(text) if fits else None
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(int(value))
        return value if isinstance(value, Decimal) and value.is_finite() else None

    def cells(self, value: Any) -> tuple[int, ...]:
        return (len(self.starts) if value is None else bisect_right(self.starts, (value, 1)) - 1,)


def _decimals(number: Any) -> int:
    """Count the decimals of a number, closing zeros aside."""
    if not number:
        return 0
    _, digits, exponent = number.as_tuple()
    zeros = 0
    while zeros < min(len(digits), -exponent) and digits[-1 - zeros] == 0:
        zeros += 1
    return max(0, int(-exponent) - zeros)


class Shape:
    """Tells which texts are codes of a system: its prefix and a blank (where it has one), and then a fixed shape."""

    __slots__ = ("_pattern", "prefix", "start", "text")

    def __init__(self, prefix: str, text: str) -> None:
        self.prefix = prefix
        self.start = f"{prefix} " if prefix else ""
        self.text = text
        self._pattern: Any = None

    def fits(self, value: object) -> bool:
        if self._pattern is None:
            import re  # noqa: PLC0415

            self._pattern = re.compile(self.text)
        text = plain(value) if isinstance(value, str) else None
        if text is None or len(text) > 400 or not text.startswith(self.start):
            return False
        return self._pattern.fullmatch(text, len(self.start)) is not None

    def hint(self, value: object) -> str:
        """Give the code that was probably meant, as the end of a message, where only the prefix is lacking."""
        meant = f"{self.start}{plain(value)}" if isinstance(value, str) and len(value) <= 40 else ""
        return f"; did you mean {shown(meant)}?" if self.fits(meant) else ""


class OneCodeInput(Input):
    """`classes` holds the codes that the policy names, by what it tells apart; all others, if any, are a class more."""

    __slots__ = ("missing", "numbers", "others", "shape")

    def __init__(
        self,
        name: str,
        dimension: int,
        may_be_missing: bool,
        allowed: str,
        prefix: str,
        pattern: str,
        classes: tuple[tuple[str, ...], ...],
        others: bool,
    ) -> None:
        super().__init__(name, dimension, may_be_missing, allowed)
        self.shape, self.others, self.missing = Shape(prefix, pattern), len(classes), len(classes) + others
        self.numbers = {code: number for number, codes in enumerate(classes) for code in codes}

    def parse(self, value: object) -> str:
        text = plain(value) if isinstance(value, str) else None
        if text is not None and (text in self.numbers or self.shape.fits(text)):
            return text
        raise self.refused(value, self.shape.hint(value))

    def cells(self, value: str | None) -> tuple[int, ...]:
        return (self.missing if value is None else self.class_of(value),)

    def class_of(self, code: str) -> int:
        """Give the number of the class that a code belongs to."""
        return self.numbers.get(code, self.others)


class SeveralCodesInput(Input):
    """A dimension for each of `groups`, and one for all other codes, if any: no such code is there, or some are."""

    __slots__ = ("groups", "named", "shape")

    def __init__(
        self,
        name: str,
        dimension: int,
        may_be_missing: bool,
        allowed: str,
        prefix: str,
        pattern: str,
        groups: tuple[tuple[str, ...], ...],
        others: bool,
    ) -> None:
        super().__init__(name, dimension, may_be_missing, allowed, len(groups) + others)
        self.shape = Shape(prefix, pattern)
        self.groups = tuple(map(frozenset, groups))
        self.named = frozenset(code for codes in groups for code in codes)

    def parse(self, value: object) -> tuple[str, ...] | None:
        """Give the codes, each once and in their order as texts, since a list is a set; an empty one is missing."""
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise self.refused(value, "; give a list of codes")
        codes = tuple(sorted(set(map(self.code, value))))
        if codes:
            return codes
        if self.may_be_missing:
            return None
        raise self.refused(value, ", at least one")

    def code(self, value: object) -> str:
        text = plain(value) if isinstance(value, str) else None
        if text is not None and (text in self.named or self.shape.fits(text)):
            return text
        message = f"`{self.name}` cannot hold {shown(value)}: it is {self.allowed}{self.shape.hint(value)}"
        raise InputError(message, self.name, value, self.allowed)

    def cells(self, value: tuple[str, ...] | None) -> tuple[int, ...]:
        return tuple(int(self.some(value, group)) for group in range(self.width))

    def some(self, codes: tuple[str, ...] | None, group: int) -> bool:
        """Tell whether some of the codes belong to a group; the group after the last holds all codes not named."""
        if codes is None:
            return False
        if group == len(self.groups):
            return not self.named.issuperset(codes)
        return not self.groups[group].isdisjoint(codes)
