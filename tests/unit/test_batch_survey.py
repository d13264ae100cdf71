"""What a run takes for new: half lines, files being written, copies, encodings, directives, captures."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace
from pathlib import Path

import pytest
from batch_world import World

from analyzer.batch import Known, is_unchanged
from analyzer.batch._piece import Piece
from analyzer.batch._survey import SETTLED_SECONDS, survey
from analyzer.sources import Limits, open_part

HOUR = SETTLED_SECONDS


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def files(world):
    return tuple(str(path) for path in sorted(world.logs.iterdir()))


def read(found, moment):
    """Gives the new bytes of each file, and what is known afterwards."""
    new = {Path(piece.content.path).name: b"".join(piece.fresh_chunks()) for piece in found.pieces}
    return new, (*found.present, *found.vanished, *(piece.known(moment) for piece in found.pieces))


def put(world, name, content, age=100.0):
    path = world.logs / name
    path.write_bytes(content)
    os.utime(path, (world.clock - age,) * 2)
    return path


def test_half_a_line_waits_for_its_end(world):
    """What a program has not finished writing is no line yet."""
    path = put(world, "a.log", b"one\ntw")
    new, known = read(survey(files(world), (), world.clock), world.clock)
    assert new == {"a.log": b"one\n"}
    assert not is_unchanged(files(world), known)
    put(world, "a.log", b"one\ntwo\n")
    new, _ = read(survey(files(world), known, world.clock), world.clock)
    assert new == {"a.log": b"two\n"}
    assert path.exists()


def test_half_a_line_is_one_when_nobody_wrote_for_an_hour(world):
    """The last line of a program that died; if it is ended after all, its number stays."""
    put(world, "a.log", b"one\ntw", age=HOUR + 1)
    found = survey(files(world), (), world.clock)
    new, known = read(found, world.clock)
    assert new == {"a.log": b"one\ntw"}
    assert [(each.end.offset, each.end.lines, each.cut) for each in known] == [(6, 2, True)]
    put(world, "a.log", b"one\ntwo\nthree\n")
    found = survey(files(world), known, world.clock)
    assert [piece.fresh.lines for piece in found.pieces] == [1]
    assert read(found, world.clock)[0] == {"a.log": b"o\nthree\n"}
    put(world, "a.log", b"one\ntw\nthree\n")
    found = survey(files(world), known, world.clock)
    assert [piece.fresh.lines for piece in found.pieces] == [2]
    assert read(found, world.clock)[0] == {"a.log": b"three\n"}


def test_a_line_feed_alone_that_ends_a_line_is_nothing_new(world):
    """Neither a line nor a blank one."""
    put(world, "a.log", b"one", age=HOUR + 1)
    _, known = read(survey(files(world), (), world.clock), world.clock)
    put(world, "a.log", b"one\n")
    assert survey(files(world), known, world.clock).is_empty


def test_a_file_that_is_being_compressed_waits(world):
    """Half a gzip is no new log, and after an hour it is all there is."""
    content = b"".join(b"line %d\n" % number for number in range(5000))
    packed = gzip.compress(content)
    put(world, "a.log.1.gz", packed[: len(packed) // 2])
    found = survey(files(world), (), world.clock)
    assert (found.is_empty, found.present, found.problems) == (True, (), ())
    put(world, "a.log.1.gz", packed)
    assert read(survey(files(world), (), world.clock), world.clock)[0] == {"a.log.1.gz": content}
    put(world, "a.log.1.gz", packed[: len(packed) // 2], age=HOUR + 1)
    (piece,) = survey(files(world), (), world.clock).pieces
    stream = open_part(piece.content.path, piece.chunks(), piece.begun(), [], Limits())
    lines = [line for block in stream.blocks() for line in block["raw"]]
    assert content.decode().startswith("\n".join(lines))
    assert "ends before its gzip data does" in str(stream.problem)


def test_a_copy_of_what_is_read_or_was_read_is_not_read_again(world):
    """In the same run, in a later one, and where the copy stops earlier."""
    content = b"".join(b"line %d\n" % number for number in range(1000))
    put(world, "a.log", content)
    put(world, "b.log", content)
    put(world, "c.log", content[: len(content) // 2].rpartition(b"\n")[0] + b"\n")
    found = survey(files(world), (), world.clock)
    assert sum(len(new) for new in read(found, world.clock)[0].values()) == len(content)
    assert len(found.copies) == 2
    known = tuple(copy.piece.known(world.clock) for copy in found.copies if [*copy.piece.fresh_chunks()])
    known += read(found, world.clock)[1][:0] + tuple(piece.known(world.clock) for piece in found.pieces)
    assert survey(files(world), known, world.clock).is_empty
    put(world, "d.log.gz", gzip.compress(content[:5000].rpartition(b"\n")[0] + b"\n"))
    found = survey(files(world), known, world.clock)
    assert (found.is_empty, len(found.copies)) == (True, 1)


def test_files_with_equal_first_lines_are_different_logs(world):
    """Four hundred bytes of header in front of each; the second one grows beyond where the first was read."""
    header = b"#Software: Internet Information Services 10.0\n" + b"#Fields: " + b"c-ip " * 70 + b"\n"
    first, second = header + b"1 one\n1 more\n", header + b"2 two\n"
    put(world, "u1.log", first)
    put(world, "u2.log", second)
    new, known = read(survey(files(world), (), world.clock), world.clock)
    assert new == {"u1.log": first, "u2.log": second}
    put(world, "u2.log", second + b"2 more\n2 still more\n")
    new, _ = read(survey(files(world), known, world.clock), world.clock)
    assert new == {"u2.log": b"2 more\n2 still more\n"}


def test_a_file_that_became_shorter_was_written_anew(world):
    """Truncated, and other lines written."""
    put(world, "a.log", b"one\ntwo\nthree\n")
    _, known = read(survey(files(world), (), world.clock), world.clock)
    put(world, "a.log", b"four\n")
    assert read(survey(files(world), known, world.clock), world.clock)[0] == {"a.log": b"four\n"}


def test_a_write_within_the_tick_of_a_clock_is_seen(world):
    """Two contents of one size at one time: the stamp of a file just written is not trusted."""
    put(world, "a.log", b"one\n", age=0.0)
    _, known = read(survey(files(world), (), world.clock), world.clock)
    assert [each.stamp for each in known] == [None]
    put(world, "a.log", b"two\n", age=0.0)
    assert read(survey(files(world), known, world.clock), world.clock)[0] == {"a.log": b"two\n"}


def test_a_clock_that_jumps_back_costs_only_a_look(world):
    """A file from the future is opened; nothing in it is new."""
    put(world, "a.log", b"one\n")
    _, known = read(survey(files(world), (), world.clock), world.clock)
    put(world, "a.log", b"one\n", age=-1e6)
    found = survey(files(world), known, world.clock - 1e6)
    assert (found.is_empty, [each.stamp for each in found.present]) == (True, [None])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_lines_in_utf_16_are_cut_where_they_end(world, encoding):
    """U+0A00 and U+000A hold the same bytes as a line feed."""
    mark = "\ufeff".encode(encoding)
    first, second = "\u0a00ne\u000a".encode(encoding), "two\u0a0a\n\u0a00 half".encode(encoding)
    put(world, "a.log", mark + first)
    new, known = read(survey(files(world), (), world.clock), world.clock)
    assert new == {"a.log": mark + first}
    put(world, "a.log", mark + first + second)
    (piece,) = survey(files(world), known, world.clock).pieces
    stream = open_part(piece.content.path, piece.chunks(), piece.begun(), [], Limits())
    assert [row for block in stream.blocks() for row in block.rows()] == [(2, "two\u0a0a")]


def test_directives_hold_for_what_is_new(world):
    """The last #Fields stands in front of the new lines, which keep their numbers."""
    head = b"#Fields: date time\n1 one\n#Fields: time date\n2 two\n"
    put(world, "a.log", head)
    _, known = read(survey(files(world), (), world.clock), world.clock)
    put(world, "a.log", head + b"3 three\n")
    (piece,) = survey(files(world), known, world.clock).pieces
    stream = open_part(piece.content.path, piece.chunks(), piece.begun(), [], Limits())
    rows = [row for block in stream.blocks() for row in block.rows()]
    assert [text for _, text in rows] == ["#Fields: date time", "#Fields: time date", "3 three"]
    assert rows[-1] == (5, "3 three")


def test_a_capture_is_read_once_as_a_whole(world):
    """It is no log: if it changes, it is another capture."""
    har = b'{"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": []}}'
    put(world, "a.har", har)
    found = survey(files(world), (), world.clock)
    assert [content.whole for content in found.wholes] == [True]
    from analyzer.batch._piece import known_whole

    known = tuple(known_whole(content, world.clock) for content in found.wholes)
    assert survey(files(world), known, world.clock).is_empty
    assert survey(files(world), tuple(replace(each, stamp=None) for each in known), world.clock).is_empty
    put(world, "a.har", har + b"\n")
    assert len(survey(files(world), known, world.clock).wholes) == 1


def test_what_is_empty_or_gone_is_neither_new_nor_wrong(world):
    """An empty log has no first bytes to be known by."""
    put(world, "a.log", b"")
    found = survey((*files(world), str(world.logs / "gone.log")), (), world.clock)
    assert (found.is_empty, found.present) == (True, ())
    assert [str(problem).endswith("cannot be opened: No such file or directory.") for problem in found.problems] == [
        True
    ]


def test_another_file_of_the_same_name_is_not_read_for_the_first(world):
    """It was rotated after the look: the new one waits for the next run, the old one is found under its new name."""
    path = put(world, "a.log", b"one\n")
    (piece,) = survey(files(world), (), world.clock).pieces
    path.rename(world.logs / "a.log.1")
    put(world, "a.log", b"two\n")
    assert not piece.content.is_there()
    with pytest.raises(Exception, match="is another file than a moment ago"):
        list(piece.fresh_chunks())
    assert not piece.is_read


def test_context_is_read_again_and_keeps_its_numbers(world):
    """From a line end that an earlier run passed; what is new is told from it by its line."""
    put(world, "a.log", b"one\n")
    _, known = read(survey(files(world), (), world.clock), world.clock)
    put(world, "a.log", b"one\ntwo\n")
    _, known = read(survey(files(world), known, world.clock), world.clock)
    put(world, "a.log", b"one\ntwo\nthree\n")
    (piece,) = survey(files(world), known, world.clock).pieces
    assert [mark.lines for mark in piece.contexts()] == [0, 1, 2]
    piece.start = piece.contexts()[1]
    stream = open_part(piece.content.path, piece.chunks(), piece.begun(), [], Limits())
    assert [row for block in stream.blocks() for row in block.rows()] == [(2, "two"), (3, "three")]
    assert (piece.fresh.lines, piece.end.lines) == (2, 3)
    assert isinstance(piece.known(world.clock), Known)
    assert isinstance(piece, Piece)
