"""Billing policies as text, compiled to code, tables and flowcharts, with a proof that they leave no gap and no conflict.

>>> policy = load('''policy fines
... input days is whole number from 0 to 99
... decision fine gives one of none_due, full
... rule A for fine when days is at most 14 then fine is none_due
... rule B for fine when days is more than 14 then fine is full
... ''')
>>> policy.decide({"days": 20}).fine.outcome
'full'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ruleproof.finding import Finding
    from ruleproof.runtime.kernel.values import UNKNOWN, InputError
    from ruleproof.runtime.load import LoadedPolicy, PolicyError, check, load

__all__ = ["UNKNOWN", "Finding", "InputError", "LoadedPolicy", "PolicyError", "__version__", "check", "load"]

_PLACES = {
    "Finding": "ruleproof.finding",
    "InputError": "ruleproof.runtime.kernel.values",
    "LoadedPolicy": "ruleproof.runtime.load",
    "PolicyError": "ruleproof.runtime.load",
    "UNKNOWN": "ruleproof.runtime.kernel.values",
    "check": "ruleproof.runtime.load",
    "load": "ruleproof.runtime.load",
}


def __getattr__(name: str) -> object:
    """Load what is asked for when it is asked for, so that the command line starts fast."""
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module `ruleproof` has no `{name}`")
    found: object = getattr(import_module(_PLACES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
