"""What is learnt from many columns at once, and replaced in them, is what is from one after the other."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.redact import Redactor, _likely, detectors
from analyzer.redact._decoding import LAYERED, coded_in
from analyzer.redact._gathered import gathered
from analyzer.redact._search import search

KEY = b"k" * 32
SAMPLES = [
    text for detector in detectors() for text, _ in (*detector.finds, *((text, "") for text in detector.ignores))
]
PLACES = ["8.8.4.4 9.9.9.9 - x", "at [2606:4700::1111]:443", "%5B2606%3A4700%3A%3A1111%5D", "Chrome/141.0.0.0", "", "é"]
PLAIN = st.one_of(st.sampled_from([*SAMPLES, *PLACES]), st.text(max_size=40))
LAYERS = (str, quote, lambda text: base64.b64encode(text.encode()).decode(), lambda text: text.encode().hex())
TEXT = st.builds(
    lambda text, layer, before: before + layer(text.encode("utf-8", "replace").decode()),
    PLAIN,
    st.sampled_from(LAYERS),
    st.sampled_from(["", "x ", "/v1/"]),
)
COLUMNS = st.lists(st.lists(st.one_of(st.none(), TEXT), max_size=5), max_size=6)


def columns_of(lists: list[list[str | None]]) -> list[pl.Series]:
    return [pl.Series(f"c{number}", texts, dtype=pl.String) for number, texts in enumerate(lists)]


@given(lists=COLUMNS, most=st.integers(0, 300))
def test_gathered_gives_every_text(lists, most):
    """And none twice in what is given at once."""
    columns = [column.drop_nulls() for column in columns_of(lists)]
    told = list(gathered(columns, most))
    assert {text for texts in told for text in texts} == {text for column in columns for text in column}
    assert all(texts.is_unique().all() and len(texts) for texts in told)


@given(lists=COLUMNS, addresses=st.booleans())
@example(lists=[["x 646f646f646f646f646f646f"], ["/646f646f646f646f646f646f/Qx"]], addresses=True)
def test_many_columns_at_once_teach_what_each_does(lists, addresses):
    """Secrets, their places, addresses and coded pieces."""
    one, other, third = (Redactor(KEY) for _ in range(3))
    for column in columns_of(lists):
        one.learn(column, addresses=addresses)
        third.learn(column, addresses=False)
    other.learn_columns(columns_of(lists), addresses=addresses)
    assert other.found == one.found
    secrets = Redactor(KEY)
    secrets.learn_secrets(columns_of(lists))
    assert secrets.found == third.found


def former(texts: pl.Series) -> pl.Series:
    """Gives what one pattern of everything chose."""
    literals = {literal for detector in detectors() if not detector.likely for literal in detector.literals}
    parts = [f"(?i:{'|'.join(map(re.escape, sorted(literals)))})", _likely._joined(detectors()), LAYERED]
    return texts.str.contains("|".join(parts))


@given(texts=st.lists(TEXT, max_size=8))
def test_two_patterns_choose_what_one_did(texts):
    """Whichever of them fits."""
    column = pl.Series(texts, dtype=pl.String)
    assert _likely.likely(column, detectors()).to_list() == former(column).to_list()


def test_a_piece_that_is_hex_and_base64_says_one_thing():
    """Alone, with others, and in whatever order."""
    texts = ["x 646f646f646f646f646f646f", "/646f646f646f646f646f646f/Qx"]
    apart = [coded_in(pl.Series([text])) for text in texts]
    assert len({said for coded in apart for said in coded.values()}) == 2
    whole = search(pl.Series(texts), detectors()).coded
    assert whole == {piece: max(coded.get(piece, "") for coded in apart) for piece in whole}


@given(lists=st.lists(st.lists(st.one_of(st.none(), TEXT), min_size=4, max_size=4), min_size=1, max_size=4))
def test_a_frame_is_replaced_as_its_texts_are(lists):
    """Also where the columns are long, and where most of their texts repeat."""
    columns = columns_of(lists)
    redactor = Redactor(KEY)
    redactor.learn_columns(columns)
    each = [[None if text is None else redactor.replace(pl.Series([text]))[0] for text in texts] for texts in lists]
    filler = pl.Series([f"GET /orders/{number} {'x' * 2000}" for number in range(12)])
    long = pl.DataFrame([pl.concat([column, filler.rename(column.name), column, column]) for column in columns])
    told = redactor.frame(long)
    for name, texts in zip(told.columns, each, strict=True):
        assert told[name].head(4).to_list() == texts
        assert told[name].tail(8).to_list() == texts * 2
    assert [redactor.frame(pl.DataFrame([column]))[column.name].to_list() for column in columns] == each
