"""The inputs of a policy as the class `Claim`: a typed field for each, and an `__init__` that checks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ruleproof.artifacts.python.text import in_docstring, literal, names_in_a_tuple, quoted
from ruleproof.artifacts.tables import allowed_values
from ruleproof.model import nodes as model

RESERVED = frozenset(
    (
        "self", "keep", "type", "bool", "int", "str", "tuple", "list", "set", "frozenset", "dt", "Decimal", "Literal",
        "Unknown", "UNKNOWN",
    )
)  # fmt: skip
"""Names that the class uses itself, so that no field may hide them."""

MOST_NAMED = 100
"""How many values of a choice are listed in its type; beyond that it is any text."""

MOST_TRIED = 20
"""How many values of a choice are listed where it is checked; beyond that they are looked up."""


@dataclass(frozen=True, slots=True)
class ClaimClass:
    """Writes the class for the inputs of a policy."""

    inputs: tuple[model.Input, ...]
    fields: Mapping[str, str]
    """What the field of each input is called."""
    constants: Mapping[str, str]
    """The constant that holds the table of each input."""
    named: Callable[[str], str]
    """Gives a name for the module that is not in use."""
    worked_out: Mapping[str, str]
    """The fields of what is worked out from the others, with their labels."""

    @property
    def uses_literals(self) -> bool:
        """Tell whether the types need `Literal`."""
        return any(isinstance(item.domain, model.Choice | model.YesNo) for item in self.inputs)

    def lines(self) -> Iterator[str]:
        aliases = {item.name: self.alias(item) for item in self.inputs}
        yield from self.known(aliases)
        yield "\n\nclass Claim(ClaimFacts):"
        yield '    """The facts of one claim line; each is checked, and what is left out is unknown."""\n'
        yield f"    _fields = {literal(tuple(self.fields.values()), 4)}"
        yield "    __slots__ = _fields"
        for item in self.inputs:
            yield f"    {self.fields[item.name]}: {_kept_type(item.domain, aliases[item.name])} | Unknown{_none(item)}"
            yield f'    """{in_docstring(item.label)}: {in_docstring(allowed_values(item))}"""'
        yield f"    _inputs = {names_in_a_tuple(self.constants.values())}\n"
        yield from self.init(aliases)

    def known(self, aliases: Mapping[str, str]) -> Iterator[str]:
        """Give the values of choices, which only type checkers read, and the class of a line of which everything is known."""
        choices = [item for item in self.inputs if isinstance(item.domain, model.Choice)]
        named = [item for item in choices if aliases[item.name] != "str"]
        yield from ["\nif TYPE_CHECKING:"] if named else []
        for item in named:
            assert isinstance(item.domain, model.Choice)
            yield f"    {aliases[item.name]} = Literal[{', '.join(map(quoted, item.domain.values))}]"
        yield "\n\nclass _Known(Facts):"
        yield '    """A claim line of which everything is known, and checked."""\n'
        yield f"    _fields = {literal(tuple(self.fields.values()), 4)}"
        yield "    __slots__ = _fields"
        yield "    _full = True"
        for item in self.inputs:
            yield f"    {self.fields[item.name]}: {_kept_type(item.domain, 'str')}{_none(item)}"
        for field, label in self.worked_out.items():
            yield f"    {field}: bool"
            yield f'    """{in_docstring(label)}"""'

    def init(self, aliases: Mapping[str, str]) -> Iterator[str]:
        yield "    def __init__("
        yield "        self,"
        yield from ["        *,"] if self.inputs else []
        for item in self.inputs:
            taken = _taken_type(item.domain, aliases[item.name])
            yield f"        {self.fields[item.name]}: {taken} | Unknown{_none(item)} = UNKNOWN,"
        yield "    ) -> None:"
        for item in self.inputs:
            yield f"        keep(self, {quoted(self.fields[item.name])}, {self.checked(item, self.fields[item.name])})"
        unknown = [f"{field} is UNKNOWN" for field in self.fields.values()]
        yield f'        keep(self, "_full", not ({" or ".join(unknown) or False}))'

    def checked(self, item: model.Input, field: str) -> str:
        """Give what checks a value and gives it in its own type: what most callers give is checked on the spot."""
        table = self.constants[item.name]
        match item.domain:
            case model.YesNo():
                quick = f"{field} is True or {field} is False"
            case model.WholeNumber(low, high):
                quick = f"type({field}) is int and {low} <= {field} <= {high}"
            case model.Choice(values) if len(values) <= MOST_TRIED:
                quick = f"type({field}) is str and {field} in {{{', '.join(map(quoted, values))}}}"
            case model.Choice():
                quick = f"type({field}) is str and {field} in {table}.numbers"
            case model.Day():
                quick = f"type({field}) is dt.date and {table}.low <= {field} <= {table}.high"
            case model.OneCode():
                quick = f"type({field}) is str and {field} in {table}.numbers"
            case _:
                return f"{table}.read({field})"
        return f"{field} if {quick} else {table}.read({field})"

    def reading(self) -> Iterator[str]:
        """Give the function that checks a whole dictionary in one pass, where everything is there, and known."""
        fields = {item.name: self.fields[item.name] for item in self.inputs}
        yield "\n\ndef _checked(facts: Any) -> _Known | Claim:"
        yield '    """Check a mapping; what is there in full needs no more than one pass."""'
        if not fields:
            yield "    return claim_from(facts)"
            return
        yield f"    if type(facts) is not dict or len(facts) != {len(fields)}:"
        yield "        return claim_from(facts)"
        yield "    try:"
        yield from (f"        {_local(field)} = facts[{quoted(name)}]" for name, field in fields.items())
        yield "    except KeyError:"
        yield "        return claim_from(facts)"
        yield "    known = _Known()"
        for item in self.inputs:
            yield f"    known.{fields[item.name]} = {self.checked(item, _local(fields[item.name]))}"
        unknown = [f"{_local(field)} is UNKNOWN" for field in fields.values()]
        yield f"    return known if not ({' or '.join(unknown)}) else claim_from(facts)"

    def from_mapping(self) -> str:
        """Give the arguments that make a claim from a mapping."""
        if all(name == field for name, field in self.fields.items()):
            return "**_PROGRAM.named(facts)"
        renamed = ", ".join(f"{quoted(name)}: {quoted(field)}" for name, field in self.fields.items())
        return f"**_PROGRAM.named(facts, {{{renamed}}})"

    def alias(self, item: model.Input) -> str:
        """Give what the type of a choice is called."""
        if not isinstance(item.domain, model.Choice) or len(item.domain.values) > MOST_NAMED:
            return "str"
        return self.named(self.fields[item.name].replace("_", " ").title().replace(" ", "") + "Value")


def _local(field: str) -> str:
    """Give what the value of a field is called in a function of ours, where a field may not hide anything."""
    return f"{field}_"


def _none(item: model.Input) -> str:
    return " | None" if item.may_be_missing else ""


_KEPT: Mapping[type, str] = {
    model.YesNo: "bool", model.WholeNumber: "int", model.DecimalNumber: "Decimal", model.Day: "dt.date",
    model.OneCode: "str", model.CodePattern: "str", model.SeveralCodes: "tuple[str, ...]",
}  # fmt: skip
_TAKEN: Mapping[type, str] = {
    **_KEPT,
    model.YesNo: 'bool | Literal["yes", "no"]',
    model.DecimalNumber: "Decimal | int | str",
    model.Day: "dt.date | str",
    model.SeveralCodes: "list[str] | tuple[str, ...] | set[str] | frozenset[str]",
}


def _kept_type(domain: model.Domain, choice: str) -> str:
    """Give the type of a value once it is checked."""
    return choice if isinstance(domain, model.Choice) else _KEPT[type(domain)]


def _taken_type(domain: model.Domain, choice: str) -> str:
    """Give the type of what is taken for a value."""
    return choice if isinstance(domain, model.Choice) else _TAKEN[type(domain)]
