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


def _made_by(module: str, function: str = "", ending: str = "") -> Emitter:
    """Give a function of a module, by default the one of the same name; with `ending` it gives the text of one file.

    It is loaded when it is first called, since drawing needs much that is slow to load.
    """

    def emitter(compiled: Compiled) -> dict[str, str]:
        made = getattr(import_module(f"{__name__}.{module}"), function or module)(compiled)
        return {f"{file_stem(compiled.policy.name)}.{ending}": made} if ending else dict(made)

    return emitter


EMITTERS: Mapping[str, Emitter] = MappingProxyType(
    {
        "python": _made_by("to_python"),
        "graph": _made_by("to_graph_json"),
        "schema": _made_by("to_input_schema"),
        "markdown": _made_by("to_markdown"),
        "certificate": _made_by("to_certificate", ending="certificate.json"),
        "sql": _made_by("to_sql"),
        "svg": _made_by("charts_of_policy", "to_charts"),
        "dmn": _made_by("to_dmn"),
        "csv": _made_by("to_csv"),
    }
)
"""Each kind of text that `build --only` knows, with what makes it; charts come as SVG and as DOT."""


def workbook(compiled: Compiled) -> dict[str, bytes]:
    """Give the workbook of a policy; what writes it is loaded when it is first asked for."""
    made: dict[str, bytes] = import_module(f"{__name__}.to_xlsx").to_xlsx(compiled)
    return made


WORKBOOKS: Mapping[str, Callable[[Compiled], dict[str, bytes]]] = MappingProxyType({"xlsx": workbook})
"""Each other kind: files that hold no text."""
