"""A secret is found under layers of encoding, and replaced in whatever spelling it stands."""

from __future__ import annotations

import base64
import gzip
import html
import json
import zlib
from urllib.parse import quote

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.redact import Redactor, canonical, placeholder, spellings
from analyzer.redact._table import Table

KEY = b"k" * 32
PAIR = {"password": "S3cr/t+pass=9", "page": 2}
TEXT = json.dumps(PAIR)


def b64(data: str | bytes) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def redact(*texts: str, values: tuple[tuple[str, str], ...] = ()) -> list[str]:
    redactor = Redactor(KEY)
    column = pl.Series("text", texts)
    redactor.learn_values(values)
    redactor.learn(column)
    return redactor.replace(column).to_list()


NESTED = {
    "percent": f"GET /x?filter={quote(TEXT)} HTTP/1.1",
    "percent twice": f"GET /x?filter={quote(quote(TEXT))} HTTP/1.1",
    "JSON in JSON": json.dumps({"message": TEXT}),
    "JSON in JSON in JSON": json.dumps({"message": json.dumps({"body": TEXT})}),
    "HTML": f"<pre>{html.escape(TEXT)}</pre>",
    "base64": f"body {b64(TEXT)} refused",
    "base64 for URLs": f"/x/{base64.urlsafe_b64encode(TEXT.encode()).decode().rstrip('=')}/y",
    "base64 in a query": f"/x?state1={quote(b64(TEXT))}&y=1",
    "base64 twice": f"body {b64(b64(TEXT))} refused",
    "base64 in JSON in base64": b64(json.dumps({"a": b64(TEXT)})),
    "hex": f"body {TEXT.encode().hex()} refused",
    "gzip": f"body {b64(gzip.compress(TEXT.encode(), mtime=0))} refused",
    "zlib": f"body {b64(zlib.compress(TEXT.encode()))} refused",
    "zstd": f"body {b64(zstandard.compress(TEXT.encode()))} refused",
    "form": f"body=user%3Dann%26password%3D{quote(quote(PAIR['password'], safe=''))}%26page%3D2",
    "escapes": "{" + "".join(f"\\u{ord(char):04x}" for char in TEXT[1:-1]) + "}",
}


@pytest.mark.parametrize("how", NESTED)
def test_a_secret_under_layers_of_encoding_is_gone_and_known(how):
    """The text no longer holds it in any form, and another text that only repeats it loses it too."""
    nested, plain = redact(NESTED[how], f"seen {PAIR['password']} again")
    assert plain == f"seen {placeholder(KEY, 'secret', PAIR['password'])} again"
    assert "[redacted:" in nested
    assert redact(nested, f"seen {PAIR['password']} again")[1].startswith("seen S3cr")


def test_text_under_base64_without_a_secret_stays():
    """A cursor, and bytes that are no text."""
    cursor, image = b64(json.dumps({"after": 1234567, "page": 2})), b64(bytes(range(150, 250)))
    texts = [f"/v1/x?cursor={cursor}", f"data:image/png;base64,{image}"]
    assert redact(*texts) == texts


SPELT = {
    "raw": str,
    "percent": quote,
    "all percent": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "percent lower": lambda text: (
        quote(text, safe="").replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d")
    ),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "slashes left": lambda text: quote(text, safe="/"),
    "equals left": lambda text: quote(text, safe="="),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON slashes": lambda text: text.replace("/", "\\/"),
    "JSON for pages": lambda text: text.replace("=", "\\u003d"),
    "HTML": html.escape,
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "base64": lambda text: b64(b"\x00" + text.encode() + b"\xff\xfe")[2:],
    "base64 shifted": lambda text: b64(b"\x00\x01" + text.encode() + b"\xff"),
    "base64 shifted twice": lambda text: b64(b"\x00\x01\x02" + text.encode()),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(b"\xff" + text.encode()).decode(),
}


@pytest.mark.parametrize("how", SPELT)
@pytest.mark.parametrize("secret", ["S3cr/t+word=9~x", 'q"uote<d>&amp 12', "zwölf-Stück-9"])
def test_every_spelling_of_a_known_secret_is_replaced_by_the_same_hex(how, secret):
    """Percent, JSON, HTML, hex and base64 in each alignment, in a text that names nothing."""
    spelt = SPELT[how](secret)
    (clean,) = redact(f"<{spelt}>", values=((secret, "token"),))
    assert spelt not in clean
    assert placeholder(KEY, "token", secret).rpartition(":")[2] in clean


@pytest.mark.parametrize("before", [b"", b"\x00", b"\x00\x01", b"\x00\x01\xff"])
@pytest.mark.parametrize("secret", ["hunter-2", "hunter22x"])
def test_a_short_secret_is_found_inside_longer_base64_and_hex(before, secret):
    """Its letters stand among others there, though the secret itself is replaced only where it stands alone."""
    data = before + secret.encode() + b"\xfe\xff\xfd"
    for coded in (b64(data), base64.urlsafe_b64encode(data).decode(), data.hex(), data.hex().upper()):
        (clean,) = redact(f"x {coded} y", values=((secret, "token"),))
        assert placeholder(KEY, "token", secret) in clean
    assert redact(f"x{secret}x", values=((secret, "token"),)) == [f"x{secret}x"]


def test_a_sure_secret_is_replaced_in_the_other_case_too():
    """A token in lower or upper case, an e-mail address in capitals; a short one as it is only."""
    values = (("abcdEFGH1234zz", "token"), ("ann@mail.example", "email"), ("hunTer-2", "token"))
    clean = redact("abcdefgh1234zz ABCDEFGH1234ZZ", "ANN@MAIL.EXAMPLE", "HUNTER-2", values=values)
    assert clean == [
        " ".join([placeholder(KEY, "token", "abcdEFGH1234zz")] * 2),
        placeholder(KEY, "email", "ann@mail.example"),
        "HUNTER-2",
    ]


def test_spellings_of_one_value_have_one_canonical_form():
    """Whatever spelling a log holds, its hex is that of the value."""
    value = 'a/b+c "d"&e'
    forms = (quote(value), quote(quote(value)), json.dumps(value)[1:-1], html.escape(value))
    assert {canonical(form) for form in forms} == {value}
    assert canonical("Ann@Mail.Example") == canonical("ann%40mail.example") == "ann@mail.example"
    assert placeholder(KEY, "a", quote(value))[-13:] == placeholder(KEY, "b", value)[-13:]
    assert canonical("\\ud83d\\ude00") == "\U0001f600"


def test_short_and_plain_secrets_are_replaced_where_an_encoded_name_tells():
    """Too short to be replaced anywhere, they go from their place, also when it is encoded."""
    texts = [
        '{"password":"abc"}',
        json.dumps({"m": '{"password":"abc"}'}),
        "/x?q=" + quote('{"password":"abc"}'),
        "/x?redirect=" + quote("https://h/cb?code=abcd&x=1", safe=""),
        "/x?%70assword=abc",
        "abc stays",
    ]
    clean = redact(*texts)
    assert [("abc" in text) for text in clean] == [False] * 5 + [True]
    assert clean[-1] == "abc stays"


def test_codes_of_a_terminal_do_not_hide_a_secret():
    """A colour inside the token, raw and as JSON; a text without a secret keeps its colours."""
    cut = [f"token=\x1b[31mabc123\x1b[0mdef456 {end}" for end in ("x", "y")] + ["Bearer abc\\u001b[1m123def456ghi"]
    clean = redact(*cut, "\x1b[32mGET\x1b[0m /x")
    assert clean[3] == "\x1b[32mGET\x1b[0m /x"
    assert not any(piece in text for text in clean[:3] for piece in ("abc", "def456"))


@settings(max_examples=40, deadline=None)
@given(
    forms=st.lists(st.text("abAB1-", min_size=4, max_size=8), min_size=1, max_size=6, unique=True),
    text=st.text("abAB1- %", max_size=60),
)
def test_the_pass_over_a_column_gives_what_the_closer_look_gives(forms, text):
    """A column of many texts takes the quick way and one text the other: both replace the same."""
    table = Table({form: f"[redacted:x:{number:012x}]" for number, form in enumerate(forms)}, {})
    filler = "0" * 21_000
    quick = table.replace(pl.Series([text, filler]))
    assert quick.to_list() == [table.text(text), filler]
    assert not any(form in piece for piece in table.text(text).split("[redacted:x:")[:1] for form in forms)


def test_what_stands_for_itself_is_written_once():
    """Addresses that stay are forms too; where two of them overlap beside a secret, nothing is doubled."""
    table = Table({"10.0.0.1": "10.0.0.1", "0.0.1.77": "0.0.1.77", "secret9": "[redacted:secret:000000000000]"}, {})
    assert table.text("secret9 at 10.0.0.1.77") == "[redacted:secret:000000000000] at 10.0.0.1.77"


@pytest.mark.parametrize("filler", ["", "0" * 21_000])
def test_where_everything_that_is_known_stays_nothing_is_replaced(filler):
    """A log whose only addresses are private, in a small text and in a large one."""
    texts = pl.Series(["from 10.0.0.1", filler])
    assert Table({"10.0.0.1": "10.0.0.1"}, {}).replace(texts).to_list() == texts.to_list()


@pytest.mark.parametrize("filler", ["", "0" * 21_000])
def test_a_text_that_ends_inside_a_longer_form(filler):
    """Of forms that begin alike the longest that stands there whole is replaced."""
    table = Table({"token=abc": "[redacted:x:000000000001]", "token=abcdef": "[redacted:x:000000000002]"}, {})
    texts = pl.Series(["token=abc", "token=abcd", "token=abcdef", filler])
    assert table.replace(texts).to_list() == [
        "[redacted:x:000000000001]",
        "[redacted:x:000000000001]d",
        "[redacted:x:000000000002]",
        filler,
    ]


def test_overlapping_and_contained_secrets_leave_nothing():
    """The longer one wins where one holds the other; of two that overlap both are replaced."""
    values = (("abcdef-123456", "a"), ("123456-ghijkl", "b"), ("def-1234", "c"), ("abcdef-123456-ghijkl-999", "d"))
    both, inner, outer = redact("abcdef-123456-ghijkl", "xx def-1234 xx", "abcdef-123456-ghijkl-999", values=values)
    assert both == placeholder(KEY, "a", values[0][0]) + placeholder(KEY, "b", values[1][0])
    assert inner == f"xx {placeholder(KEY, 'c', 'def-1234')} xx"
    assert outer == placeholder(KEY, "d", values[3][0])


def test_spellings_are_none_that_would_be_found_everywhere():
    """No form is shorter than six characters, and a plain token has few."""
    assert all(len(form) >= 6 for form in spellings("a/b+c=123"))
    assert spellings("abcdef123456", complete=False) == ("abcdef123456",)


def test_a_long_chain_of_overlapping_secrets_is_replaced():
    """A hostile text of one secret laid over itself thousands of times, and bytes that are no UTF-8 in a value."""
    (clean,) = redact("ab12" * 3_000, values=(("ab12ab12ab12", "a"),))
    assert "ab12" not in clean.replace(placeholder(KEY, "a", "ab12ab12ab12"), "")
    texts = ["token=%ff%fe12345678 x", '{"token":"\\ud83412345678"}', "password=%ff"]
    assert all("[redacted:" in text and "12345678" not in text for text in redact(*texts))
