"""The emitted module as a text: typed, linted, the same everywhere, standing alone, and safe whatever authors call things."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import textwrap
from pathlib import Path

import pytest

import ruleproof
from brute_force import compiled
from emitted import module_of, module_text
from ruleproof.artifacts import EMITTERS
from ruleproof.artifacts.names import file_stem
from ruleproof.artifacts.to_python import KERNEL, kernel_text
from ruleproof.resources import folder
from ruleproof.runtime import kernel
from test_evaluator_input import FULL, KINDS, RESTS

ROOT = Path(__file__).parents[1]
BUNDLED = (folder("policies") / "tumor_ngs" / "tumor_ngs.policy").read_text("utf-8")

STRANGE = Path(__file__).with_name("strange.policy").read_text("utf-8")
"""Texts and names as somebody would write them who wants to break out of what is made from them."""


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The modules that are looked at, by name."""
    policies = {"kinds": KINDS, "rests": RESTS, "strange": STRANGE, "bundled": BUNDLED}
    return {name: module_text(compiled(text)) for name, text in policies.items()}


def test_a_module_says_how_to_use_it_and_what_stands_where(texts: dict[str, str]) -> None:
    for text in texts.values():
        name = re.search(r"^To use it: `from (\w+) import Claim, decide`", text, re.MULTILINE)
        assert name is not None
        assert name[1] in [file_stem(compiled(policy).policy.name) for policy in (KINDS, RESTS, STRANGE, BUNDLED)]
        order = ("how a case is decided", "\nclass Judged", "\nclass Claim", "\n_PROGRAM = ", "\ndef decide(")
        places = [text.index(part) for part in order]
        assert places == sorted(places)


def test_modules_are_typed_and_tidy(texts: dict[str, str], tmp_path: Path) -> None:
    for name, text in texts.items():
        Path(tmp_path, f"{name}_policy.py").write_text(text, encoding="utf-8")
    uses = """
        from kinds_policy import Claim, Judgement, decide, decide_claim

        answer: Judgement = decide(Claim(genes=50, tissue="marrow", share="0.5", service_date="2024-06-03"))
        outcome: str | None = answer.answer.outcome
        answer = decide({"genes": 50}, as_posted_on="2024-01-10")
        rules: tuple[str, ...] = decide_claim({"lines": []}).lines[0].noted.rules
    """
    Path(tmp_path, "uses.py").write_text(textwrap.dedent(uses), encoding="utf-8")
    _passes(["mypy", "--strict", "--python-version", "3.11", "--cache-dir", str(tmp_path / "cache"), "."], tmp_path)
    wrong = 'from kinds_policy import Claim\nClaim(tissue="marow")\nClaim(genes="5").gene\n'
    Path(tmp_path, "wrong.py").write_text(wrong, encoding="utf-8")
    done = _run(["mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "wrong.py"], tmp_path)
    assert done.stdout.count(": error:") == 3, done.stdout
    for config in (["--isolated"], ["--config", str(ROOT / "pyproject.toml")]):
        _passes(["ruff", "check", "--no-cache", *config, *(f"{name}_policy.py" for name in texts)], tmp_path)


def _run(command: list[str], where: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=where, capture_output=True, text=True)


def _passes(command: list[str], where: Path) -> None:
    done = _run(command, where)
    assert done.returncode == 0, done.stdout + done.stderr


def test_modules_are_plain_text_that_stands_alone(texts: dict[str, str]) -> None:
    for text in texts.values():
        assert text.isascii()
        assert text.endswith("\n")
        assert not [letter for letter in set(text) if ord(letter) < 32 and letter != "\n"]
        tree = ast.parse(text)
        imported = {
            alias.name if isinstance(node, ast.Import) else str(node.module)
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
        calls = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not calls & {"eval", "exec", "compile", "__import__", "open", "globals"}


def test_an_import_loads_little(texts: dict[str, str], tmp_path: Path) -> None:
    """What is slow to load is loaded by those calls that need it."""
    Path(tmp_path, "kinds_policy.py").write_text(texts["rests"], encoding="utf-8")
    code = "import sys; before = set(sys.modules); import kinds_policy; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert not {"typing", "re", "dataclasses", "inspect", "decimal", "json", "ruleproof"} & set(done.stdout.split())


# ---------------------------------------------------------------- the same everywhere

_EMIT = """
import hashlib, json, sys
from pathlib import Path
from ruleproof.artifacts import EMITTERS
from ruleproof.beside import FolderBeside
from ruleproof.pipeline import compile_source
from ruleproof.resources import folder
from ruleproof.source import source_from_text
kinds = ("python", "graph", "schema", "markdown")
found = compile_source(source_from_text(sys.stdin.read()), FolderBeside(Path(str(folder("policies") / "tumor_ngs"))))
files = {name: text for kind in kinds for name, text in EMITTERS[kind](found).items()}
print(json.dumps({name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(files.items())}))
"""


def _others() -> list[str]:
    """Give the other Pythons at hand."""
    found = []
    for name in ("python3.14", "python3.13", "python3.12"):
        path = shutil.which(name)
        if path and subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:
            found.append(path)
    return found


def _hashes(python: str, text: str, seed: str) -> dict[str, str]:
    places = os.pathsep.join([str(ROOT / "compiler"), sysconfig.get_path("purelib")])
    environment = {**os.environ, "PYTHONPATH": places, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([python, "-c", _EMIT], input=text, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("text", [KINDS, STRANGE, BUNDLED], ids=["kinds", "strange", "bundled"])
def test_the_same_policy_gives_the_same_bytes(text: str) -> None:
    first = _hashes(sys.executable, text, "1")
    assert first == _hashes(sys.executable, text, "2")
    for python in _others():
        assert first == _hashes(python, text, "3")


def test_the_module_answers_on_other_pythons(texts: dict[str, str], tmp_path: Path) -> None:
    others = _others()
    if not others:
        pytest.skip("no other Python at hand")
    Path(tmp_path, "kinds_policy.py").write_text(texts["kinds"], encoding="utf-8")
    facts = {name: str(value) if name in ("share", "ratio", "service_date") else value for name, value in FULL.items()}
    code = f"import json, kinds_policy; print(json.dumps(kinds_policy.decide({facts!r}).as_dict()))"
    for python in others:
        done = subprocess.run([python, "-c", code], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["decisions"]["answer"]["outcome"] == "low"


# ---------------------------------------------------------------- odd names


def test_odd_names_keep_their_meaning() -> None:
    found = compiled(STRANGE)
    module = module_of(found)
    facts = {"lambda": True, "None": 'say "so"', "</svg>": 1}
    answer = module.decide({**facts, "a|b": "0.1", "שלום": None})
    assert answer["property"].outcome == 'x"y'
    assert answer["property"].rules == ('A"',)
    assert answer.property_ is answer["property"] or answer.property_ == answer["property"]
    assert answer["findings"].reason == 'not "here" ]]>'
    assert answer.findings_.kind == "out of scope"
    assert module.decide(module.Claim(lambda_=True, None_='say "so"', svg=1)).property_.outcome == 'x"y'
    with pytest.raises(module.InputError, match="they say") as caught:
        module.decide({"_full": True, "facts": False})
    assert caught.value.cannot_happen == ("X 1",)
    names = [item.name for item in found.policy.inputs]
    assert [item.name for item in module.Claim._inputs] == names


def test_file_names_are_safe() -> None:
    found = compiled(STRANGE)
    for kind in ("python", "graph", "schema", "markdown"):
        for name in EMITTERS[kind](found):
            assert re.fullmatch(r"class_(\.[a-z]+)+|py\.typed", name)
    assert [file_stem(name) for name in ("re", "NUL", "../../etc", "שלום", "a b")] == [
        "re_",
        "NUL_",
        "etc",
        "policy",
        "a_b",
    ]


# ---------------------------------------------------------------- the kernel


def test_every_module_holds_the_kernel_as_it_is_tested(texts: dict[str, str]) -> None:
    assert all(kernel_text() in text for text in texts.values())
    assert kernel.PARTS == KERNEL


def test_the_parts_of_the_kernel_need_only_each_other() -> None:
    """What is pasted must not lean on an import that is not pasted with it."""
    allowed = {
        "datetime",
        "bisect",
        "contextlib",
        "decimal",
        "re",
        "difflib",
        "collections.abc",
        "typing",
        "__future__",
    }
    here = Path(kernel.__file__).parent
    for number, part in enumerate(KERNEL):
        tree = ast.parse((here / f"{part}.py").read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                module = node.names[0].name if isinstance(node, ast.Import) else str(node.module)
                later = any(module.endswith(f".{name}") for name in KERNEL[number:])
                only_types = node.col_offset > 0
                assert module in allowed or (
                    module.startswith("ruleproof.runtime.kernel.") and (only_types or not later)
                )


def test_one_version() -> None:
    from ruleproof.compiled import VERSION

    assert ruleproof.__version__ == VERSION
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text("utf-8")
