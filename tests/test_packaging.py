"""What a user gets from the package index works without the checkout: code, grammar and bundled policies."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from ruleproof.report.page import SCRIPTS, STYLES

ROOT = Path(__file__).parents[1]

# Every worker that runs one of these tests would build and install the wheel for itself; one is enough.
pytestmark = pytest.mark.xdist_group("packaging")


def _run(*command: str | Path, folder: Path) -> str:
    """Run a command away from the checkout, blind to it, and give what it prints."""
    blind = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(command, cwd=folder, env=blind, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source archive and not from the checkout, as a package index would get it."""
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, folder=folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment that has the wheel, and borrows the dependencies of the running one."""
    folder = tmp_path_factory.mktemp("installed")
    _run(sys.executable, "-m", "venv", "--without-pip", folder, folder=folder)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    arguments = ("--quiet", "--disable-pip-version-check", "install", "--no-deps", "--no-index", wheel)
    _run(sys.executable, "-m", "pip", "--python", python, *arguments, folder=folder)
    # A .pth file inside a folder that is itself named in a .pth file is not read, so the editable install of the
    # running environment stays out of sight.
    packages = _run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=folder).strip()
    Path(packages, "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def _shipped(folder: str) -> set[str]:
    """Name the files of a top-level folder as they are called inside the wheel."""
    return {
        f"ruleproof/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    }


def test_the_wheel_holds_the_grammar_and_the_policies_and_nothing_foreign(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "ruleproof/grammar/policy.lark" in names
    assert "ruleproof/policies/tumor_ngs/tumor_ngs.policy" in names
    assert "ruleproof/py.typed" in names
    assert {f"ruleproof/report/{name}" for name in (*SCRIPTS, *STYLES)} <= names
    assert _shipped("grammar") | _shipped("policies") <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"ruleproof"}


def test_no_python_file_lies_among_the_grammar_and_the_policies() -> None:
    strays = [
        path.relative_to(ROOT).as_posix() for top in ("grammar", "policies") for path in (ROOT / top).rglob("*.py")
    ]
    assert not strays, (
        f"{', '.join(strays)}: move it elsewhere; a Python file under grammar/ or policies/ makes "
        "`pip install -e .` fail with a message about `sources` that names neither the file nor the folder"
    )


def test_the_code_comes_from_the_wheel_and_finds_its_folders_there(installed: Path, tmp_path: Path) -> None:
    lines = _run(
        installed,
        "-c",
        "import ruleproof.resources as resources; print(resources.__file__);"
        "print(resources.folder('grammar') / 'policy.lark'); print(resources.folder('policies'))",
        folder=tmp_path,
    ).splitlines()
    assert len(lines) == 3
    for line in lines:
        assert Path(line).is_relative_to(installed.parents[1]), line
        assert Path(line).exists()


def test_help_is_printed_by_the_module_and_by_the_script(installed: Path, tmp_path: Path) -> None:
    by_module = _run(installed, "-m", "ruleproof", "--help", folder=tmp_path)
    by_script = _run(installed.with_name("ruleproof"), "--help", folder=tmp_path)
    assert by_module == by_script
    assert by_module.startswith("Usage: ruleproof ")


def test_a_bundled_policy_is_checked_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    """The help text needs no grammar; this does."""
    bundled = _run(
        installed, "-c", "from ruleproof.resources import folder; print(folder('policies'))", folder=tmp_path
    )
    policy = Path(bundled.strip(), "tumor_ngs", "tumor_ngs.policy")
    said = _run(installed, "-m", "ruleproof", "check", "--format", "json", policy, folder=tmp_path)
    assert '"complete"' in said


def test_what_new_and_demo_write_travels_too(installed: Path, tmp_path: Path) -> None:
    _run(installed, "-m", "ruleproof", "new", "mine", folder=tmp_path)
    _run(installed, "-m", "ruleproof", "check", "mine", folder=tmp_path)
    _run(installed, "-m", "ruleproof", "demo", "shown", folder=tmp_path)
    assert (tmp_path / "shown" / "demo.policy").exists()
