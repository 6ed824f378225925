"""Articles: the same text in any layout has the same paragraphs, ids and hashes, and a quote is found where it stands."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ruleproof.articles.index import (
    FORMAT,
    Index,
    UnreadableArticleError,
    UnreadableIndexError,
    index_from_json,
    index_to_json,
    read_article,
)
from ruleproof.articles.lines import lines_of
from ruleproof.articles.outline import Outline, OutlineError, outline_from_text
from ruleproof.articles.quotes import elsewhere, nearest, stands_in
from ruleproof.articles.words import hash_of, sentences_of, words_of
from ruleproof.cli import main

OUTLINE = """
# as an author writes one
skip: CODE LIST
scope: Scope
coding: Coding
coding.small ~ Small panels of
notes: Notes
"""
SCOPE = ["Panels for tumour tissue are meant.", "Plasma (e.g. cell-free DNA) is left to others."]
FIRST = ["Panels of 5-50 genes may use the first code.", "Larger ones should not use it."]
SMALL = ["Small panels of 2 to 4 genes use the well-known fallback."]
NOTES = ["Nothing else is said (see A12345)."]
IDS = ["scope.1.1", "scope.1.2", "coding.1.1", "coding.1.2", "coding.small.1.1", "notes.1.1"]


def laid_out(chance: random.Random, width: int, *, pages: bool) -> str:
    """Write the article in lines of some width, in words and signs as some program would have them."""
    blocks = ["Scope", " ".join(SCOPE), "Coding", " ".join(FIRST), " ".join(SMALL), "Notes", " ".join(NOTES)]
    lines: list[str] = []
    for block in blocks:
        line = ""
        for word in block.split():
            if line and len(line) + len(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line}{' ' * chance.choice((1, 1, 2))}{word}" if line else word
        lines += [line, *[""] * chance.choice((1, 2))]
    if not pages:
        return "\n".join(lines)
    cut = [chance.randrange(1, len(lines)) for _ in range(3)]
    written: list[str] = []
    for number, line in enumerate(lines):
        if number in cut:
            written += [
                f"Page {number} of 90",
                "\fHealth Insurer — Bulletin 7",
                f"Printed on 04/0{number % 9 + 1}/2024",
            ]
        written.append(line)
    return "Health Insurer — Bulletin 7\n" + "\n".join(written)


def ids_of(content: str, name: str = "a.txt", outline: Outline | None = None) -> dict[str, str]:
    article, _ = read_article(content.encode(), name, outline or outline_from_text(OUTLINE))
    return {
        f"{paragraph.id}.{number}": sentence
        for paragraph in article.paragraphs
        for number, sentence in enumerate(paragraph.sentences, 1)
    }


def index_of(content: str, name: str = "a.txt") -> Index:
    return read_article(content.encode(), name, outline_from_text(OUTLINE))[1]


def test_sections_paragraphs_and_sentences_are_numbered() -> None:
    found = ids_of(laid_out(random.Random(1), 60, pages=False))
    assert list(found) == IDS
    assert list(found.values()) == [*SCOPE, *FIRST, *SMALL, *NOTES]


@given(st.integers(0, 10_000), st.integers(20, 200))
def test_line_breaks_and_pages_make_no_difference(seed: int, width: int) -> None:
    plain = index_of(laid_out(random.Random(0), 60, pages=False))
    for pages in (False, True):
        again = index_of(laid_out(random.Random(seed), width, pages=pages))
        assert again.paragraphs == plain.paragraphs


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("the ‘first’ “one”", "the 'first' \"one\""),
        ("a pro\u00adfile – ﬁrst", "a profile - first"),
        ("well-\nknown", "well-known"),
        ("Z-Code® is\u00a0needed", "Z-Code  is\nneeded"),
        ("codes 81445-\n81450", "codes 81445–81450"),
    ],
)
def test_typesetting_makes_no_difference(written: str, same: str) -> None:
    assert hash_of(written) == hash_of(same)


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("at least 5", "at least 50"),
        ("1.5 percent", "15 percent"),
        ("< 5 genes", "> 5 genes"),
        ("may be billed", "may not be billed"),
        ("81445-81450", "81445, 81450"),
        ("5 % of", "5 of"),
    ],
)
def test_meaning_makes_a_difference(written: str, other: str) -> None:
    assert hash_of(written) != hash_of(other)


def test_sentences_end_where_sentences_end() -> None:
    text = "See No. 5 (i.e. the second. Not here) first. 81449 may be used. Dr. No and U.S. labs agree! “Yes.” It ends."
    assert sentences_of(text) == (
        "See No. 5 (i.e. the second. Not here) first.",
        "81449 may be used.",
        "Dr. No and U.S. labs agree!",
        '"Yes."',
        "It ends.",
    )


def test_a_list_of_contents_is_not_taken_for_the_sections() -> None:
    contents = "\n".join(["Contents", "", "Scope", "", "Coding", "", "Notes", ""])
    found = ids_of(contents + "\n" + laid_out(random.Random(3), 70, pages=False))
    assert [name for name in found if not name.startswith("start")] == IDS


def test_html_without_navigation() -> None:
    page = f"""<!DOCTYPE html><html><head><title>x</title><style>p {{}}</style></head><body>
    <nav><a href="#1">Scope</a><a href="#2">Coding</a></nav><header>Insurer</header>
    <h1>Scope</h1><div><p>{SCOPE[0]} <b>Plasma</b> (e.g. cell-free&nbsp;DNA) is left<br>to others.</p></div>
    <h2>Coding</h2><p>{" ".join(FIRST)}<p>{SMALL[0]}<script>var x = "Notes"</script>
    <h2>Notes</h2><table><tr><td>Nothing else is said</td><td>(see A12345).</td></tr></table>
    <footer>Page 3</footer></body></html>"""
    assert ids_of(page, "a.html") == dict(zip(IDS, [*SCOPE, *FIRST, *SMALL, *NOTES], strict=True))


def test_headings_of_markdown_make_the_ids_where_no_outline_does() -> None:
    article, _ = read_article(
        b"# The Scope\n\nOne.\n\n## Small Panels\n- Two.\n- Three.\n\n## Small Panels\nFour.\n", "a.md"
    )
    assert [paragraph.id for paragraph in article.paragraphs] == [
        "the_scope.1",
        "the_scope.small_panels.1",
        "the_scope.small_panels.2",
        "the_scope.small_panels_2.1",
    ]


def test_short_lines_that_stand_alone_are_headings_of_plain_text() -> None:
    article, _ = read_article(b"Scope of it\n\nA text of\ntwo lines.\n\nN/A\n\nCoding:\n\nMore text.\n", "a.txt")
    assert [paragraph.id for paragraph in article.paragraphs] == ["scope_of_it.1", "scope_of_it.2", "coding.1"]


def test_an_index_holds_no_word_of_the_text_and_reads_back() -> None:
    index = index_of(laid_out(random.Random(5), 60, pages=True))
    written = index_to_json(index)
    assert index_from_json(written) == index
    assert written == index_to_json(index_from_json(written.encode()))
    known = {"small", "scope", "coding", "notes"}
    words = {word.lower() for word in words_of(" ".join([*SCOPE, *FIRST, *SMALL, *NOTES])) if len(word) > 3}
    assert len(words - known) > 15
    assert not [word for word in words - known if word in written.lower()]


def test_a_later_text_has_the_ids_of_the_sections_that_an_index_remembers() -> None:
    before = index_of(laid_out(random.Random(5), 60, pages=False))
    later = laid_out(random.Random(8), 80, pages=False).replace(" 4", " 5")
    _, now = read_article(later.encode(), "b.txt", before.outline)
    changed = [name for name in before.sentences if before.sentences[name] != now.sentences.get(name)]
    assert changed == ["coding.small.1.1"]


def test_a_quote_is_found_where_it_stands() -> None:
    article, _ = read_article(laid_out(random.Random(2), 40, pages=True).encode(), "a.txt", outline_from_text(OUTLINE))
    assert stands_in(article, "“may use the\nfirst”", "coding.1.1")
    assert stands_in(article, "first code. Larger ones", "coding.1")
    assert stands_in(article, "first code", "coding")
    assert not stands_in(article, "first code. Larger ones", "coding.1.1")
    assert not stands_in(article, "ma use the first", "coding.1.1")
    assert not stands_in(article, "", "coding.1.1")
    found = elsewhere(article, "left to others")
    assert found is not None
    assert found.id == "scope.1.2"
    near = nearest(article, "Panels of 5-50 genes must use the first code")
    assert near is not None
    assert near.id == "coding.1.1"
    assert len(near.words.split()) <= 6
    assert nearest(article, "zebras") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no outline at all", "no line of an outline"),
        ("a: One\na: Two", "twice"),
        ("a ~ one two three four five six seven eight nine", "9 words"),
        ("a: ---", "0 words"),
    ],
)
def test_an_outline_that_cannot_be_read(text: str, said: str) -> None:
    with pytest.raises(OutlineError, match=said):
        outline_from_text(text)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"%PDF-1.7", "no text"), (b"a\0b", "no text"), (b"one\ntw\xff", "line 2"), (b"  \n\n", "no text")],
)
def test_an_article_that_cannot_be_read(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableArticleError, match=said):
        read_article(content, "a.txt")


@pytest.mark.parametrize(
    "change",
    [
        lambda read: read.update(format="another"),
        lambda read: read.update(paragraphs={}),
        lambda read: read.update(paragraphs=[]),
        lambda read: read["paragraphs"].update(x=[]),
        lambda read: read["paragraphs"].update({"x y": ["0" * 16]}),
        lambda read: read["paragraphs"].update(x=["0" * 15]),
        lambda read: read.update(sections=[["a", 1, 0]]),
        lambda read: read.update(sections={}),
        lambda read: read.update(skip=[None]),
    ],
)
def test_an_index_that_cannot_be_read(change: object) -> None:
    read = json.loads(index_to_json(index_of(laid_out(random.Random(5), 60, pages=False))))
    assert read["format"] == FORMAT
    change(read)  # type: ignore[operator]
    with pytest.raises(UnreadableIndexError):
        index_from_json(json.dumps(read))


@given(st.text(max_size=400), st.sampled_from(["a.txt", "a.md", "a.html"]))
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    lines = lines_of(text.encode("utf-8", "replace").decode(), name)
    assert all("\n" not in line.text for line in lines)
    try:
        article, index = read_article(text.encode("utf-8", "replace"), name)
    except UnreadableArticleError:
        return
    assert index_from_json(index_to_json(index)) == index
    assert {paragraph.id for paragraph in article.paragraphs} == set(index.paragraphs)


# ---------------------------------------------------------------- the command


def test_index_writes_a_file_or_prints(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(laid_out(random.Random(5), 60, pages=False), "utf-8")
    (tmp_path / "a.outline").write_text(OUTLINE, "utf-8")
    source, outline, out = (str(tmp_path / name) for name in ("a.txt", "a.outline", "a.index.json"))
    done = CliRunner().invoke(main, ["index", source, "--outline", outline, "-o", out])
    assert (done.exit_code, "4 paragraphs, 6 sentences" in done.output) == (0, True)
    printed = CliRunner().invoke(main, ["index", source, "--like", out])
    assert printed.stdout == Path(out).read_text("utf-8")
    ids = CliRunner().invoke(main, ["index", source, "--like", out, "--ids"])
    assert ids.stdout.splitlines()[0] == "scope.1.1  Panels for tumour tissue are meant."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.txt"], "nowhere.txt: no such file"),
        (["a.txt", "--outline", "bad.outline"], "bad.outline:1: this is no line of an outline"),
        (["a.txt", "--like", "bad.outline"], "bad.outline is no index: it is no JSON"),
        (["a.txt", "--like", "x", "--outline", "y"], "give --outline or --like, not both"),
        (["empty.txt"], "empty.txt: it holds no text"),
        (["a.txt", "-o", "a.txt"], "`a.txt` would be overwritten"),
    ],
)
def test_index_says_what_it_cannot_do(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("Some text.\n", "utf-8")
    Path("empty.txt").write_text("\n", "utf-8")
    Path("bad.outline").write_text("nonsense\n", "utf-8")
    done = CliRunner().invoke(main, ["index", *arguments])
    assert done.exit_code == 2
    assert said in done.output
    assert Path("a.txt").read_text("utf-8") == "Some text.\n"
