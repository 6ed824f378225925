"""The command line as people and scripts use it: what is printed where, and with which exit status."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner, Result

import ruleproof.cli as cli
from ruleproof.artifacts import EMITTERS
from ruleproof.cli import COMMANDS, doctor, main
from ruleproof.cli.failures import Failure
from ruleproof.cli.writing import write_all, write_one
from ruleproof.resources import folder
from ruleproof.source import source_from_text
from ruleproof.tree.from_text import tree_from_text

BARE = """policy good
input a is yes or no
input n is whole number from 0 to 9
decision d gives one of x, y
rule R1 for d when a and n is at least 5 then d is x
rule R2 for d when not a or n is at most 4 then d is y
"""
GOOD = (
    BARE
    + """example E1 "both" given a is yes, n is 5 expect d is x by R1
prove P1 d always answers
"""
)
GAP = BARE.replace("policy good", "policy with_gap").replace("not a or n is at most 4", "not a")
CLASH = BARE.replace("policy good", "policy clash").replace("at most 4", "at most 5")
UNREADABLE = GOOD.replace("then d is x", "thn d is x")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in a folder of its own, without what the environment says about colour."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "RULEPROOF_DEBUG"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str, input: str | bytes = "") -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=input, prog_name="ruleproof")


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def tree(top: Path = Path()) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


# ---------------------------------------------------------------- the group


def test_help_names_every_command() -> None:
    said = run("--help").output
    assert said.startswith("Usage: ruleproof ")
    for name, line in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", said, re.MULTILINE)


def test_build_names_every_kind() -> None:
    assert ", ".join(EMITTERS) in " ".join(run("build", "--help").output.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_a_format(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "--format" in result.output
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert COMMANDS[name].rstrip(".") in " ".join((command.help or "").split())


def test_the_page_names_every_command_and_shared_option() -> None:
    page = (Path(__file__).parents[1] / "docs" / "command_line.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"`ruleproof {name}" not in page] == []
    for option in ("--format", "--limit", "--quiet", "--notes", "--allow", "--stdin-name", "--propose"):
        assert option in page


def test_version() -> None:
    assert re.fullmatch(r"ruleproof \d+\.\d+\.\d+ \(.*\)\n", run("--version").output)


def test_help_is_quick() -> None:
    """Editors and hooks start us often; the time of the processor is measured, since others may use it too."""
    code = "import time; from ruleproof.cli import main; main(['--help'], standalone_mode=False); print(time.process_time())"
    environment = os.environ | {"PYTHONPATH": str(Path(cli.__file__).parents[2])}
    times = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
        times.append(float(done.stdout.splitlines()[-1]))
    assert min(times) < 0.15


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chek", "x"], "did you mean `check`?"),
        (["check"], "Missing argument"),
        (["check", "--nope", "x"], "No such option"),
        (["check", "--format", "yaml", "x"], "'yaml' is not one of"),
        (["check", "--limit", "-1", "x"], "-1"),
        (["rule", "RP999"], "there is no finding `RP999`"),
        (["rule", "gapp"], "did you mean `gap`?"),
        (["build", "--only", "pyton", "x"], "there is no kind `pyton`"),
        (["build", "--allow", "gaps", "x"], "there is no finding `gaps`"),
    ],
)
def test_wrong_use(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments", [["check"], ["check", "--nope"], ["nope"], ["eval", "a"], ["build", "x", "--only", "z"]]
)
def test_wrong_use_is_json_where_json_is_asked_for(arguments: list[str]) -> None:
    for wish in (["--format", "json"], ["--format=json"]):
        result = run(*arguments, *wish)
        assert result.exit_code == 2
        assert json.loads(result.stdout)["error"]["kind"] == "usage"


# ---------------------------------------------------------------- check


def test_nothing_to_object_to() -> None:
    write("good.policy", GOOD)
    result = run("check", "good.policy")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "d  2 rules, complete: proved, consistent: proved" in result.stdout


def test_findings_go_to_standard_error_and_proofs_to_standard_output() -> None:
    write("gap.policy", GAP)
    result = run("check", "gap.policy")
    assert result.exit_code == 1
    assert "gap.policy:4:10: error[RP201]" in result.stderr
    assert "for example" in result.stderr
    assert "complete: refuted" in result.stdout
    assert "RP201" not in result.stdout


@pytest.mark.parametrize("text", [GOOD, GAP, CLASH, UNREADABLE, ""])
def test_machine_formats_use_standard_output_alone(text: str) -> None:
    write("p.policy", text)
    readers: Mapping[str, Callable[[str], object]] = {
        "json": json.loads,
        "sarif": json.loads,
        "junit": ElementTree.fromstring,
        "github": lambda said: [re.fullmatch(r"::\w+ .*", line) or pytest.fail(line) for line in said.splitlines()],
    }
    for form, read in readers.items():
        result = run("check", "p.policy", "--format", form)
        assert result.exit_code == (0 if text == GOOD else 1)
        assert result.stderr == ""
        read(result.stdout)


def test_a_folder_means_every_policy_in_it() -> None:
    write("all/b.policy", GOOD)
    write("all/deep/a.policy.md", f"# Title\n\n```policy\n{GAP}```\n")
    write("all/notes.md", "# no policy")
    write("all/.hidden/c.policy", UNREADABLE)
    result = run("check", "all", "all/b.policy", "--format", "json")
    assert [file["path"] for file in json.loads(result.stdout)["files"]] == ["all/b.policy", "all/deep/a.policy.md"]
    (finding,) = [item for item in json.loads(result.stdout)["findings"] if item["severity"] == "error"]
    assert finding["places"][0]["start"]["line"] == 7


def test_standard_input() -> None:
    assert "<stdin>:4:10: error" in run("check", "-", input=GAP).stderr
    markdown = run("check", "-", "--stdin-name", "x.policy.md", input=f"# T\n```policy\n{GAP}```\n")
    assert "x.policy.md:6:10: error" in markdown.stderr


def test_sha256_is_that_of_the_file() -> None:
    import hashlib

    path = write("p.policy", "\ufeff" + GOOD.replace("\n", "\r\n"))
    (file,) = json.loads(run("check", "p.policy", "--format", "json").stdout)["files"]
    assert file == {"path": "p.policy", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def test_what_cannot_be_read_does_not_hide_the_rest() -> None:
    write("gap.policy", GAP)
    result = run("check", "missing.policy", "gap.policy", "gop.policy")
    assert result.exit_code == 2
    assert "missing.policy: error[RP101] there is no such file" in result.stderr
    assert "did you mean `gap.policy`?" in result.stderr
    assert "gap.policy:4:10: error[RP201]" in result.stderr
    as_json = json.loads(run("check", "missing.policy", "--format", "json").stdout)
    assert as_json["findings"][0]["code"] == "RP101"


def test_an_empty_folder() -> None:
    Path("empty").mkdir()
    result = run("check", "empty")
    assert result.exit_code == 2
    assert "no file in this folder ends in .policy" in result.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions mean nothing to this user")
def test_a_file_that_may_not_be_read() -> None:
    write("p.policy", GOOD).chmod(0)
    assert run("check", "p.policy").exit_code == 2


def test_quiet_and_limit() -> None:
    write("gap.policy", GAP)
    write("good.policy", GOOD)
    assert run("check", "good.policy", "--quiet").output == ""
    quiet = run("check", "gap.policy", "-q")
    assert quiet.stdout == ""
    assert "RP201" in quiet.stderr
    limited = run("check", "gap.policy", "--limit", "0")
    assert limited.exit_code == 1
    assert "not shown (--limit 0)" in limited.stderr
    counts = json.loads(run("check", "gap.policy", "--limit", "0", "--format", "json").stdout)
    assert counts["findings"] == []
    assert counts["decisions"][0]["counts"]["gap"] == 1


def test_colour_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    write("gap.policy", GAP)
    assert "\x1b[" not in run("check", "gap.policy").output
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("check", "gap.policy").output
    assert "\x1b[" not in run("check", "gap.policy", "--format", "json").output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("check", "gap.policy").output


def test_json_is_the_same_every_time() -> None:
    write("gap.policy", GAP)
    said = {re.sub(r'"seconds": [\d.e-]+', "", run("check", "gap.policy", "--format", "json").stdout) for _ in range(3)}
    assert len(said) == 1


def test_an_expected_finding_does_not_count() -> None:
    write("p.policy", CLASH + "expect finding conflict between R1, R2\n")
    result = run("check", "p.policy")
    assert result.exit_code == 0, result.stderr
    assert "expected error[RP202]" in result.stderr
    assert run("build", "p.policy", "-o", "out").exit_code == 1


# ---------------------------------------------------------------- mistakes of ours


@pytest.fixture
def _broken_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object) -> None:
        raise KeyError("planted\nmistake")

    monkeypatch.setattr("ruleproof.pipeline.compile_source", explode)


@pytest.mark.usefixtures("_broken_compiler")
def test_a_mistake_of_ours_says_what_to_send(monkeypatch: pytest.MonkeyPatch) -> None:
    write("p.policy", GOOD)
    result = run("check", "p.policy")
    assert result.exit_code == 2
    assert "ruleproof made a mistake of its own: KeyError" in result.stderr
    assert "`ruleproof check p.policy`" in result.stderr
    assert "Traceback" not in result.stderr
    assert json.loads(run("check", "p.policy", "--format", "json").stdout)["error"]["kind"] == "internal"
    check = json.loads(run("check", "p.policy", "--format=sarif").stdout)
    assert check["runs"][0]["invocations"][0]["executionSuccessful"] is False
    assert ElementTree.fromstring(run("check", "p.policy", "--format", "junit").stdout).get("errors") == "1"
    assert run("check", "p.policy", "--format", "github").stdout.startswith("::error ")
    monkeypatch.setenv("RULEPROOF_DEBUG", "1")
    assert "Traceback" in run("check", "p.policy").stderr


def test_stopping_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ruleproof.pipeline.compile_source", stop)
    write("p.policy", GOOD)
    result = run("check", "p.policy")
    assert result.exit_code == 130
    assert "Traceback" not in result.output


# ---------------------------------------------------------------- build


def test_build_writes_everything_and_the_same_bytes_twice() -> None:
    write("good.policy", GOOD)
    assert run("build", "good.policy", "-o", "one").exit_code == 0
    assert run("build", "good.policy", "-o", "two/deep").exit_code == 0
    one, two = tree(Path("one")), tree(Path("two/deep"))
    assert {"one/good.py", "one/py.typed"} <= set(one)
    assert any(name.endswith(".svg") for name in one)
    assert list(one.values()) == list(two.values())
    assert sorted(path.name for path in Path("one").iterdir()) == [Path(name).name for name in one], (
        "nothing is left beside the artifacts"
    )


def test_only_some_kinds() -> None:
    write("good.policy", GOOD)
    assert run("build", "good.policy", "-o", "out", "--only", "markdown,schema").exit_code == 0
    assert set(tree(Path("out"))) == {"out/good.md", "out/good.input.schema.json"}


@pytest.mark.parametrize("text", [GAP, CLASH, UNREADABLE])
def test_what_is_not_sound_is_not_built(text: str) -> None:
    write("good.policy", GOOD)
    write("bad.policy", text)
    result = run("build", "good.policy", "bad.policy", "-o", "out")
    assert result.exit_code == 1
    assert "nothing was written" in result.stderr
    assert not Path("out").exists()


def test_unsound_policies_are_built_where_that_is_allowed() -> None:
    write("gap.policy", GAP)
    write("clash.policy", CLASH)
    hint = run("build", "gap.policy", "clash.policy", "-o", "out").stderr
    assert "--allow conflict,gap" in hint or "--allow gap,conflict" in hint
    assert run("build", "gap.policy", "clash.policy", "--allow", "gap", "-o", "out").exit_code == 1
    result = run("build", "gap.policy", "clash.policy", "--allow", "gap,conflict", "-o", "out")
    assert result.exit_code == 0, result.stderr
    assert Path("out/with_gap.py").exists()
    assert Path("out/clash.py").exists()


def test_two_policies_of_one_name() -> None:
    write("a.policy", GOOD)
    write("b.policy", GOOD)
    result = run("build", "a.policy", "b.policy", "-o", "out")
    assert result.exit_code == 2
    assert "two policies are called `good`: a.policy and b.policy" in result.stderr
    assert not Path("out").exists()


def test_build_never_overwrites_what_it_reads() -> None:
    write("good.md", f"```policy\n{GOOD}```\n")
    before = tree()
    result = run("build", "good.md", "-o", ".", "--only", "markdown")
    assert result.exit_code == 2
    assert "`good.md` would be overwritten" in result.stderr
    assert tree() == before


def test_after_an_error_the_old_artifacts_are_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    write("good.policy", GOOD)
    run("build", "good.policy", "-o", "out")
    before = tree(Path("out"))
    write("good.policy", GOOD.replace("E1", "E2"))
    replace, count = Path.replace, iter(range(100))

    def break_half_way(self: Path, target: Path) -> Path:
        if self.name.startswith("new") and next(count) == 2:
            raise OSError(28, "no space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", break_half_way)
    result = run("build", "good.policy", "-o", "out")
    assert result.exit_code == 2
    assert "no space left" in result.stderr
    assert "Traceback" not in result.stderr
    assert tree(Path("out")) == before


def test_a_mistake_while_making_artifacts_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import ruleproof.artifacts as artifacts

    def explode(_: object) -> dict[str, str]:
        raise ValueError("planted")

    monkeypatch.setattr(artifacts, "EMITTERS", dict(artifacts.EMITTERS) | {"zzz": explode})
    write("good.policy", GOOD)
    assert run("build", "good.policy", "-o", "out").exit_code == 2
    assert not Path("out").exists()


def test_build_says_in_json_what_it_wrote() -> None:
    import hashlib

    write("good.policy", GOOD)
    said = json.loads(run("build", "good.policy", "-o", "out", "--only", "python", "--format", "json").stdout)
    for file in said["written"]:
        assert hashlib.sha256(Path(file["path"]).read_bytes()).hexdigest() == file["sha256"]
    refused = json.loads(run("build", "missing.policy", "--format", "json").stdout)
    assert refused["written"] == []


def test_stdin_can_be_built() -> None:
    result = run("build", "-", "-o", "out", "--only", "python", input=GOOD)
    assert result.exit_code == 0, result.stderr
    assert Path("out/good.py").exists()


# ---------------------------------------------------------------- writing


def test_names_that_lead_out_of_the_folder_are_refused() -> None:
    for name in ("../x", "/x", "a/../../x", "a/b/c", ".hidden", "a\\b", "c:x", "", "a\0b"):
        with pytest.raises(Failure):
            write_all(Path("out"), {name: b""})
    assert tree() == {}


def test_names_that_clash_on_many_systems_are_refused() -> None:
    with pytest.raises(Failure):
        write_all(Path("out"), {"A.py": b"1", "a.py": b"2"})
    write("out/x.py/y", "")
    with pytest.raises(Failure):
        write_all(Path("out"), {"x.py": b""})
    with pytest.raises(Failure):
        write_all(write("file", ""), {"x.py": b""})


def test_a_new_folder_goes_away_when_nothing_comes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ruleproof.cli.writing._move_all", refuse)
    with pytest.raises(KeyboardInterrupt):
        write_all(Path("new/deep"), {"x": b""})
    assert not Path("new").exists()


@pytest.mark.skipif(os.name == "nt", reason="other permissions")
def test_permissions_stay() -> None:
    path = write("x", "old")
    path.chmod(0o640)
    write_one(path, b"new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", 0o640)
    mask = os.umask(0o022)
    try:
        write_one(Path("y"), b"new")
        write_all(Path(), {"z": b"new"})
    finally:
        os.umask(mask)
    assert stat.S_IMODE(Path("y").stat().st_mode) == stat.S_IMODE(Path("z").stat().st_mode) == 0o644


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_stay_links() -> None:
    path = write("real/x", "old")
    Path("link").symlink_to(path)
    write_one(Path("link"), b"new")
    assert Path("link").is_symlink()
    assert path.read_text() == "new"
    write_one(Path(os.devnull), b"new")
    assert not Path(os.devnull).is_file()


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
@pytest.mark.parametrize(("number", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_stopping_while_building_leaves_nothing_half_written(number: str, status: int) -> None:
    write("good.policy", GOOD)
    run("build", "good.policy", "-o", "out")
    before = tree(Path("out"))
    slow = (
        "import sys, time, ruleproof.cli.writing as writing; from ruleproof.cli import main\n"
        "from pathlib import Path; replace = Path.replace\n"
        "def slowly(self, target):\n"
        "    print('moving', flush=True); time.sleep(0.5); return replace(self, target)\n"
        "Path.replace = slowly\n"
        "main(['build', 'good.policy', '-o', 'out'], prog_name='ruleproof')\n"
    )
    write("good.policy", GOOD.replace("E1", "E3"))
    environment = os.environ | {"PYTHONPATH": str(Path(cli.__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", slow], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    while process.stdout.readline() != b"moving\n":
        pass
    time.sleep(0.7)
    process.send_signal(getattr(signal, number))
    _, errors = process.communicate(timeout=30)
    assert process.returncode == status, errors
    assert b"Traceback" not in errors
    assert tree(Path("out")) == before


@pytest.mark.skipif(os.name == "nt", reason="processes are not asked there")
def test_what_killed_builds_left_is_removed_and_nothing_else() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    running = f"out/.ruleproof-{os.getppid()}-run/new0"
    kept = {running, "out/.ruleproof-notes/mine", "out/.ruleproof-file"}
    stale = {f"out/.ruleproof-{ended.pid}-a1/new0", f"out/.ruleproof-{os.getpid()}-b2/old1", "out/.ruleproof-x_1/new3"}
    for name in kept | stale:
        write(name, "")
    before = signal.getsignal(signal.SIGTERM)
    write_all(Path("out"), {"x": b"new"})
    assert {name.as_posix() for name in Path("out").rglob("*") if name.is_file()} == kept | {"out/x"}
    assert not any(Path(name).parent.exists() for name in stale)
    assert signal.getsignal(signal.SIGTERM) == before


# ---------------------------------------------------------------- fmt


MESSY = 'policy   p\ninput a is  yes or no\nnote "x"\n'
NEAT = 'policy p\ninput a is yes or no\n  note "x"\n'


def test_fmt_tidies_and_is_then_content() -> None:
    path = write("p.policy", MESSY)
    result = run("fmt", "p.policy")
    assert (result.exit_code, result.stdout) == (0, "tidied: p.policy\n")
    assert path.read_text() == NEAT
    again = run("fmt", "p.policy")
    assert (again.exit_code, again.stdout) == (0, "")


def test_fmt_check_and_diff_write_nothing() -> None:
    path = write("p.policy", MESSY)
    check = run("fmt", "--check", "p.policy")
    assert (check.exit_code, check.stdout) == (1, "not tidy: p.policy\n")
    diff = run("fmt", "--diff", "p.policy")
    assert diff.exit_code == 1
    assert "\n-policy   p\n" in diff.stdout
    assert "\n+policy p\n" in diff.stdout
    assert path.read_text() == MESSY
    said = json.loads(run("fmt", "--check", "p.policy", "--format", "json").stdout)
    assert said["files"][0]["changed"] is True
    write("p.policy", NEAT)
    assert run("fmt", "--check", "p.policy").exit_code == 0


def test_fmt_keeps_the_line_ends_of_the_file() -> None:
    path = write("p.policy", MESSY.replace("\n", "\r\n"))
    run("fmt", "p.policy")
    assert path.read_bytes() == NEAT.replace("\n", "\r\n").encode()


def test_fmt_leaves_a_file_with_mistakes_as_it_is() -> None:
    write("bad.policy", UNREADABLE.replace("input a", "input   a"))
    write("p.policy", MESSY)
    before = Path("bad.policy").read_bytes()
    result = run("fmt", "bad.policy", "p.policy")
    assert result.exit_code == 1
    assert "RP103" in result.stderr
    assert Path("bad.policy").read_bytes() == before
    assert Path("p.policy").read_text() == NEAT


def test_fmt_from_standard_input_to_standard_output() -> None:
    result = run("fmt", "-", input=MESSY)
    assert (result.exit_code, result.stdout) == (0, NEAT)
    assert run("fmt", "-", "--check", input=MESSY).exit_code == 1


def test_fmt_refuses_to_change_the_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ruleproof.tree.tidy.tidy_text", lambda source: source.text.replace("yes or no", "code of cpt"))
    path = write("p.policy", MESSY.replace("  ", " "))
    result = run("fmt", "p.policy")
    assert result.exit_code == 2
    assert "would mean something else" in result.stderr
    assert "code of cpt" not in path.read_text()


# ---------------------------------------------------------------- test


def test_examples_that_come_out() -> None:
    write("good.policy", GOOD)
    result = run("test", "good.policy", "-v")
    assert result.exit_code == 0
    assert "examples     1 of 1 come out" in result.stdout
    assert "comes out   E1 (both)" in result.stdout
    assert "rules        1 of 2 tried; not tried: R2" in result.stdout
    assert "boundaries   1 of 2 tried; not tried: n 4" in result.stdout


def test_an_example_that_fails() -> None:
    write("p.policy", GOOD.replace("expect d is x by R1", "expect d is y"))
    result = run("test", "p.policy")
    assert result.exit_code == 1
    assert "fails       E1 (both)" in result.stdout
    root = ElementTree.fromstring(run("test", "p.policy", "--format", "junit").stdout)
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    said = json.loads(run("test", "p.policy", "--format", "json").stdout)
    assert said["policies"][0]["examples"][0]["passed"] is False


def test_a_proof_that_fails() -> None:
    write("p.policy", GOOD.replace("at most 4", "at most 3"))
    result = run("test", "p.policy", "-k", "P1")
    assert result.exit_code == 1
    assert "proofs       0 of 1 come out" in result.stdout
    assert run("test", "p.policy", "-k", "both").exit_code == 0
    assert run("test", "p.policy", "-k", "nothing").exit_code == 2


def test_threshold() -> None:
    write("good.policy", GOOD)
    assert run("test", "good.policy", "--threshold", "50").exit_code == 0
    result = run("test", "good.policy", "--threshold", "51")
    assert result.exit_code == 1
    assert "fewer than 51 % of the rules are tried" in result.stderr


@pytest.mark.parametrize("name", ["good", "tumor_ngs", "literal", "starter"])
def test_proposed_examples_come_out_and_leave_nothing_untried(name: str) -> None:
    """Whatever is proposed is put into the policy: all of it must come out, and then there is nothing to propose."""
    texts = {
        "good": GOOD,
        "starter": _template("starter.policy"),
        "tumor_ngs": (folder("policies") / "tumor_ngs" / "tumor_ngs.policy").read_text("utf-8"),
        "literal": (folder("policies") / "tumor_ngs" / "literal.policy").read_text("utf-8"),
    }
    for file in Path(str(folder("policies") / "tumor_ngs")).glob("*.csv"):
        write(file.name, file.read_text("utf-8"))
    bare = texts[name]
    spans = [
        block.span for block in tree_from_text(source_from_text(bare))[0].blocks if type(block).__name__ == "Example"
    ]
    for span in reversed(spans):
        bare = bare[: span.start] + bare[span.end :]
    write("p.policy", bare)
    proposed = json.loads(run("test", "p.policy", "--propose", "--format", "json").stdout)["policies"][0]["proposed"]
    assert len(proposed) >= 2
    write("p.policy", bare.rstrip("\n") + "\n\n" + "\n\n".join(proposed) + "\n")
    again = json.loads(run("test", "p.policy", "--propose", "--format", "json").stdout)["policies"][0]
    assert [example for example in again["examples"] if not example["passed"]] == []
    assert again["proposed"] == []
    assert run("fmt", "--check", "-", input="policy p\n" + "\n".join(proposed) + "\n").exit_code == 0


def test_what_is_proposed_can_be_put_to_the_end_of_the_policy() -> None:
    write("p.policy", GOOD)
    result = run("test", "p.policy", "--propose")
    assert "1 of 1 come out" in result.stderr
    write("more.policy", GOOD + result.stdout)
    assert run("test", "more.policy", "--threshold", "100").exit_code == 0


def _template(name: str) -> str:
    return (Path(cli.__file__).parent / "templates" / name).read_text("utf-8")


def test_rejected_policies_are_shown() -> None:
    write("bad.policy", UNREADABLE)
    assert run("test", "bad.policy").exit_code == 1
    assert json.loads(run("test", "bad.policy", "--format", "json").stdout)["findings"][0]["code"] == "RP103"
    assert ElementTree.fromstring(run("test", "bad.policy", "--format", "junit").stdout).get("failures") == "1"


# ---------------------------------------------------------------- eval


def evaluate(claim: str, *more: str, policy: str = GOOD) -> Result:
    write("p.policy", policy)
    return run("eval", "p.policy", "-", *more, input=claim)


def test_an_answer_in_words_and_as_json() -> None:
    result = evaluate('{"a": true, "n": 7}')
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.search(r"d: .*x\n  by +R1", result.stdout)
    said = json.loads(evaluate('{"a": true, "n": 7}', "--format", "json").stdout)
    assert said["decisions"]["d"]["outcome"] == "x"
    assert said["policy"]["name"] == "good"


def test_what_is_left_out_is_unknown() -> None:
    assert "d: not known yet" in evaluate('{"a": true}').stdout
    assert re.search(r"d: .*y", evaluate('{"a": false}').stdout)


@pytest.mark.parametrize(
    ("claim", "named"),
    [
        ('{"n": 10}', ("n", 10)),
        ('{"n": null}', ("n", None)),
        ('{"n": "many"}', ("n", "many")),
        ('{"n": 1.5}', ("n", "1.5")),
        ('{"a": "perhaps"}', ("a", "perhaps")),
        ('{"a": 1}', ("a", 1)),
        ('{"b": 1}', ("b", "b")),
    ],
)
def test_a_bad_value_is_a_finding(claim: str, named: tuple[str, object]) -> None:
    result = evaluate(claim, "--format", "json")
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["input"], finding["value"]) == named
    assert finding["allowed"]
    words = evaluate(claim)
    assert words.exit_code == 1
    assert "<stdin>: error" in words.stderr
    assert named[0] in words.stderr


def test_what_cannot_happen_is_a_finding() -> None:
    policy = GOOD + 'cannot happen X1 when a and n is 0 because "made up"\n'
    result = evaluate('{"a": true, "n": 0}', "--format", "json", policy=policy)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["findings"][0]["cannot_happen"] == ["X1"]


@pytest.mark.parametrize(
    "claim",
    ["", "{", "[]", "7", '{"a": true, "a": false}', '{"n": NaN}', '{"n": 1e99999}', "[" * 100_000, "\x00",
     '{"n":' + "9" * 5000 + "}"],
)  # fmt: skip
def test_what_is_no_claim(claim: str) -> None:
    result = evaluate(claim, "--format", "json")
    assert result.exit_code == 1, result.output
    assert json.loads(result.stdout)["findings"][0]["message"]


def test_claims_from_files_and_answers_to_files() -> None:
    write("p.policy", GOOD)
    write("claim.json", '\ufeff{"a": false}')
    result = run("eval", "p.policy", "claim.json", "-o", "answer.json", "--format", "json")
    assert (result.exit_code, result.output) == (0, "")
    assert json.loads(Path("answer.json").read_text())["decisions"]["d"]["outcome"] == "y"
    assert run("eval", "p.policy", "missing.json").exit_code == 2
    assert run("eval", "missing.policy", "claim.json").exit_code == 2
    assert run("eval", "-", "-").exit_code == 2


def test_an_unsound_policy_answers_only_where_that_is_allowed() -> None:
    assert evaluate('{"a": true, "n": 5}', policy=CLASH).exit_code == 1
    result = evaluate('{"a": true, "n": 5}', "--allow", "conflict", policy=CLASH)
    assert result.exit_code == 0
    assert "cannot answer: conflict between R1, R2" in result.stdout


def test_eval_says_that_the_policy_was_not_used() -> None:
    said = evaluate('{"a": true, "n": 5}', policy=CLASH).stderr
    assert "the policy was not used: the findings above stand against it; `--allow conflict` takes" in said
    assert evaluate("{}", policy=UNREADABLE).stderr.endswith("the findings above stand against it\n")


def test_eval_shows_values_as_the_claim_has_them() -> None:
    assert "`n` cannot be 5.0: write it without a decimal point" in evaluate('{"n": 5.0}').stderr
    assert "`n` cannot be 5.5: it is a whole number from 0 to 9" in evaluate('{"n": 5.5}').stderr
    assert "`n` cannot be true:" in evaluate('{"n": true}').stderr


def test_as_posted_on_takes_a_date() -> None:
    result = evaluate('{"a": true}', "--as-posted-on", "01/02/2024")
    assert result.exit_code == 2
    assert "--as-posted-on: `01/02/2024`" in result.stderr


def test_lines_of_a_claim() -> None:
    result = evaluate('{"a": true, "lines": [{"n": 5}, {"n": 4}]}')
    assert re.search(r"line 1\nd: .*x(.|\n)*line 2\nd: .*y", result.stdout)


def test_a_decision_that_is_too_large_to_work_with_is_no_mistake_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    write("good.policy", GOOD)
    monkeypatch.setattr("ruleproof.graph.from_model.BUDGET", 0)
    result = run("build", "good.policy", "--only", "python")
    assert result.exit_code == 2
    assert "the policy leaves too many combinations of cases to work with" in result.stderr
    assert not list(Path("out").glob("*"))


# ---------------------------------------------------------------- render


def test_render_draws_to_standard_output_or_a_file() -> None:
    write("good.policy", GOOD)
    assert ElementTree.fromstring(run("render", "good.policy").stdout).tag.endswith("svg")
    assert "digraph" in run("render", "good.policy", "--as", "dot").stdout
    assert "flowchart" in run("render", "good.policy", "--as", "mermaid").stdout
    assert run("render", "good.policy", "--kind", "requirements", "--as", "dot").exit_code == 0
    assert run("render", "good.policy", "--kind", "table").stdout.startswith("# ")
    assert run("render", "good.policy", "-o", "chart.svg").exit_code == 0
    assert Path("chart.svg").read_bytes().startswith(b"<?xml")


def test_render_says_what_it_cannot_draw() -> None:
    write("good.policy", GOOD)
    assert "there is no decision `e`" in run("render", "good.policy", "--decision", "e").stderr
    assert run("render", "good.policy", "--kind", "table", "--as", "svg").exit_code == 2
    assert run("render", "good.policy", "--kind", "exceptions").exit_code == 2
    assert run("render", "good.policy", "--section", "9").exit_code == 2
    write("bad.policy", UNREADABLE)
    assert run("render", "bad.policy").exit_code == 1


def test_render_takes_the_form_from_the_ending() -> None:
    write("good.policy", GOOD)
    for name, begin in (("a.dot", b"digraph"), ("a.mmd", b""), ("a.svg", b"<?xml")):
        assert run("render", "good.policy", "-o", name).exit_code == 0
        assert begin in Path(name).read_bytes()[:200]
    assert b"flowchart" in Path("a.mmd").read_bytes()
    refused = run("render", "good.policy", "-o", "chart.jpeg")
    assert refused.exit_code == 2
    assert ".svg (svg), .pdf (pdf), .png (png), .html (html), .dot (dot), .mmd (mermaid), .md (md)" in refused.stderr
    assert not Path("chart.jpeg").exists()
    wrong = run("render", "good.policy", "--kind", "exceptions", "--as", "md").stderr
    assert "`--kind exceptions` is drawn as svg, pdf, png, html, dot or mermaid, not md" in wrong


def test_a_policy_with_mistakes_is_drawn_with_them() -> None:
    write("gap.policy", GAP)
    assert run("render", "gap.policy").exit_code == 0


def test_verify_says_what_it_compared() -> None:
    write("good.policy", GOOD)
    assert run("build", "good.policy", "--only", "certificate").exit_code == 0
    apart = "verified in itself; not compared with a policy (`--policy FILE`)"
    assert apart in run("verify", "out/good.certificate.json").stdout
    assert apart not in run("verify", "out/good.certificate.json", "--policy", "good.policy").stdout


# ---------------------------------------------------------------- rule, new, demo, doctor


def test_rule() -> None:
    assert run("rule", "RP201").output == run("rule", "gap").output == run("rule", "Gap").output
    assert run("rule", "gap").output.startswith("# RP201 gap\n")
    listed = run("rule").output
    assert "RP103  unexpected_word" in listed
    assert json.loads(run("rule", "gap", "--format", "json").stdout)["rules"][0]["code"] == "RP201"


def test_new_checks_cleanly_is_tidy_and_tries_everything() -> None:
    result = run("new", "gene-panels")
    assert result.exit_code == 0
    assert set(tree()) == {
        "gene_panels/README.md", "gene_panels/gene_panels.policy", "gene_panels/github-workflow.yml",
        "gene_panels/pre-commit-config.yaml",
    }  # fmt: skip
    policy = "gene_panels/gene_panels.policy"
    assert "starter_policy" not in "".join(path.read_text() for path in Path("gene_panels").iterdir())
    for command in re.findall(r"^  ruleproof (.*)$", result.output, re.MULTILINE):
        assert run(*command.split()).exit_code == 0, command
    checked = json.loads(run("check", policy, "--format", "json").stdout)
    assert {item["severity"] for item in checked["findings"]} <= {"note"}
    assert run("fmt", "--check", policy).exit_code == 0
    assert "not tried" not in run("test", policy, "--threshold", "100").stdout


def test_new_names_the_folder_as_the_policy_and_quotes_it() -> None:
    Path("of mine").mkdir()
    result = run("new", "of mine/my policy")
    assert "  ruleproof check 'of mine/my_policy/my_policy.policy'\n" in result.output
    assert Path("of mine/my_policy/my_policy.policy").is_file()


def test_new_overwrites_nothing() -> None:
    write("mine/precious.policy", "precious")
    assert run("new", "mine").exit_code == 2
    write("file", "precious")
    assert run("new", "file").exit_code == 2
    assert run("new", "1").exit_code == 2
    assert run("new", "...").exit_code == 2
    assert tree() == {"file": b"precious", "mine/precious.policy": b"precious"}
    Path("empty").mkdir()
    assert run("new", "empty").exit_code == 0


def test_demo_finds_what_is_planted() -> None:
    began = time.perf_counter()
    result = run("demo")
    assert time.perf_counter() - began < 10
    assert result.exit_code == 0
    assert "RP201" in result.stderr
    assert "RP202" in result.stderr
    assert len(re.findall(r"^  ruleproof ", result.stdout, re.MULTILINE)) == 3
    assert any(name.endswith(".svg") for name in tree(Path("ruleproof-demo")))
    pictures = result.stdout.partition("To open in a browser:\n")[2].partition("\n\n")[0].splitlines()
    assert pictures
    assert all(name.endswith(".svg") for name in pictures)
    assert "\n\nThe same as tables, to read as text:\n  ruleproof-demo/out/demo_panels.md\n" in result.stdout
    assert run("demo").exit_code == 2
    said = json.loads(run("demo", "other", "--format", "json").stdout)
    assert {item["name"] for item in said["findings"] if item["severity"] == "error"} == {"gap", "conflict"}


def test_doctor() -> None:
    result = run("doctor")
    assert result.exit_code == 0, result.output
    for about in ("Python", "needed packages", "chart engine", "cache folder"):
        assert about in result.stdout
    points: list[dict[str, Any]] = json.loads(run("doctor", "--format", "json").stdout)["points"]
    assert {point["state"] for point in points} <= {"good", "missing"}


def test_doctor_in_a_checkout_installs_the_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert doctor._ourselves("docs") == "-e '.[docs]'"
    monkeypatch.setattr(doctor, "__file__", str(tmp_path / "site-packages/ruleproof/cli/doctor.py"))
    assert doctor._ourselves("docs") == "'ruleproof[docs]'"


def test_doctor_tells_what_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(_: str) -> bytes:
        raise OSError("no engine")

    monkeypatch.setattr("ruleproof.artifacts.layout.svg_from_dot", explode)
    result = run("doctor")
    assert result.exit_code == 1
    assert "bad      chart engine" in result.stdout


def test_the_exit_status_reaches_the_shell() -> None:
    write("gap.policy", GAP)
    program = shutil.which("ruleproof", path=str(Path(sys.executable).parent)) or shutil.which("ruleproof")
    command = [program] if program else [sys.executable, "-m", "ruleproof"]
    done = subprocess.run([*command, "check", "gap.policy"], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr


def test_only_the_findings_asked_for_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "two.policy"
    path.write_text(
        "policy two\ninput a is yes or no\ndecision d gives one of x, y\n"
        "rule R1 for d when a then d is x\nrule R2 for d when a then d is y\n",
        "utf-8",
    )
    result = CliRunner().invoke(main, ["check", str(path), "--only", "gap", "--format", "json"])
    data = json.loads(result.stdout)
    assert [finding["name"] for finding in data["findings"]] == ["gap"]
    assert data["decisions"][0]["counts"] == {"conflict": 1, "gap": 1}
    assert result.exit_code == 1
    assert CliRunner().invoke(main, ["check", str(path), "--only", "gaps"]).exit_code == 2
