"""The gate finds a secret in every usual spelling and packing, tells where, never what, and takes no chance for one."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import io
import json
import lzma
import random
import struct
import tempfile
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.errors import LeakError
from analyzer.redact import Gate, Redactor, Store
from analyzer.redact._gate_pieces import OVERLAP, PIECE

SECRET = 'tök/Ab12"cd&34_ef56'
PLAIN = "CNRYab12cd34ef56"
FILLER = "nothing to see in this text, number 12345 of many; "


def leak(data, *secrets, kind="token", name="report.html", **more):
    """Gives the words of the refusal, which never hold the secret, and are the same if the secrets wait in files."""
    pairs = [(secret, kind) for secret in secrets or (SECRET,)]
    with pytest.raises(LeakError) as caught:
        Gate(pairs, **more).search({name: data})
    told = str(caught.value)
    with tempfile.TemporaryDirectory() as folder:
        redactor = Redactor(b"k" * 32, store=Store(Path(folder) / "learnt", held=0))
        redactor.learn_values(pairs)
        with pytest.raises(LeakError) as again:
            Gate((), recall=redactor.secrets_in, **more).search({name: data})
    assert str(again.value) == told
    assert caught.value.exit_code == 5
    assert not any(secret in told for secret in secrets or (SECRET,))
    return told


def percent(text, *, upper=True):
    form = "%%%02X" if upper else "%%%02x"
    return "".join(form % byte for byte in text.encode())


def escapes(text):
    return "".join(
        f"\\u{unit:04x}" for unit in struct.unpack(f"<{len(text.encode('utf-16-le')) // 2}H", text.encode("utf-16-le"))
    )


SPELLINGS = {
    "as it is": SECRET,
    "percent": quote(SECRET, safe=""),
    "percent in lower case": quote(SECRET, safe="").lower().replace("tök", "tök"),
    "every byte percent": percent(SECRET, upper=False),
    "percent twice": quote(percent(SECRET), safe=""),
    "JSON": json.dumps(SECRET)[1:-1],
    "JSON with an escaped slash": json.dumps(SECRET, ensure_ascii=False)[1:-1].replace("/", "\\/"),
    "every character of JSON": escapes(SECRET),
    "JSON in JSON": json.dumps(json.dumps(SECRET))[1:-1],
    "HTML": html.escape(SECRET),
    "HTML by decimal numbers": "".join(f"&#{ord(char)};" for char in SECRET),
    "HTML by hexadecimal numbers": "".join(f"&#x{ord(char):X};" for char in SECRET),
    "JSON in HTML": html.escape(json.dumps(SECRET)),
    "percent in JSON": percent(SECRET).replace("%", "\\u0025"),
    "hex": SECRET.encode().hex(),
    "hex in upper case": SECRET.encode().hex().upper(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_found(spelling):
    """In the middle of other text; the same text with another secret passes."""
    text = SPELLINGS[spelling]
    assert PLAIN not in text
    assert leak(f"{FILLER}x={text}; {FILLER}".encode()).startswith("report.html: a known secret is still at byte 5")
    Gate([("tök/Ab12cd34_ef57", "token")]).search({"report.html": f"{FILLER}x={text}".encode()})


@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("shift", [0, 1, 2])
def test_base64_is_found_in_all_three_alignments(alphabet, shift):
    """Other bytes stand before and behind it; "tö" makes the two alphabets differ."""
    data = alphabet(b"???"[:shift] + SECRET.encode() + b"and more")
    assert "base64" in leak(b"{" + data + b"}")


@pytest.mark.parametrize("order", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", [b"", b"x"])
def test_utf_16_is_found_at_even_and_odd_offsets(order, before):
    """With and without a mark."""
    assert "UTF-16" in leak(before + f"{FILLER}{SECRET} ".encode(order))


def test_other_cases_are_found_where_they_can_be_no_chance():
    """A long value with digits, and an e-mail address; a name that a person chose may be another word."""
    assert "at byte 3." in leak(b"xx " + PLAIN.lower().encode(), PLAIN)
    assert leak(b"ANN.LEE@MAIL.EXAMPLE", "ann.lee@mail.example", kind="email")
    Gate([("Admin-Console", "user")]).search({"a": b"admin-console ADMIN-CONSOLE"})


def zipped(name="a.txt", text=b"x", comment=b"", member_comment=b""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.comment = member_comment
        archive.writestr(info, text, zipfile.ZIP_DEFLATED)
        archive.comment = comment
    return file.getvalue()


def parquet(*values, **more):
    file = io.BytesIO()
    pl.DataFrame({"a": list(values)}).write_parquet(file, **more)
    return file.getvalue()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    )


WIDE = [f"{FILLER}{number}" for number in range(2_000)]


def packings(secret):
    """Gives files that hold the secret where it does not stand as it is."""
    text = f"{FILLER * 3}{secret} {FILLER}".encode()
    return {
        "gzip": gzip.compress(text),
        "the second of two gzip members": gzip.compress(b"first") + gzip.compress(text),
        "zlib": zlib.compress(text),
        "bzip2": bz2.compress(text),
        "xz": lzma.compress(text),
        "zstandard": zstandard.compress(text),
        "zip": zipped(text=text),
        "gzip in zip in gzip": gzip.compress(zipped(text=gzip.compress(text))),
        "gzip in base64": b'{"data":"' + base64.b64encode(gzip.compress(text)) + b'"}',
        "zlib in base64": b'{"data":"' + base64.urlsafe_b64encode(zlib.compress(text)) + b'"}',
        "a page of Parquet": parquet(*WIDE, text.decode(), *WIDE),
        "a list in Parquet": parquet(WIDE, [text.decode()], ["zzz"]),
        "a struct in Parquet": parquet(*({"b": item} for item in (*WIDE, text.decode(), "zzz"))),
        "bytes in Parquet": parquet(*(item.encode() for item in WIDE), text, b"zzz"),
        "PNG zTXt": png(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(text))),
        "PNG iTXt": png(chunk(b"iTXt", b"Comment\0\1\0en\0\0" + zlib.compress(text))),
        "PNG iCCP": png(chunk(b"iCCP", b"name\0\0" + zlib.compress(text))),
    }


@pytest.mark.parametrize("packing", packings(PLAIN))
def test_what_is_packed_is_unpacked(packing):
    """The bytes do not show it; the same file without the secret passes."""
    data = packings(PLAIN)[packing]
    assert PLAIN.encode() not in data
    assert "a known secret is still at byte" in leak(data, PLAIN)
    Gate([(PLAIN, "token")]).search({"a": packings("CNRYab12cd34ef57")[packing]})


@pytest.mark.parametrize(
    "data",
    [
        zipped(comment=PLAIN.encode()),
        zipped(member_comment=PLAIN.encode()),
        zipped(name=f"{PLAIN}.txt"),
        parquet("x", metadata={"note": PLAIN}),
        png(chunk(b"tEXt", b"Comment\0" + PLAIN.encode())),
        png(chunk(b"iTXt", b"Comment\0\0\0en\0\0" + PLAIN.encode())),
        parquet("a", PLAIN, "b", statistics=True),
    ],
    ids=["zip comment", "member comment", "member name", "metadata", "tEXt", "iTXt", "statistics"],
)
def test_names_comments_metadata_and_statistics_are_searched(data):
    """They stand in the file as they are."""
    assert "a known secret is still at byte" in leak(data, PLAIN)


def test_a_member_is_told_by_its_name_and_its_own_offset():
    """The offset counts in what was unpacked."""
    assert leak(zipped(text=b"12345 " + PLAIN.encode()), PLAIN, name="p.zip").startswith(
        "p.zip!a.txt: a known secret is still at byte 6."
    )


def test_the_name_of_an_output_is_searched_and_not_repeated():
    """The second one holds it, percent-encoded."""
    with pytest.raises(LeakError) as caught:
        Gate([(SECRET, "token")]).search({"a": b"x", f"logs/{quote(SECRET)}.log": b"x"})
    assert "the name of output 2: a known secret is still at byte" in str(caught.value)
    assert "Ab12" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [gzip.compress(b"x" * 99)[:-9], zipped()[:-30], parquet("x")[:-20], png()[:-30], zlib.compress(b"x" * 99)[:-6], zstandard.compress(b"x" * 999)[:-4]],
    ids=["gzip", "zip", "Parquet", "PNG", "zlib", "zstandard"],
)  # fmt: skip
def test_what_cannot_be_opened_is_refused(data):
    """A file that cannot be searched is not known to be clean."""
    assert "cannot be opened to be searched" in leak(data)


def test_what_is_packed_too_often_is_refused():
    """Four layers are opened, a fifth is not."""
    data = b"clean"
    for _ in range(4):
        data = gzip.compress(data)
    Gate([(PLAIN, "token")]).search({"a": data})
    assert "packed too often" in leak(gzip.compress(data))


@pytest.mark.parametrize("at", [PIECE - 8, PIECE - OVERLAP - 8, PIECE, 9 * PIECE + 3], ids=str)
def test_large_files_are_searched_across_the_borders_of_pieces(tmp_path, at):
    """The offset is that of the first byte in the file."""
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.write(b"- " * (at // 2))
        file.write(b"-" * (at % 2))
        file.write(PLAIN.encode() + b" " + b"- " * 500)
    assert f"at byte {at:,}." in leak(path, PLAIN)


def test_long_values_are_found_by_their_middle():
    """A key of 16 kB of which both ends were cut away."""
    key = base64.b64encode(random.Random(7).randbytes(12_000)).decode()
    assert leak(key[5_000:-5_000].encode(), key, kind="private_key")


# -- chance


def test_numbers_and_pieces_of_ids_are_no_leak():
    """A code of six digits is also a size; six characters stand in the middle of an id."""
    gate = Gate([("482913", "secret"), ("a1b2c3", "secret")])
    gate.search({"a": b"bytes 482913, trace 99a1b2c3ff, a1b2c3d4-0000"})
    assert leak(b"otp=a1b2c3&x", "a1b2c3")


def test_ids_by_the_hundred_thousand_hold_no_secret_by_chance():
    """Hex and base64 of short values would be in them."""
    chance = random.Random(3)
    ids = "\n".join(
        f"{chance.getrandbits(128):032x} {base64.b64encode(chance.randbytes(24)).decode()}" for _ in range(20_000)
    )
    secrets = [(f"{chance.getrandbits(36):09x}"[:8] + "-z", "token") for _ in range(500)]
    Gate([*secrets, *((f"{chance.choice('ghijk')}{chance.getrandbits(20):05x}", "token") for _ in range(500))]).search(
        {"a": ids.encode()}
    )


def test_many_secrets_that_end_alike_are_told_apart():
    """Five hundred addresses of one company: none is taken for another."""
    known = [(f"person{number}@company-mail.example", "email") for number in range(500)]
    gate = Gate(known)
    gate.search({"a": b"person500@company-mail.example, person7@company-mail.example.org"[:30]})
    with pytest.raises(LeakError, match=r"at byte 2\. Its kind is email"):
        gate.search({"a": b"- person499@company-mail.example"})


@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_searched(data):
    """They pass or are refused with a sentence; nothing else is raised."""
    with suppress(LeakError):
        Gate([(PLAIN, "token")]).search({"a": data})


# -- what needs no known secret


@pytest.mark.parametrize(
    "command",
    [
        "curl -H 'Authorization: Bearer q9w8e7r6t5' https://h.example/",
        'curl --header "authorization: q9w8e7r6t5" x',
        "curl -sS -u ann:pa55word x",
        "curl --user=ann:pa55word x",
        html.escape("curl -H 'Authorization: Basic YW5uOnBhNTU='"),
        json.dumps({"cmd": 'curl -H "Authorization: Token q9w8e7r6t5"'}),
    ],
)
def test_a_curl_command_with_credentials_is_refused(command):
    """Whoever issued them, known or not."""
    assert "(a curl command)" in leak(f"{FILLER}{command}".encode(), PLAIN)


@pytest.mark.parametrize(
    "command",
    [
        "curl -H 'Authorization: Bearer [redacted:jwt:0123456789ab]' https://h.example/",
        'curl -H "Authorization: Bearer ${TOKEN:?}" -u "${USER_NAME:?}:${PASSWORD:?}" https://h.example/',
        "curl -H 'Authorization: <token>' x",
        "curl -u [redacted:userinfo:0123456789ab] x",
        "curl: (28) Operation timed out; Authorization: required",
        "a curly bracket -u a:b1b1b1b1",
    ],
)
def test_a_curl_command_without_credentials_passes(command):
    """Variables, placeholders and blanks are what a reproduction is made of."""
    Gate([(PLAIN, "token")]).search({"a": command.encode()})


def test_what_the_machine_is_called_is_refused_unless_an_input_says_it():
    """A host may well stand in its own log."""
    words = [("/home/ann.lee", "home folder"), ("build-host-17", "host name")]
    assert "Its kind is home folder" in leak(b"rules at /home/ann.lee/rules", PLAIN, identity=words)
    assert "Its kind is host name" in leak(b"made on build-host-17", PLAIN, identity=words)
    Gate([], words, lambda word: word == "build-host-17").search(
        {"a": b"build-host-17 /home/ann.leeds /backup/home/ann.lee"}
    )


def test_a_parquet_file_is_opened_for_each_column_and_not_for_its_rows(monkeypatch):
    """Each time its footer is read, which grows with columns and rows: on millions of rows that would cost minutes."""
    names, opened, scan = [f"c{number}" for number in range(30)], [], pl.scan_parquet

    def counted(*arguments, **options):
        opened.append(arguments)
        return scan(*arguments, **options)

    monkeypatch.setattr(pl, "scan_parquet", counted)
    for rows in (1, 5_000):
        file = io.BytesIO()
        pl.DataFrame({key: [f"{row} nothing" for row in range(rows)] for key in names}).write_parquet(
            file, row_group_size=10
        )
        opened.clear()
        Gate([("CNRYs3cr3t-value-91", "secret")]).search({"events.parquet": file.getvalue()})
        assert len(opened) == len(names) + 2  # the schema, and how much each column holds


def test_categories_that_no_row_has_are_searched_in_every_spelling():
    """They are written beside the column, so packed where no row shows them."""
    secret = "CNRY s3cr3t/value 91"
    hidden = "".join(f"&#{ord(character)};" for character in secret)
    for kind, value in ((pl.Enum(["x", hidden]), "x"), (pl.List(pl.Enum(["x", hidden])), ["x"])):
        file = io.BytesIO()
        pl.DataFrame({"a": pl.Series([value], dtype=kind)}).write_parquet(file)
        with pytest.raises(LeakError, match="HTML-escaped"):
            Gate([(secret, "secret")]).search({"events.parquet": file.getvalue()})


def test_a_column_that_cannot_be_shown_as_text_is_refused():
    file = io.BytesIO()
    pl.DataFrame({"a": [{"b": b"x"}]}).write_parquet(file)
    with pytest.raises(LeakError, match="cannot be opened to be searched"):
        Gate([("CNRYs3cr3t-value-91", "secret")]).search({"events.parquet": file.getvalue()})


def test_the_metadata_of_a_parquet_file_are_searched_in_every_spelling():
    """They stand in its footer as they are, and what they say may be escaped."""
    secret, file = "CNRY s3cr3t/value 91", io.BytesIO()
    told = json.dumps({"told": "".join(f"&#{ord(character)};" for character in secret)})
    pl.DataFrame({"a": ["nothing here"]}).write_parquet(file, metadata={"notes": told})
    with pytest.raises(LeakError, match=r"footer.*HTML-escaped"):
        Gate([(secret, "secret")]).search({"events.parquet": file.getvalue()})
