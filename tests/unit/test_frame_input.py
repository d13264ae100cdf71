"""The Parquet frame as an input: it gives what the logs gave, and no Parquet of anybody else does harm."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer import schema
from analyzer.errors import InputError, NothingReadableError
from analyzer.formats import FRAME_KEY, frame_formats
from analyzer.pipeline import Plan, frame_file, gate, parse, run
from analyzer.pipeline._frame_seal import is_sealed, open_seal, seal
from analyzer.pipeline._read import read_inputs

KEY = b"k" * 32
STORY = Path(__file__).parents[2] / "sample_logs" / "error-burst"
ACCESS = '192.0.2.{} - - [01/Mar/2026:12:00:{:02} +0000] "GET /v1/x/{} HTTP/1.1" {} 5 "-" "curl/8" rid={}\n'


@pytest.fixture
def plan(tmp_path):
    """Makes a plan over contents by name."""
    made = []

    def make(files: dict[str, bytes | str], **options: Any) -> Plan:
        for name, content in files.items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        work = tmp_path / f"work-{len(made)}"
        work.mkdir()
        made.append(work)
        options.setdefault("key", KEY)
        return Plan(inputs=options.pop("inputs", tuple(str(tmp_path / name) for name in files)), work=work, **options)

    return make


def access(*statuses: int, first: int = 1) -> str:
    return "".join(ACCESS.format(n, n, n, status, f"r{n}") for n, status in enumerate(statuses, first))


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> tuple[dict[str, Any], bytes]:
    """What a story of four sources gives: its findings and its frame."""
    plan = Plan(inputs=(str(STORY),), work=tmp_path_factory.mktemp("work"), key=KEY)
    state = run(plan)
    return json.loads(state.outputs["findings.json"]), frame_file(state, ".parquet").read_bytes()


def frame_of(plan: Plan) -> bytes:
    return frame_file(parse(plan), ".parquet").read_bytes()


def short(source: str) -> str:
    return source.replace(f"{Path(source.partition('!')[0]).parent}/", "")


def rows_of(reading) -> list[tuple[str, int, int]]:
    frame = pl.concat([pl.read_parquet(part, columns=["source", "line", "status"]) for part in reading.parts])
    return sorted((short(source), line, status) for source, line, status in frame.iter_rows())


def told(reading) -> list[tuple[str, int, int]]:
    assert all(source.ledger.adds_up for source in reading.sources)
    return [(short(source.name), source.ledger.lines, source.events) for source in reading.sources]


def problem(plan: Plan) -> str:
    reading = read_inputs(plan)
    assert reading.parts == ()
    assert not list(plan.work.iterdir())
    (only,) = reading.problems
    assert isinstance(only, InputError)
    return only.message


def written(frame: pl.DataFrame, metadata: dict[str, str] | None) -> bytes:
    file = io.BytesIO()
    frame.write_parquet(file, metadata=metadata)
    return file.getvalue()


def parts_of(data: bytes) -> tuple[pl.DataFrame, dict[str, str]]:
    described = pl.read_parquet_metadata(io.BytesIO(data))
    return pl.read_parquet(io.BytesIO(data)), {FRAME_KEY: described[FRAME_KEY]}


def test_findings_from_the_frame_are_those_from_the_logs(plan, story):
    """The same incidents, evidence at the same places; only placeholders change nothing."""
    one = json.loads(json.dumps(story[0]))
    other = json.loads(run(plan({"events.parquet": story[1]})).outputs["findings.json"])
    assert one["incidents"]
    for incident in (*one["incidents"], *other["incidents"]):
        del incident["reproduction"]  # the capture's headers are not in the frame
    for name in set(one) - {"sources"}:
        assert one[name] == other[name], name
    for here, there in zip(one["sources"], other["sources"], strict=True):
        assert set(there.pop("notes")) - set(here.pop("notes")) == {
            "Its lines are read from a frame that an earlier run wrote."
        }
        assert here == there


def test_parse_and_analyze_write_the_same_frame(plan, story):
    """Whatever was found out since by comparing sources is not in it."""
    assert frame_of(plan({}, inputs=(str(STORY),))) == story[1]


def test_a_frame_of_a_frame_is_the_same(plan, story):
    """Rows never change; what is told of the sources is settled after the first time."""
    first = story[1]
    second = frame_of(plan({"events.parquet": first}))
    assert frame_of(plan({"events.parquet": second})) == second
    assert pl.read_parquet(io.BytesIO(first)).equals(pl.read_parquet(io.BytesIO(second)))


def test_the_ledger_counts_rows_and_what_was_rejected_is_said(plan):
    """Two lines of three, with the names and numbers that they had; a source without an event is told too."""
    state = parse(plan({"a.log": access(200) + "junk\n" + access(404, first=2), "b.log": "\n"}))
    reading = read_inputs(plan({"f.parquet": frame_file(state, ".parquet").read_bytes()}))
    assert told(reading) == [("a.log", 2, 2), ("b.log", 0, 0)]
    assert rows_of(reading) == [("a.log", 1, 200), ("a.log", 3, 404)]
    assert reading.problems == ()
    first, _ = reading.sources
    assert "1 of 3 lines was rejected when the frame was written, and not kept in it." in first.notes
    assert [(use.name, use.lines) for use in first.formats] == [("combined_pairs", 2)]
    assert (first.start.second, first.end.second) == (1, 2)


def test_the_log_beside_its_frame_counts_once(plan):
    """In either order; the frame's rows carry the key's digest of the log."""
    log = access(200, 500)
    frame = frame_of(plan({"a.log": log}))
    for files in ({"a.log": log, "f.parquet": frame}, {"f.parquet": frame, "a.log": log}):
        reading = read_inputs(plan(files))
        assert len(rows_of(reading)) == 2
        assert sorted(events for _, _, events in told(reading)) == [0, 2]
    assert len(rows_of(read_inputs(plan({"f.parquet": frame, "g.parquet": frame})))) == 2
    # Of what --since left out nothing is lost.
    part = frame_of(plan({"a.log": log}, since=pl.Series(["2026-03-01T12:00:02Z"]).str.to_datetime()[0]))
    assert len(rows_of(read_inputs(plan({"f.parquet": part, "a.log": log})))) == 3


def test_a_name_that_another_source_has_is_told_apart(plan):
    """Yesterday's frame of a.log beside today's: evidence points at one of them only."""
    yesterday = frame_of(plan({"a.log": access(500)}))
    reading = read_inputs(plan({"f.parquet": yesterday, "a.log": access(200, first=5)}))
    assert [(name, line) for name, line, _ in rows_of(reading)] == [("a.log", 1), ("f.parquet!a.log", 1)]


def test_a_frame_may_be_packed_and_come_through_a_pipe(plan):
    """It is told by content; a format that the user chose is for logs."""
    frame = frame_of(plan({"a.log": access(500)}))
    for data in (frame, gzip.compress(frame)):
        reading = read_inputs(plan({}, inputs=("-",), stdin=io.BytesIO(data)))
        assert rows_of(reading) == [("a.log", 1, 500)]
    reading = read_inputs(plan({"f.parquet": frame, "b.log": access(200)}, format_name="combined_pairs"))
    assert len(rows_of(reading)) == 2


def test_since_and_until_hold_for_a_frame(plan):
    """What lies outside is left out and said."""
    frame = frame_of(plan({"a.log": access(200, 500, 200)}))
    second = pl.Series(["2026-03-01T12:00:02Z", "2026-03-01T12:00:03Z"]).str.to_datetime()
    reading = read_inputs(plan({"f.parquet": frame}, since=second[0], until=second[1]))
    assert rows_of(reading) == [("a.log", 2, 500)]
    (source,) = reading.sources
    assert (source.events, source.start, source.end) == (3, second[0], second[0])
    assert "2 events outside --since/--until were left out." in source.notes


def test_batches_give_every_row_once(story, monkeypatch):
    """Captures whole and by entry, everything else in order, whatever the size of a batch."""
    frame = story[1]
    (form,) = frame_formats().values()
    whole = pl.read_parquet(io.BytesIO(frame)).filter(pl.col("format") != "har").select("source", "line").rows()
    monkeypatch.setattr("analyzer.formats._frame_rows._BATCH_ROWS", 70)
    captures, *rest = form.open_frame(io.BytesIO(frame)).batches()
    assert captures["line"].to_list() == list(range(captures.height))
    assert max(batch.height for batch in rest) <= 70
    assert [row for batch in rest for row in batch.select("source", "line").rows()] == whole


# -- what is no frame


def test_a_parquet_of_somebody_else_is_refused(plan):
    """It may have our columns; without a description nobody knows what it is."""
    frame, _ = parts_of(frame_of(plan({"a.log": access(500)})))
    for other in (pl.DataFrame({"a": [1]}), frame):
        assert "no frame that analyzer wrote" in problem(plan({"f.parquet": written(other, None)}))
    with pytest.raises(NothingReadableError):
        run(plan({"f.parquet": written(pl.DataFrame({"a": [1]}), None)}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop("status"), "without the column status"),
        (lambda f: f.with_columns(pl.col("line").cast(pl.String)), "column line is String, where Int64 belongs"),
        (lambda f: f.with_columns(source=pl.lit("b.log")), "rows of b.log, a source that it does not describe"),
        (lambda f: f.with_columns(line=pl.lit(None, pl.Int64)), "rows without a source, a line"),
        (lambda f: f.with_columns(line=pl.lit(-1, pl.Int64)), "rows without a source, a line"),
        (lambda f: f.with_columns(kind=pl.lit("x")), "rows without a source, a line"),
        (lambda f: f.with_columns(source=pl.lit(None, pl.String)), "rows without a source, a line"),
        (lambda f: f.with_columns(stamped_at=pl.lit(2**62).cast(schema.TIMESTAMP)), "outside the years 1 to 9999"),
        (lambda f: f.clear().clear(400_000), "400,000 rows in"),
    ],
)
def test_rows_that_no_run_wrote_are_refused(plan, change, message):
    """Each with what is wrong; nothing of the file is kept."""
    frame, metadata = parts_of(frame_of(plan({"a.log": access(500, 200)})))
    changed = change(frame)
    assert message in problem(plan({"f.parquet": written(changed, metadata)}))


def test_a_frame_that_breaks_off_takes_no_log_with_it(plan):
    """The log that it was made of is not the same as what could not be read."""
    log = access(500, 200)
    frame, metadata = parts_of(frame_of(plan({"a.log": log})))
    late = frame.with_columns(stamped_at=pl.lit(2**62).cast(schema.TIMESTAMP))
    reading = read_inputs(plan({"f.parquet": written(late, metadata), "a.log": log}))
    assert told(reading) == [("a.log", 2, 2)]
    assert len(rows_of(reading)) == 2
    assert len(reading.problems) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda _: "[" * 100_000,
        lambda _: "null",
        lambda text: text.replace('"version":1', '"version":99'),
        lambda text: text.replace('"version":1', '"version":"1"'),
        lambda text: text.replace('"events":1', '"events":{}'),
        lambda text: text.replace('"gaps":[]', '"gaps":["nonsense"]'),
        lambda text: text.replace('"notes":[', '"notes":[7,'),
        lambda text: text.replace('"start":"2026', '"start":"99999'),
        lambda text: json.dumps({**json.loads(text), "sources": json.loads(text)["sources"] * 2}),
    ],
)
def test_a_hostile_description_is_refused(plan, change):
    """What is no JSON of these types, or another version's, or tells a source twice."""
    frame, metadata = parts_of(frame_of(plan({"a.log": access(500)})))
    changed = change(metadata[FRAME_KEY])
    assert changed != metadata[FRAME_KEY]
    assert "is a frame" in problem(plan({"f.parquet": written(frame, {FRAME_KEY: changed})}))


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "a.log").write_text(access(*(200 + n for n in range(20))))
    (folder / "work").mkdir()
    return frame_of(Plan(inputs=(str(folder / "a.log"),), work=folder / "work", key=KEY))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_anywhere_is_an_error_of_this_input(whole, data):
    """Cut off, or with a byte of the first pages or of the footer changed: no other exception, never a crash."""
    broken = bytearray(whole)
    if data.draw(st.booleans()):
        del broken[data.draw(st.integers(5, len(broken) - 1)) :]
    else:
        at = data.draw(st.one_of(st.integers(5, 400), st.integers(len(broken) // 2, len(broken) - 1)))
        broken[at] ^= data.draw(st.integers(1, 255))
    (form,) = frame_formats().values()
    try:
        frame = form.open_frame(io.BytesIO(bytes(broken)))
        frame.counts()
        list(frame.batches())
    except InputError as error:
        assert error.message  # noqa: PT017 - reading may succeed as well


def test_a_file_that_is_cut_off_says_so(plan, whole):
    """The end of a Parquet file tells where everything stands."""
    assert "is a damaged Parquet file" in problem(plan({"f.parquet": whole[:-9]}))


def test_a_dictionary_that_repeats_one_text_is_no_way_to_fill_the_memory(plan):
    """A row costs nearly nothing in the file, and a megabyte where it is read."""
    frame, metadata = parts_of(frame_of(plan({"a.log": access(500)})))
    texts = frame.select(pl.all().repeat_by(9_000).explode(empty_as_null=True)).with_columns(
        message=pl.lit("x" * 100_000)
    )
    described = metadata[FRAME_KEY]
    data = written(texts.select(frame.columns), {FRAME_KEY: described})
    assert len(data) * 1_500 < 9_000 * 100_000
    assert "limit against decompression bombs" in problem(plan({"f.parquet": data}))


# -- secrets


SECRET = "hunter2-Xq81Zk"


def unredacted(plan) -> bytes:
    log = ACCESS.format(1, 1, f"a?password={SECRET}", 500, "r1")
    return frame_of(plan({"a.log": log}, redact=False))


def test_a_frame_that_is_not_redacted_is_when_it_is_read(plan):
    """It is searched as a log is, and so is one that another key sealed, or another profile."""
    state = run(plan({"f.parquet": unredacted(plan)}))
    gate(state).search(state.outputs)
    assert not any(SECRET.encode() in content for content in state.outputs.values())
    frame = frame_of(plan({"f.parquet": unredacted(plan)}))
    assert SECRET not in str(pl.read_parquet(io.BytesIO(frame)).rows())


def test_only_what_was_sealed_for_this_key_and_profile_is_not_searched(plan):
    """A changed byte, another key, another profile or no redaction: every part is searched."""
    log = {"a.log": access(500)}
    frame = frame_of(plan(log))
    assert read_inputs(plan({"f.parquet": frame})).unsearched.parts == ()
    for data, options in (
        (frame, {"key": b"o" * 32}),
        (frame, {"profile": "public"}),
        (frame_of(plan(log, redact=False)), {}),
        (frame.replace(b'"confidence":1.0', b'"confidence":0.9'), {}),
    ):
        assert read_inputs(plan({"f.parquet": data}, **options)).unsearched.parts


def test_a_worker_which_has_no_key_takes_no_frame_for_redacted(plan):
    """Whoever wrote a frame can seal it without a key."""
    file = io.BytesIO(frame_of(plan({"a.log": access(500)})))
    seal(file, b"")
    forged = plan({"f.parquet": file.getvalue()})
    assert read_inputs(replace(forged, key=forged.for_worker().key)).unsearched.parts


@given(st.binary(max_size=300), st.integers(0, 10_000), st.integers(1, 255))
def test_a_seal_holds_for_these_bytes_only(noise, at, flip):
    """Any changed byte breaks it, those of the seal too."""
    file = io.BytesIO()
    pl.DataFrame({"a": [noise]}).write_parquet(file, metadata=open_seal())
    assert not is_sealed(file, KEY)
    seal(file, KEY)
    assert is_sealed(file, KEY)
    assert pl.read_parquet(io.BytesIO(file.getvalue()))["a"].to_list() == [noise]
    data = bytearray(file.getvalue())
    data[at % len(data)] ^= flip
    assert not is_sealed(io.BytesIO(bytes(data)), KEY)
    assert not is_sealed(io.BytesIO(noise), KEY)


def test_a_key_over_several_lines_of_an_unredacted_frame_is_found(plan):
    """As it is in the log, each line of which shows a piece only."""
    piece = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"
    lines = ("-----BEGIN PRIVATE KEY-----", piece, "-----END PRIVATE KEY-----")
    log = "".join(f"2026-03-01 12:00:0{n},000 ERROR app: {text}\n" for n, text in enumerate(lines))
    frame = frame_of(plan({"a.log": log}, redact=False))
    assert (piece, "private_key") in read_inputs(plan({"f.parquet": frame})).secrets


def test_a_zone_that_is_asked_for_is_said_not_to_be_used(plan):
    """Its times are moments, whatever zone the log was in."""
    frame = frame_of(plan({"a.log": access(500, 200)}))
    (source,) = run(plan({"a.parquet": frame}, zone="Asia/Tokyo")).reading.sources
    assert [note for note in source.notes if "--tz does not move them" in note]
    (source,) = run(plan({"a.parquet": frame})).reading.sources
    assert not [note for note in source.notes if "--tz" in note]
