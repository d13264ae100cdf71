"""Secrets that a place names, or that go over several lines, and lines that are written as they were read."""

from __future__ import annotations

import base64
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer import formats
from analyzer.formats import Choice, Reader
from analyzer.pipeline import Plan, Redaction, _redact, _redact_learn, redact_inputs
from analyzer.pipeline._redact_names import file_names
from analyzer.redact import PLACES, People, SpanningSecrets, hide_places
from analyzer.redact._lines_places import hide
from analyzer.sources import open_streams

KEY = b"k" * 32
SHOWN = "[redacted:user:0123456789ab]"


def hidden(text, value):
    frame = pl.DataFrame(
        [(text, value, SHOWN)], schema=dict.fromkeys(("raw", "value", "shown"), pl.String), orient="row"
    )
    return hide(frame, ["raw"], "value", "shown")["raw"][0]


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("192.0.2.1 - ann [x] /ann/a", "ann", f"192.0.2.1 - {SHOWN} [x] /ann/a"),
        ('{"user":"ann","by":"joann"}', "ann", f'{{"user":"{SHOWN}","by":"joann"}}'),
        ("user=ann;ann", "ann", f"user={SHOWN};{SHOWN}"),
        ("no login for ann.", "ann", f"no login for {SHOWN}."),
        ("by ann.lee today", "ann", "by ann.lee today"),
        (r'{"user":"CORP\\ann"}', "CORP\\ann", f'{{"user":"{SHOWN}"}}'),
        ("cs John+Smith 200", "John Smith", f"cs {SHOWN} 200"),
        ('{"user_id":42,"status":42}', "42", f'{{"user_id":"{SHOWN}","status":42}}'),
        (r'{"m":"{\"user\":42,\"n\":42}"}', "42", rf'{{"m":"{{\"user\":\"{SHOWN}\",\"n\":42}}"}}'),
        ('192.0.2.1 - 42 [x] "GET /" 200 42', "42", f'192.0.2.1 - {SHOWN} [x] "GET /" 200 42'),
        ("GET /a 42 200", "42", f"GET /a {SHOWN} 200"),
        ("ann\ue001\ue002 ann", "ann", f"ann\ue001\ue002 {SHOWN}"),
        ("nothing", None, "nothing"),
        (None, "ann", None),
    ],
)
def test_a_name_is_hidden_where_it_stands_as_a_word(text, value, expected):
    """In columns, quotes and sentences, as JSON or IIS write it; not in paths, longer words, sizes and statuses."""
    assert hidden(text, value) == expected


def test_places_reach_the_lines_of_their_event_only():
    """Each line is looked at with all places that reach it."""
    places = [(1, 2, "ann", "A"), (1, 1, "bob", "B"), (4, 9, "cy", "C")]
    lines = pl.DataFrame({"line": range(1, 6), "raw": ["ann bob cy"] * 5}, schema={"line": pl.Int64, "raw": pl.String})
    clean = hide_places(lines, pl.DataFrame(places, schema=PLACES, orient="row"))
    assert clean["raw"].to_list() == ["A B cy", "A bob cy", "ann bob cy", "ann bob C", "ann bob C"]


def test_tenants_are_hidden_from_the_public_only():
    """A vendor needs the account's name; user names go for everybody."""
    rows = pl.DataFrame({"user": ["ann"], "tenant": ["acme"], "message": ["ann of acme"]})
    vendor, public = (People(KEY, profile).hidden(rows).row(0) for profile in ("vendor", "public"))
    assert vendor[1] == "acme"
    assert vendor[0].startswith("[redacted:user:")
    assert vendor[2] == f"{vendor[0]} of acme"
    assert public[1].startswith("[redacted:tenant:")
    assert public[2] == f"{public[0]} of {public[1]}"


def key_lines(count=40):
    body = base64.b64encode(bytes(number % 251 for number in range(48 * count + 2))).decode()
    return [body[at : at + 64] for at in range(0, len(body), 64)]


def pieces(lines, cut):
    frame = pl.DataFrame({"line": range(1, len(lines) + 1), "raw": lines}, schema={"line": pl.Int64, "raw": pl.String})
    spanning = SpanningSecrets()
    return [piece for part in (frame[:cut], frame[cut:]) for piece in spanning.look(part)]


@pytest.mark.parametrize("prefix", ["", "2026-03-02T10:00:00Z app: ", "| "])
@pytest.mark.parametrize("cut", [0, 1, 20, 41, 42])
def test_every_line_of_a_key_is_found_whatever_stands_before_it(prefix, cut):
    """Also where a block ends in the middle, and to the last and short line; what follows the key is none of it."""
    body = key_lines()
    assert len(body[-1]) < 32
    lines = [f"{prefix}{line}" for line in ("-----BEGIN EC PRIVATE KEY-----", *body, "-----END EC PRIVATE KEY-----")]
    found = pieces([*lines, "c" * 80], cut)
    assert [piece.value for piece in found] == body
    assert [piece.line for piece in found] == list(range(2, len(body) + 2))


def test_a_key_without_an_end_ends_where_its_lines_do():
    """The log goes on, with an id as long as a line of the key."""
    body = key_lines(3)
    lines = ["-----BEGIN PRIVATE KEY-----", *body, *(f"GET /{n} 200" for n in range(9)), "B" * 64]
    assert [piece.value for piece in pieces(lines, 2)] == body


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_a_token_over_two_lines_is_found_in_both(cut):
    """The second half begins the next line; a time that begins it is no half."""
    first, second = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIi", "OiIxIn0.c2lnbmF0dXJl"
    found = pieces([f"sent {first}", f"{second} done", "eyJhbGciOiJFUzI1NiJ9.eyJzdWIi", "2026-03-02 next"], cut)
    assert [(piece.line, piece.value) for piece in found] == [(1, first), (2, second)]


def test_file_names_are_plain_safe_and_told_apart():
    """No compression in the name, no folder in a member's, and no two that differ by case only."""
    sources = ("logs/a.log", "old/A.log", "a.log.gz", "b.tar!../../etc/x.log.gz", "-", "..", "access_log", "ACCESS_LOG")
    assert file_names(sources) == (
        "a.log", "A-2.log", "a-3.log", "b.tar-..-..-etc-x.log", "stdin.log", "input", "access_log", "ACCESS_LOG-2",
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "a", "a\n", "a\r\nb\r\n", "a\r\nb", "\n\n", "a\rb\n", "a\r", "\r\n\r\nx\ny\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lines_and_their_ends_make_up_the_text(text, encoding, tmp_path):
    """Mark, lines and what ends them give the bytes again."""
    data = text.encode(encoding)
    (tmp_path / "x.log").write_bytes(data)
    streams = open_streams(str(tmp_path / "x.log"))
    stream = next(streams)
    blocks = list(stream.blocks(ends=True))
    joined = "".join(raw + end for block in blocks for raw, end in block.select("raw", "end").iter_rows())
    assert stream.mark + joined.encode(stream.encoding) == data


def redacted(folder, *contents, **how):
    inputs = []
    for number, data in enumerate(contents):
        (folder / f"{number}.log").write_bytes(data)
        inputs.append(str(folder / f"{number}.log"))
    work = folder / "work"
    work.mkdir()
    done = redact_inputs(Plan(tuple(inputs), work, KEY), Redaction(**how))
    return [done.outputs[source.file].read_bytes() for source in done.sources]


def test_standard_input_that_nobody_named_is_left_alone(tmp_path):
    """It may be a pipe, in which nobody can go back."""

    class Pipe(io.BytesIO):
        def seek(self, *place):
            raise io.UnsupportedOperation

    (tmp_path / "a.log").write_bytes(b"token=abc12345x\n")
    done = redact_inputs(Plan((str(tmp_path / "a.log"),), tmp_path, KEY, stdin=Pipe(b"")), Redaction())
    assert b"abc12345x" not in done.outputs["a.log"].read_bytes()


def test_a_file_that_changes_while_it_is_read_is_left_out_and_told(tmp_path, monkeypatch):
    """What was written to it since was never searched for secrets."""
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_bytes(b"token=abc12345x\n")
    learn = _redact._learn

    def learn_and_change(*given):
        learnt = learn(*given)
        (tmp_path / "a.log").write_bytes(b"token=xyz98765a\n")
        return learnt

    monkeypatch.setattr(_redact, "_learn", learn_and_change)
    (tmp_path / "work").mkdir()
    inputs = tuple(str(tmp_path / name) for name in ("a.log", "b.log"))
    done = redact_inputs(Plan(inputs, tmp_path / "work", KEY), Redaction())
    assert list(done.outputs) == ["b.log"]
    assert "a.log: it changed while it was read, so it is left out." in done.problems[-1]


PIECES = st.sampled_from(
    [b"token=abc12345x", b"\n", b"\r\n", b"\xff", b"\xff\xfe", b"\0", b'"user":"ann"', b"eyJhbGciOiJub25lIn0.eyJz", b" ",
     b"-----BEGIN PRIVATE KEY-----", b"[redacted:secret:0123456789ab]", b"Bearer x.y-z_1234567", b"8.8.4.4", b"\x1b[31m",
     b'192.0.2.1 - ann [02/Mar/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5']
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def known_format():
    """Spares the search for a format."""
    choice = Choice((formats.line_formats()["combined"],), 1.0, "given", ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_redact_learn, "detect", lambda head, *rest: choice)
        patch.setattr(Reader, "_further", lambda self, unread: ())
        yield


@settings(max_examples=15, deadline=None)
@given(data=st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=14).map(b"".join)))
def test_any_bytes_are_redacted_to_as_many_lines_and_twice_is_once(data, tmp_path_factory):
    """Whatever a file holds, it ends without an error, and redacting the result changes nothing."""
    folder = tmp_path_factory.mktemp("any")
    (once,) = redacted(folder, data) or (b"",)
    (folder / "again").mkdir()
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\0" not in data:
        assert once.count(b"\n") == data.count(b"\n")
    (twice,) = redacted(folder / "again", once) or (b"",)
    assert twice == once
