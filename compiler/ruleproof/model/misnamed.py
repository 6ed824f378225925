"""Names that stand alone in a condition although they are none: a value of an input, a code list."""

from __future__ import annotations

from collections.abc import Mapping

from ruleproof.model.declared import Declared
from ruleproof.model.nodes import Choice, Domain
from ruleproof.tree import nodes as tree


def is_misnamed(declared: Declared, domains: Mapping[str, Domain], name: tree.Name) -> bool:
    """Tell whether a name is no condition by itself, and remark it, as in `analyte is dna or rna`."""
    return _is_a_value(declared, domains, name) or _is_a_code_list(declared, name)


def _is_a_value(declared: Declared, domains: Mapping[str, Domain], name: tree.Name) -> bool:
    inputs = [
        known
        for known, domain in domains.items()
        if isinstance(domain, Choice) and name.text in domain.values and name.text not in declared.names
    ]
    if inputs:
        help = f"write `{inputs[0]} is {name.text}`, or `{inputs[0]} is one of (…)` for several values"
        message = f"`{name.text}` is a value of `{inputs[0]}` and no condition by itself"
        declared.report("unknown_name", name.span, message, help)
    return bool(inputs)


def _is_a_code_list(declared: Declared, name: tree.Name) -> bool:
    found = isinstance(declared.names.get(name.text), tree.Codes)
    if found:
        message = f"`{name.text}` is a code list and no condition by itself"
        help = f"write `NAME is in {name.text}`, or `NAME any in {name.text}` where the input holds several codes"
        declared.report("wrong_type", name.span, message, help)
    return found
