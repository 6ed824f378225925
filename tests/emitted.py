"""Emitted modules as running evaluators, for tests: imported from a file, under a name of their own."""

from __future__ import annotations

import importlib.util
import itertools
import sys
import tempfile
from pathlib import Path
from typing import Any

from ruleproof.artifacts.to_python import to_python
from ruleproof.compiled import Compiled

_NUMBER = itertools.count(1)


def module_text(policy: Compiled) -> str:
    """Give the text of the module of a policy."""
    return next(text for name, text in to_python(policy).items() if name.endswith(".py"))


def module_of(policy: Compiled) -> Any:
    """Import the module of a policy."""
    name = f"emitted_{next(_NUMBER)}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.py")
        path.write_text(module_text(policy), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return module
