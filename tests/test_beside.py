"""The files beside a policy: which are read, which are not, and how they count as a part of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ruleproof import beside
from ruleproof.beside import FolderBeside
from ruleproof.cli import main
from ruleproof.compiled import Compiled, Rejected
from ruleproof.model import code_sets
from ruleproof.pipeline import compile_source
from ruleproof.source import NOTHING_BESIDE, BesideError, FilesRead, Source, source_from_text

POLICY = 'policy p\ninput code is code of cpt\ncodes listed of cpt events from "rows.csv"\n'
ROWS = "code,event\n81445,start\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "around" / "policies").mkdir(parents=True)
    return tmp_path / "around" / "policies"


def test_a_file_is_read_from_the_folder_and_from_those_next_to_it(folder: Path) -> None:
    (folder / "rows.csv").write_bytes(b"here")
    (folder.parent / "shared").mkdir()
    (folder.parent / "shared" / "rows.csv").write_bytes(b"there")
    files = FolderBeside(folder)
    assert (files.read("rows.csv"), files.read("../shared/rows.csv"), files.read("none.csv")) == (
        b"here",
        b"there",
        None,
    )
    assert files.read("rows.csv/none.csv") is None


@pytest.mark.parametrize("name", ["../../secret", "/etc/hostname", "..\\secret", "c:secret", "", "a\0b"])
def test_nothing_else_is_read(folder: Path, name: str) -> None:
    (folder.parent.parent / "secret").write_bytes(b"secret")
    with pytest.raises(BesideError):
        FolderBeside(folder).read(name)


def test_no_link_leads_out(folder: Path) -> None:
    (folder.parent.parent / "secret").write_bytes(b"secret")
    (folder / "rows.csv").symlink_to(folder.parent.parent / "secret")
    with pytest.raises(BesideError, match="outside"):
        FolderBeside(folder).read("rows.csv")


def test_nothing_hidden_above_is_read_and_nothing_of_the_root(folder: Path) -> None:
    (folder.parent / ".keys").mkdir()
    (folder.parent / ".keys" / "rows.csv").write_bytes(b"secret")
    (folder.parent / ".netrc").write_bytes(b"secret")
    for name in ("../.netrc", "../.keys/rows.csv"):
        with pytest.raises(BesideError, match="outside"):
            FolderBeside(folder).read(name)
    (folder / ".here.csv").write_bytes(b"here")
    assert FolderBeside(folder).read(".here.csv") == b"here"
    below_the_root = FolderBeside(Path(folder.anchor, folder.parts[1]))
    with pytest.raises(BesideError, match="outside"):
        below_the_root.read("../etc/hostname")
    assert not [name for name in below_the_root.policies() if name.startswith("../")]


def test_a_folder_and_too_large_a_file_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "sub").mkdir()
    with pytest.raises(BesideError, match="is no file"):
        FolderBeside(folder).read("sub")
    monkeypatch.setattr(beside, "LARGEST_BESIDE", 4)
    (folder / "rows.csv").write_bytes(b"12345")
    with pytest.raises(BesideError, match="larger than"):
        FolderBeside(folder).read("rows.csv")


def test_what_is_no_text_is_named_by_its_line(folder: Path) -> None:
    (folder / "rows.csv").write_bytes(b"code,event\n81445,\xe9\n")
    with pytest.raises(BesideError, match=r"line 2 of `rows.csv` is not UTF-8 \(byte 0xE9\)"):
        FilesRead(source_from_text(POLICY, "p.policy"), FolderBeside(folder)).text("rows.csv")
    message = _compiled(folder).findings[0].message
    assert "line 2 of `rows.csv`" in message


def _compiled(folder: Path) -> Compiled | Rejected:
    return compile_source(source_from_text(POLICY, str(folder / "p.policy")), FolderBeside(folder))


def test_the_files_are_a_part_of_the_digest(folder: Path) -> None:
    digests = set()
    for rows in (ROWS, ROWS, ROWS + "81450,start\n"):
        (folder / "rows.csv").write_text(rows, encoding="utf-8")
        compiled = _compiled(folder)
        assert isinstance(compiled, Compiled)
        assert [*compiled.beside] == [(folder / "rows.csv").as_posix()]
        digests.add(compiled.source.sha256)
    assert len(digests) == 2
    plain = Source("p.policy", "", "abc")
    assert FilesRead(plain, NOTHING_BESIDE).signed() == plain
    assert FilesRead(plain, NOTHING_BESIDE).signed().sha256 == "abc"


def test_a_mistake_in_a_file_is_shown_at_its_line(folder: Path) -> None:
    (folder / "rows.csv").write_text(ROWS + "81445,strat\n", encoding="utf-8")
    (folder / "p.policy").write_text(POLICY, encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 1
    assert "rows.csv:3:1: error[RP305]" in result.output
    assert "81445,strat" in result.output
    for kind in ("json", "sarif", "github", "junit"):
        shown = CliRunner().invoke(main, ["check", str(folder), "--format", kind])
        assert shown.exit_code == 1
        assert "rows.csv" in shown.output


def test_standard_input_has_the_files_of_its_name(folder: Path) -> None:
    (folder / "rows.csv").write_text(ROWS, encoding="utf-8")
    named = str(folder / "p.policy")
    result = CliRunner().invoke(main, ["check", "-", "--stdin-name", named], input=POLICY)
    assert "RP305" not in result.output


# ---------------------------------------------------------------- codes, asked on the command line

LISTED = """policy p
codes listed of cpt
  start CPT 81445 services from 2020-01-01
  remove CPT 81445 services from 2020-06-01 posted 2020-07-01
"""


def test_the_command_line_asks_a_list(folder: Path) -> None:
    path = folder / "p.policy"
    path.write_text(LISTED, encoding="utf-8")

    def run(*more: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["codes", str(path), *more])
        return result.exit_code, result.output

    status, said = run("listed", "CPT 81445", "--on", "2020-06-15")
    assert status == 0
    assert said.splitlines() == [
        "listed: no, by what was posted on 2020-07-01",
        "  as posted before all: yes",
        "  as posted from 2020-07-01: no, by what was posted on 2020-07-01",
    ]
    assert run("listed", "CPT 81445", "--on", "2020-06-15", "--as-posted-on", "2020-06-30")[1].startswith("listed: yes")
    assert '"state": "no"' in run("listed", "CPT 81445", "--on", "2020-06-15", "--format", "json")[1]
    assert run("lsted", "CPT 81445") == (2, run("lsted", "CPT 81445")[1])
    assert "did you mean `listed`?" in run("lsted", "CPT 81445")[1]
    assert run("listed", "81445", "--on", "2020-06-15")[0] == 2
    assert run("listed", "CPT 81445")[0] == 2


# ---------------------------------------------------------------- without the set of ICD-10-CM


def test_without_the_set_one_finding_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_sets, "installed_icd10cm", lambda: None)
    text = (
        'policy p\ncodes a of icd10cm start ICD C00.0 to C14.8\ncodes b of icd10cm start ICD C00.2 "lip", ICD C99.9\n'
    )
    findings = compile_source(source_from_text(text)).findings
    assert [finding.name for finding in findings] == ["no_code_set", "labels_not_compared"]
    assert all("pip install 'ruleproof[icd10]'" in finding.help for finding in findings)
