"""The tidy form keeps the tree and is its own tidy form, however messy the layout that it was made from."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleproof.source import Source
from ruleproof.tree.from_text import tree_from_text
from ruleproof.tree.tidy import text_width, tidy_text

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "compiler" / "ruleproof" / "cli" / "templates"
POLICIES = (*sorted((ROOT / "policies").rglob("*.policy")), *sorted(TEMPLATES.glob("*.policy")))

SMALL = """policy p "a (label) with, signs  # and | bars"
  note "two  blanks \\"quoted\\""

# above a block
input `two words` is one of dna, rna  # beside a line
input genes is whole number from 1 to 500
  # inside a block
  unit "genes"

define some as any of (genes is 1, all of (genes is at least 5, not (`two words` is dna)))

decision d gives one of yes_please, no_thanks
table t for d
  needs some
  | rule | genes | `two words` | outcome    | note          |
  |------|-------|-------------|------------|---------------|
  | T1   | 1..50 | dna         | yes_please | "a | b"       |
  | T2   | >= 51 | not dna     | no_thanks  | "中文, not §" |
# at the end
"""


def tree_of(text: str, path: str = "a.policy") -> object:
    tree, findings = tree_from_text(Source(path, text))
    assert not findings, findings[0]
    return tree.blocks


def tidy(text: str, path: str = "a.policy") -> str:
    return tidy_text(Source(path, text))


# ---------------------------------------------------------------- what it looks like


@pytest.mark.parametrize(
    ("messy", "neat"),
    [
        ("  policy   p", "policy p\n"),
        ("\n\npolicy p\n\n\n\ninput a is yes or no\n\n\n", "policy p\n\ninput a is yes or no\n"),
        ("policy p\ninput a is yes or no", "policy p\ninput a is yes or no\n"),
        ("policy p\n\t\tnote\t\"x\"", 'policy p\n  note "x"\n'),
        ("policy p #  why\n#what", "policy p  #  why\n# what\n"),
        ("policy p\nnote \"x\"\n    # about the note", 'policy p\n  note "x"\n# about the note\n'),
        ("input a is one of dna ,rna", "input a is one of dna, rna\n"),
        ("define a as any  of( b,not( c ) )", "define a as any of (b, not (c))\n"),
        ('rule R"label"for d', 'rule R "label" for d\n'),
        ("define a as all of (b,\nany of (c,\nd))", "define a as all of (b,\n    any of (c,\n      d))\n"),
        ("define a as all of (\nb\n)", "define a as all of (\n    b\n  )\n"),
        ("example E\ngiven a is 1,\nb is 2\nexpect d is x", "example E\n  given a is 1,\n    b is 2\n  expect d is x\n"),
        ("decision d\nscope when a\nelse \"no\"", 'decision d\n  scope when a\n    else "no"\n'),
        ("require U that a\nelse consequence not stated", "require U that a\n  else consequence not stated\n"),
        ("table t for d\n|rule|a|\n|T1|-|", "table t for d\n  | rule | a |\n  | T1   | - |\n"),
        ("table t for d\n|rule|a\n|T1|-", "table t for d\n  | rule | a |\n  | T1   | - |\n"),
        ("table t for d\n|rule|a|\n|:-|-:|\n|T1|-|", "table t for d\n  | rule | a   |\n  | :--- | --: |\n  | T1   | -   |\n"),
        ("table t for d\n|rule|\"中\"|\n|T1|-|", 'table t for d\n  | rule | "中" |\n  | T1   | -    |\n'),
        ("table t for d\n|rule| |\n|T1|- | # why", "table t for d\n  | rule |   |\n  | T1   | - |  # why\n"),
        ("table t for d\n|rule|a|\n|\n|T1|-|", "table t for d\n  | rule | a |\n  |\n  | T1   | - |\n"),
    ],
)  # fmt: skip
def test_layout(messy: str, neat: str) -> None:
    assert tidy(messy) == neat
    assert tidy(neat) == neat


def test_markdown_outside_the_policy_blocks_stays() -> None:
    text = '#  Title\n\nsome   prose  \n\n```policy\npolicy   p\n\n\n```\n\n- item\n\n  ```policy\n  input a   is yes or no\n  note "x"\n  ```\n~~~\n```policy\nno  policy\n~~~\nend'  # noqa: E501
    neat = tidy(text, "a.policy.md")
    assert neat == (
        "#  Title\n\nsome   prose  \n\n```policy\npolicy p\n```\n\n- item\n\n"
        '  ```policy\n  input a is yes or no\n    note "x"\n  ```\n~~~\n```policy\nno  policy\n~~~\nend'
    )
    assert tidy(neat, "a.policy.md") == neat
    assert tree_of(neat, "a.policy.md") == tree_of(text, "a.policy.md")


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_bundled_policies_keep_their_tree(path: Path) -> None:
    text = path.read_text("utf-8")
    neat = tidy(text)
    assert tree_of(neat) == tree_of(text)
    assert tidy(neat) == neat
    comments = re.compile(r"#[^\n\"]*$", re.MULTILINE)
    assert len(comments.findall(neat)) == len(comments.findall(text))


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.policy")), ids=lambda path: path.name)
def test_what_we_hand_out_is_tidy(path: Path) -> None:
    assert tidy(path.read_text("utf-8")) == path.read_text("utf-8")


# ---------------------------------------------------------------- laws

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`|#.*|[ \t]+|[(),]|[^\s"`#(),]+')


def messed_up(text: str, seed: int) -> str:
    """Change the layout of a policy at random, in ways that mean nothing: blanks, tabs, empty lines, indentation."""
    dice = random.Random(seed)
    lines = []
    for line in text.split("\n"):
        row = line.lstrip().startswith("|")
        words = [_messy_token(token, dice, row) for token in TOKEN.findall(line.strip())]
        lines.append(dice.choice(["", " ", "\t", "        "]) + "".join(words) + dice.choice(["", "", "  ", "\t"]))
        if not row and dice.random() < 0.2:
            lines += [dice.choice(["", "  "])] * dice.randint(1, 3)
    return "\n".join(lines) + dice.choice(["", "\n", "\n\n\n"])


def _messy_token(token: str, dice: random.Random, row: bool) -> str:
    if not token.isspace():
        around = dice.choice(["", " ", "  "]) if token in ("(", ")", ",") else ""
        return around + token
    return token if row and dice.random() < 0.5 else dice.choice([" ", "  ", "\t", " \t "])


@given(st.sampled_from([SMALL, *(path.read_text("utf-8") for path in POLICIES)]), st.integers(0, 2**32))
def test_any_layout_comes_out_the_same(text: str, seed: int) -> None:
    """Blank lines are the author's, so only what lies between them is compared."""
    messy = messed_up(text, seed)
    neat = tidy(messy)
    assert tree_of(neat) == tree_of(text)
    assert tidy(neat) == neat
    assert [line for line in neat.split("\n") if line] == [line for line in tidy(text).split("\n") if line]
    assert "\n\n\n" not in neat
    assert neat.endswith("\n")
    assert not neat.endswith("\n\n")
    assert not re.search(r"[ \t]$", neat, re.MULTILINE)


@given(st.text(alphabet=st.sampled_from('abz09"`#|()-,. \t\nrulepoicy\\'), max_size=200))
def test_nothing_at_all_makes_it_fail(text: str) -> None:
    """Texts with mistakes are never tidied, but asking must not end in a crash, nor lose anything but blanks."""
    neat = tidy(text)
    kept = re.sub(r"[ \t\n|]", "", text)
    assert sorted(re.sub(r"[ \t\n|]", "", neat)) == sorted(kept) or any(mark in text for mark in "|#")


def test_width_counts_columns() -> None:
    assert text_width("ab") == 2
    assert text_width("\u200b\u0301") == 0
    assert text_width("中文") == 4
