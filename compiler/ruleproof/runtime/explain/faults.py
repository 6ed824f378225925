"""What is wrong with facts, said once and short: the smallest part that cannot happen together, no hidden value shown."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from ruleproof.runtime.explain.record import REDACTED
from ruleproof.runtime.kernel.history import Past
from ruleproof.runtime.kernel.program import Program
from ruleproof.runtime.kernel.values import UNKNOWN, InputError


class NoSuchInputError(ValueError):
    """A name that is no input of the policy, or no number where one is asked for."""


def check_names(names: Mapping[str, object] | frozenset[str], known: Mapping[str, object], what: str) -> None:
    """Refuse names that are no inputs; `what` says where they stand."""
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(known)}"
            raise NoSuchInputError(f"{what}: there is no input `{name}`{hint}")


def refined(
    error: InputError, program: Program, line: Mapping[str, object], past: Past | None, posted: datetime.date | None
) -> InputError:
    """Give the error of facts that cannot happen together with only a smallest part of them; any other as it is."""
    if not error.cannot_happen or error.message.startswith("earlier service"):
        return error
    values = list(program.read(line))
    for place, value in enumerate(values):
        if value is UNKNOWN:
            continue
        values[place] = UNKNOWN
        if program._can_happen(program.cells(program._worked_out(values, past, posted)), posted):
            values[place] = value
    cells = program.cells(program._worked_out(values, past, posted))
    try:
        program.check_possible(values, cells, posted)
    except InputError as smaller:
        return smaller
    return error


def without_hidden(error: InputError, hidden: frozenset[str], *told: object) -> InputError:
    """Give an error whose words show no value of a hidden field of what was told."""
    message, value = error.message, error.value
    for secret in sorted({item for part in told for item in _secrets(part, hidden)}, key=len, reverse=True):
        message = message.replace(secret, REDACTED)
        value = REDACTED if isinstance(value, str) and secret in value else value
    if error.input in hidden:
        value = REDACTED
    if isinstance(value, dict):
        value = {name: REDACTED if name in hidden else item for name, item in value.items()}
    return InputError(message, error.input, value, error.allowed, error.cannot_happen)


def _secrets(told: Any, hidden: frozenset[str], field: str = "") -> Iterator[str]:
    """Give the texts of hidden fields, however deep they stand."""
    if isinstance(told, Mapping):
        for name, item in told.items():
            yield from _secrets(item, hidden, str(name) if field not in hidden else field)
    elif isinstance(told, list | tuple | set | frozenset):
        for item in told:
            yield from _secrets(item, hidden, field)
    elif field in hidden and told is not None and not isinstance(told, bool) and str(told):
        yield str(told)
