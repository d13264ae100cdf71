"""Secrets that wait in files are replaced, counted and searched for as those in memory are."""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.redact import Redactor, Store, detectors, spellings
from analyzer.redact._spellings import coded_spellings

KEY = b"k" * 32
SAMPLES = [text for detector in detectors() for text, _ in detector.finds]
SECRETS = st.one_of(
    st.from_regex(r"[A-Za-z0-9._~%&\\/+=@-]{6,24}", fullmatch=True),
    st.from_regex(r"[a-z]{2}[0-9]{5,10}", fullmatch=True),
    st.text("aBc1é/ %2&;\\u0", min_size=6, max_size=12),
    st.sampled_from(["%74ok%65n-12ab", "\\u0074oken-12", "a&amp;b-12345", "%5Cu0041bcd1234", "ann.lee@mail.example"]),
)


def written(secret: str) -> list[str]:
    """Gives texts in which a secret stands bare, in all its spellings."""
    forms = (*spellings(secret), *sorted(coded_spellings(secret)))
    encoded = base64.b64encode(f"so {secret} it is".encode("utf-8", "replace")).decode()
    escapes = "".join(f"%{byte:02X}" for byte in secret.encode("utf-8", "replace"))
    return [*(f"x{form}y {form}" for form in forms), encoded, escapes, quote(encoded), json.dumps(secret)]


def column(texts: list[str]) -> pl.Series:
    return pl.Series("text", texts, dtype=pl.String)


@given(
    secrets=st.lists(SECRETS, min_size=1, max_size=4),
    samples=st.lists(st.sampled_from(SAMPLES), max_size=4),
    kind=st.sampled_from(["secret", "user", "email"]),
)
@example(secrets=["%5Cu0041bcd1234"], samples=[], kind="user")
@example(secrets=["0%B000"], samples=[], kind="secret")  # decodes to no character
def test_what_waits_in_files_is_replaced_as_if_it_was_in_memory(secrets, samples, kind):
    """Each spelling of each secret, in texts that name none; and the counts are the same."""
    texts = column([text for secret in secrets for text in written(secret)] + [f"seen {text}" for text in samples])
    lines = [f"password={secret} {base64.b64encode(f'token={secret}'.encode()).decode()}" for secret in secrets]
    told = []
    with tempfile.TemporaryDirectory() as folder:
        for more in ({}, {"store": Store(Path(folder) / "learnt", held=0)}):
            redactor = Redactor(KEY, **more)
            redactor.learn_values((secret, kind) for secret in secrets)
            for text in (*lines, *samples):
                redactor.learn(column([text]))
            assert redactor.recalls is bool(more)
            frame = redactor.frame(pl.DataFrame({"text": texts, "list": [[text] for text in texts]}))
            told.append((redactor.replace(texts).to_list(), frame.to_dict(as_series=False), redactor.counts(),
                         redactor.secret_count))  # fmt: skip
    assert told[0] == told[1]


def test_of_many_secrets_those_that_stand_in_a_text_are_recalled(tmp_path: Path):
    """Not only their beginnings; and only what was recalled can be revealed."""
    redactor = Redactor(KEY, store=Store(tmp_path / "learnt", held=1_000))
    redactor.learn_values((f"tok{number * 7919:09}Qz", "secret") for number in range(20_000))
    text = "seen tok000007919Qz and dG9rMDAwMDE1ODM4UXo= twice"  # the second one in base64
    assert {"tok000007919Qz", "tok000015838Qz"} <= {value for value, _ in redactor.secrets_in(column([text]))}
    assert len(redactor.secrets_in(column([text]))) < 200
    clean = redactor.replace(column([text]))[0]
    assert clean.count("[redacted:secret:") == 2
    assert "dG9rMDAwMDE1ODM4UXo" not in clean
    assert redactor.counts() == {"secret": 20_000}
    assert len(list(redactor.revealed())) < 200


def test_two_stores_in_one_folder_do_not_meet(tmp_path: Path):
    """The second one takes another name."""
    first, second = (Redactor(KEY, store=Store(tmp_path / "learnt", held=0)) for _ in range(2))
    first.learn_values([("first-123456", "secret")])
    second.learn_values([("second-123456", "secret")])
    texts = column(["first-123456 second-123456"])
    assert first.replace(texts)[0].endswith(" second-123456")
    assert second.replace(texts)[0].startswith("first-123456 ")


@pytest.mark.parametrize("value", ["a-b-c-d-e", "%61%62%63%64%65%66", "пароль-да"])
def test_a_secret_without_a_run_of_letters_is_always_recalled(value, tmp_path: Path):
    """There is nothing by which it could be left out."""
    redactor = Redactor(KEY, store=Store(tmp_path / "learnt", held=0))
    redactor.learn_values([(value, "secret")])
    assert redactor.secrets_in(column(["nothing of it"])) == [(value, "secret")]
