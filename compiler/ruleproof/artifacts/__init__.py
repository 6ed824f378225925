"""What is made from a compiled policy: one kind, one module, one pure function that gives file names with their texts.

Always true here: equal policies give equal bytes, whatever the Python and the machine; every file names the policy, its
revision, its hash and the compiler; and the words of an author are escaped before they enter code, markup or a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TypeAlias

from ruleproof.artifacts.names import file_stem
from ruleproof.compiled import Compiled

Emitter: TypeAlias = Callable[[Compiled], dict[str, str]]


def _made_by(module: str, ending: str = "") -> Emitter:
    """Give the function that has the name of its module, loaded when it is first called: drawing needs much that is heavy.

    With `ending` the function gives the text of one file.
    """

    def emitter(compiled: Compiled) -> dict[str, str]:
        made = getattr(import_module(f"{__name__}.{module}"), module)(compiled)
        return {f"{file_stem(compiled.policy.name)}.{ending}": made} if ending else dict(made)

    return emitter


EMITTERS: Mapping[str, Emitter] = MappingProxyType(
    {
        "python": _made_by("to_python"),
        "graph": _made_by("to_graph_json"),
        "schema": _made_by("to_input_schema"),
        "markdown": _made_by("to_markdown"),
        "certificate": _made_by("to_certificate", "certificate.json"),
    }
)
"""Each kind that `build --only` knows, with what makes it."""
