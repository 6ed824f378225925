"""Plain texts of a column get codes by their words: the same text always the same code, and no other text that code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

import pyarrow as pa

from ruleproof.runtime.batch import texts
from ruleproof.runtime.batch.buffers import nulls_of
from ruleproof.runtime.batch.texts import Vocabulary, VocabularyOfViews

_LIKE = st.text(st.sampled_from("abé\0"), max_size=3)
TEXTS = st.builds(
    "".join, st.lists(st.one_of(st.sampled_from(["", "a", "solid_organ", "blood_forming"]), _LIKE), max_size=4)
)
COLUMNS = st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=40)


def _check(vocabulary: Vocabulary, column: pa.Array) -> bool:
    """Compare codes with the texts that they stand for; tell whether there were codes."""
    nulls = nulls_of(column)
    codes = vocabulary.codes_of(column, nulls)
    if codes is None:
        return False
    known = [*vocabulary.texts, None]
    assert [known[code] for code in codes.tolist()] == column.to_pylist()
    assert len(set(vocabulary.texts)) == len(vocabulary.texts)
    return True


KINDS = {pa.string(): Vocabulary, pa.large_string(): Vocabulary, pa.string_view(): VocabularyOfViews}


@given(st.lists(COLUMNS, min_size=1, max_size=4), st.sampled_from(list(KINDS)), st.integers(0, 3))
def test_codes_stand_for_their_texts(columns: list[list[str | None]], kind: pa.DataType, skipped: int) -> None:
    vocabulary = KINDS[kind]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "_ROWS_AT_ONCE", 8)
        patch.setattr(texts, "_SAMPLE", 3)
        for values in columns:
            column = pa.array(values, kind)
            if len(column[skipped:]):
                _check(vocabulary, column[skipped:])


def test_views_hold_short_texts_themselves() -> None:
    alike = ["a" * count for count in range(13)] + ["b\0" + "a" * count for count in range(11)]
    vocabulary = VocabularyOfViews()
    assert _check(vocabulary, pa.array([*alike, None] * 3, pa.string_view())[4:])
    assert _check(vocabulary, pa.array(alike, pa.string_view()))
    for stranger in ("a" * 13, "a" * 40):
        assert vocabulary.codes_of(pa.array(["a", stranger], pa.string_view()), None) is None


def test_texts_that_begin_or_end_alike_are_told_apart() -> None:
    alike = ["a" * count for count in range(1, 33)] + ["b" + "a" * count for count in range(32)]
    vocabulary = Vocabulary()
    assert _check(vocabulary, pa.array(alike * 3))
    assert _check(vocabulary, pa.array(alike * 3)[5:])
    assert len(vocabulary.texts) == 64


def test_a_text_that_goes_on_after_whole_words_is_another() -> None:
    vocabulary = Vocabulary()
    for more in ("", "x", "xxxxxxxx", "xxxxxxxxy"):
        assert _check(vocabulary, pa.array(["solidsol", "marrow", "solidsol" + more]))


@pytest.mark.parametrize(
    "stranger", ["\0marrow", "marrow\0", "\0", "m" * 33, "marrow" + " " * 300, "marrow\0\0\0\0\0\0\0\0\0\0"]
)
def test_a_text_that_cannot_be_learned_is_never_taken_for_another(stranger: str) -> None:
    vocabulary = Vocabulary()
    assert _check(vocabulary, pa.array(["marrow", "blood"] * 10))
    assert vocabulary.codes_of(pa.array(["marrow", stranger, "blood"]), None) is None
    assert _check(vocabulary, pa.array(["marrow", "blood"]))


def test_empty_texts_have_a_code_too() -> None:
    vocabulary = Vocabulary()
    assert _check(vocabulary, pa.array(["", "marrow", None, ""]))
    assert _check(vocabulary, pa.array(["", None, ""]))
    assert _check(Vocabulary(), pa.array(["", ""]))


def test_it_is_not_tried_for_ever() -> None:
    vocabulary = Vocabulary()
    for _ in range(4):
        assert vocabulary.codes_of(pa.array(["m" * 33]), None) is None
    assert vocabulary.codes_of(pa.array(["marrow"]), None) is None


def test_many_different_texts_are_left_to_the_dictionary() -> None:
    assert Vocabulary().codes_of(pa.array([f"Z{number}" for number in range(10_000)]), None) is None
