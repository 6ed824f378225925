"""Finds the folders that are not Python: the grammar and the bundled policies.

They lie at the top of a checkout, where people who write policies look for them, and inside the package once it is
installed.  Every other module asks here and knows neither place.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_CHECKOUT = Path(__file__).parents[2]


def folder(name: str) -> Traversable:
    """Give the folder `name`, from the installed package if it has one, else from the checkout.

    >>> folder("grammar").joinpath("policy.lark").is_file()
    True
    """
    installed = files("ruleproof") / name
    return installed if installed.is_dir() else _CHECKOUT / name
