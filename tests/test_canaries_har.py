"""None of the 72 planted secrets of a capture is in anything that is written, in any view of it."""

from __future__ import annotations

import base64
import gzip
import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

import canaries
import polars as pl
import pytest
from canaries import PLACES, canary_har, cut_har, secret, survivors
from capture_cases import KEY, cleaned, document_of

from analyzer.pipeline import Plan, frame_file, run
from analyzer.redact.capture import BODIES, marker_fault, reject_shown

ONE = {"CNRY01": ("CNRY01",)}


def _zip(name: str, content: bytes, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        archive.writestr(name, content)
    return buffer.getvalue()


def _png(kind: bytes, content: bytes) -> bytes:
    chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    return b"\x89PNG\r\n\x1a\n" + chunk


def _parquet(values: list[str]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"a": values, "b": [values] * len(values)}).write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


VALUE = secret(1).encode()
JSON_ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in secret(1)).encode()
VIEWS = {
    "raw": b"x " + VALUE + b" y",
    "other case": VALUE.lower(),
    "percent": "".join(f"%{byte:02X}" for byte in VALUE).encode(),
    "percent twice": "".join(f"%25{byte:02X}" for byte in VALUE).encode(),
    "json": b'{"a": "' + JSON_ESCAPED + b'"}',
    "json in json": json.dumps(JSON_ESCAPED.decode()).encode(),
    "html": "".join(f"&#{byte};" for byte in VALUE).encode(),
    "html hexadecimal": "".join(f"&#x{byte:x};" for byte in VALUE).encode(),
    **{f"base64 at {place}": base64.b64encode(b"p" * place + VALUE + b"q" * (5 - place)) for place in range(3)},
    **{f"base64url at {place}": base64.urlsafe_b64encode(b"\xfb" * place + VALUE) for place in range(3)},
    "base64 of base64": base64.b64encode(base64.b64encode(b"password=" + VALUE)),
    "base64 of gzip": b"data:" + base64.b64encode(gzip.compress(b"password=" + VALUE)),
    "hex": VALUE.hex().encode(),
    "hex in capitals": VALUE.hex().upper().encode(),
    "UTF-16 LE": VALUE.decode().encode("utf-16-le"),
    "UTF-16 BE": VALUE.decode().encode("utf-16-be"),
    "gzip": gzip.compress(VALUE),
    "second member of gzip": gzip.compress(b"nothing") + gzip.compress(VALUE),
    "zlib": zlib.compress(VALUE),
    "zip member": _zip("a.txt", VALUE),
    "zip member's name": _zip(f"{secret(1)}.txt", b""),
    "zip comment": _zip("a", b"", VALUE),
    "gzip in zip": _zip("a.gz", gzip.compress(VALUE)),
    "Parquet": _parquet([secret(1), "other"]),
    "PNG text": _png(b"tEXt", b"Comment\0" + VALUE),
    "PNG packed text": _png(b"zTXt", b"Comment\0\0" + zlib.compress(VALUE)),
    "PNG international text": _png(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(VALUE)),
}


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_finds_what_is_planted(view: str):
    assert survivors(VIEWS[view], ONE) == {"CNRY01"}


def test_no_view_finds_what_is_not_there():
    """Another number, half of the value, and data without it."""
    assert survivors(secret(2).encode() + b" CNRY0 " + base64.b64encode(bytes(range(256)) * 8), ONE) == set()


def test_all_72_places_are_planted():
    assert len(PLACES) == 72
    assert survivors(canary_har()) == set(PLACES) - {canaries.ONLY_WHEN_CUT}
    assert survivors(cut_har()) == {canaries.ONLY_WHEN_CUT}


@pytest.mark.parametrize("keep_unknown", [False, True])
@pytest.mark.parametrize("bodies", BODIES)
@pytest.mark.parametrize("profile", ["internal", "vendor", "public"])
def test_a_cleaned_capture_holds_none(profile: str, bodies: str, keep_unknown: bool):
    """Only addresses may stay, as the profile says; of the neutral names none is left even in readable bodies."""
    capture = cleaned(canary_har(), profile=profile, bodies=bodies, keep_unknown=keep_unknown)
    assert survivors(json.dumps(capture).encode()) <= canaries.ADDRESSES_THAT_STAY[profile]
    assert capture["log"]["_sanitized"]["profile"] == profile
    assert marker_fault(capture["log"]) is None


@pytest.mark.parametrize("bodies", BODIES)
def test_cleaning_twice_changes_nothing(bodies: str):
    once = cleaned(canary_har(), bodies=bodies)
    assert json.dumps(cleaned(json.dumps(once).encode(), bodies=bodies)) == json.dumps(once)


def test_an_entry_that_a_cut_went_through_is_left_out_and_shown_without_values():
    capture = cleaned(cut_har())
    assert len(capture["log"]["entries"]) == 1
    assert capture["log"]["_sanitized"]["dropped_entries"] == 1
    assert survivors(json.dumps(capture).encode()) == set()
    broken = document_of(cut_har())["log"]["entries"][1]
    assert survivors(broken.encode()) == {"CNRY64"}
    assert survivors(reject_shown(broken).encode()) == set()
    assert '"name": "Authorization", "value": "[28 characters]"' in reject_shown(broken)


def test_no_output_of_an_analysis_holds_one(tmp_path: Path):
    """Both captures in one run: page, findings, summary, rejects, and the events in three forms."""
    (tmp_path / "a.har").write_bytes(canary_har())
    (tmp_path / "b.har").write_bytes(cut_har())
    (tmp_path / "work").mkdir()
    state = run(Plan((str(tmp_path / "a.har"), str(tmp_path / "b.har")), tmp_path / "work", KEY))
    written = dict(state.outputs) | {
        f"events{suffix}": frame_file(state, suffix).read_bytes() for suffix in (".parquet", ".ndjson", ".csv")
    }
    assert {"report.html", "findings.json", "summary.md", "rejects.ndjson", "events.csv"} <= set(written)
    stay = canaries.ADDRESSES_THAT_STAY["vendor"]
    assert {name: found for name, data in written.items() if (found := survivors(data) - stay)} == {}
    assert "[28 characters]" in written["rejects.ndjson"].decode()
