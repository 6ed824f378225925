"""The versions of DMN that are written, and what differs between them."""

from __future__ import annotations

from dataclasses import dataclass

DC = "http://www.omg.org/spec/DMN/20180521/DC/"
DI = "http://www.omg.org/spec/DMN/20180521/DI/"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of DMN."""

    name: str
    model: str
    diagram: str
    ending: str
    """What the name of its file ends in."""
    constrains_types: bool
    """Whether a type may have a constraint beside its values, such as that a number is whole."""
    names_outputs: bool
    """Whether the one output of a table is named: not in 1.5, but the tools for 1.3 ask for it."""


VERSION_1_5 = Version(
    "1.5",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/DMNDI/",
    ".dmn",
    True,
    False,
)
VERSION_1_3 = Version(
    "1.3",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    ".v1_3.dmn",
    False,
    True,
)
VERSIONS = (VERSION_1_5, VERSION_1_3)
