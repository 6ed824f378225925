"""The module that `ruleproof build` emits for the first policy, or for any other text, without waiting for the findings.

Proving is not what is measured here: 28 rules that override each other give thousands of notes, which takes seconds.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

from ruleproof.artifacts.to_python import to_python
from ruleproof.compiled import Compiled
from ruleproof.finding import Severity
from ruleproof.model.from_tree import model_from_tree, seen_from
from ruleproof.prover.study import Study
from ruleproof.source import NOTHING_BESIDE, FilesRead, source_from_text
from ruleproof.tree.from_text import tree_from_text
from ruleproof.tree.texts import with_texts


def unproved(text: str) -> Compiled:
    """Give a policy without files beside it as a value to make things from; its findings are not looked for."""
    source = source_from_text(text, "first.policy")
    files = FilesRead(source, NOTHING_BESIDE)
    written, unreadable = tree_from_text(source)
    tree, unjoined = with_texts(written, files)
    policy, unresolved = model_from_tree(tree, files)
    wrong = [item.message for item in (*unreadable, *unjoined, *unresolved) if item.severity is Severity.ERROR]
    if policy is None or wrong:
        raise SystemExit("\n".join(wrong))
    study = Study(policy, lambda standpoint: seen_from(tree, files, standpoint))
    return Compiled(files.signed(), policy, study, (), ())


def written(text: str, folder: Path) -> Path:
    """Write the module of a policy into a folder, and give its path."""
    name, module = next(iter(to_python(unproved(text)).items()))
    path = folder / name
    path.write_text(module, encoding="utf-8")
    return path


def module_at(path: Path) -> Any:
    """Import a module from its file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path.name} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
