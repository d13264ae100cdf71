"""`analyzer escalate`: what it writes and where, what it asks for, how it ends, and that nothing planted comes out."""

from __future__ import annotations

import io
import json
import re
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import haralyzer
import pytest
from canaries import survivors
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from packet_story import KEY, NOW, PLANTED, files_of_story, write_attachments, write_packet, write_story
from PIL import Image

from analyzer.cli import _ask, group
from analyzer.errors import AnalyzerError, LeakError, UsageError
from analyzer.packet import vendors, verify_archive, verify_folder
from analyzer.packet.manifest import read_manifest
from analyzer.pipeline import _escalate

SCHEMA = json.loads((Path(_escalate.__file__).parents[1] / "packet" / "manifest.schema.json").read_text("utf-8"))
CASE = f"""\
name: orders-down
title: Orders fail
severity: high
impact: No orders. password={PLANTED["case file"]}
changes: [none known]
"""


COMMAND = (
    "in/access.log", "in/browser.har", "-o", "out", "--case", "case.yaml", "--zip", "--pictures-reviewed",
    "--attach", "attached/traceroute.txt", "--attach", "attached/second.har", "--attach", "attached/seen.jpg",
)  # fmt: skip


def escalate(*arguments: str | Path, **more) -> Result:
    Path("key").write_bytes(KEY)
    given = ["escalate", "--no-map", "--redaction-key", "key", "--now", NOW, *map(str, arguments)]
    return CliRunner().invoke(group, given, **more)


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, Result]:
    """Runs the program once with all that it can be given; gives the folder in which it ran."""
    place = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        write_story(Path("in"))
        write_attachments(Path("attached"))
        Image.new("RGB", (40, 30), "red").save("attached/seen.jpg", comment=b"CNRPcomment", exif=_exif())
        Path("case.yaml").write_text(CASE)
        done = escalate(*COMMAND)
    return place, done


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = "CNRPexif"
    return exif


def test_the_packet_has_every_part(made: tuple[Path, Result]) -> None:
    """Files for their owner only, exit code 0, the zip beside; nothing else is left."""
    place, done = made
    assert done.exit_code == 0, done.output
    assert sorted(tree(place / "out")) == sorted([
        *files_of_story(), "evidence/attachments/attachment-01.txt", "evidence/attachments/attachment-02.har",
        "screenshots/screenshot-01.png",
    ])  # fmt: skip
    for path in (place / "out", *(place / "out").rglob("*"), place / "out.zip"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert sorted(path.name for path in place.iterdir()) == ["attached", "case.yaml", "in", "key", "out", "out.zip"]
    assert f"Packet: out ({len(tree(place / 'out'))} files" in done.output


def test_the_lists_agree_with_the_files(made: tuple[Path, Result]) -> None:
    """For this program, for sha256sum, and inside the zip."""
    place, _ = made
    command = ["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=place / "out", check=False, capture_output=True).returncode == 0
    assert verify_folder(place / "out").differences == ()
    assert verify_archive(place / "out.zip").differences == ()
    with zipfile.ZipFile(place / "out.zip") as packed:
        assert {name.removeprefix("out/"): packed.read(name) for name in packed.namelist()} == tree(place / "out")


def test_nothing_planted_comes_out(made: tuple[Path, Result]) -> None:
    """No file, name or line on the terminal holds one of the secrets, in any spelling that they could have."""
    place, done = made
    planted = {name: (value, value[:6]) for name, value in PLANTED.items()}
    planted |= {"EXIF": ("CNRPexif",), "comment of a JPEG": ("CNRPcomment",)}
    for name, data in {**tree(place / "out"), "terminal": done.output.encode()}.items():
        assert survivors(data, planted) == set(), name
        assert survivors(name.encode(), planted) == set()
    assert survivors((place / "out.zip").read_bytes(), planted) == set()
    for name in ("access.log", "browser.har"):
        assert survivors((place / "in" / name).read_bytes(), planted) != set()


def test_equal_secrets_have_equal_placeholders_in_all_files(made: tuple[Path, Result]) -> None:
    """The cookie of the capture is the same in the attached one; both tables of the evidence hold the same."""
    files = tree(made[0] / "out")
    marks = {name: set(re.findall(rb"\[redacted:[a-z_]+:([0-9a-f]{12})\]", data)) for name, data in files.items()}
    assert marks["evidence/incident-1.csv"] == marks["evidence/incident-1.ndjson"] != set()
    assert marks["har/capture-01.har"] & marks["evidence/attachments/attachment-02.har"]


def test_the_manifest_tells_what_was_read(made: tuple[Path, Result]) -> None:
    """Its schema holds, its counts add up, and it names neither the machine nor its user."""
    data = (made[0] / "out" / "manifest.json").read_bytes()
    Draft202012Validator(SCHEMA).validate(json.loads(data))
    manifest = read_manifest(data)
    assert (manifest.case, manifest.created) == ("orders-down", "2026-03-02T12:00:00Z")
    log, har = manifest.inputs
    assert (log.name, log.lines, log.parsed, log.rejected, log.directives, log.blank) == (
        "in/access.log",
        121,
        120,
        1,
        0,
        0,
    )
    assert (log.first, log.last) == ("2026-03-02T10:00:00.000Z", "2026-03-02T10:02:58.000Z")
    assert log.bytes == (made[0] / "in" / "access.log").stat().st_size
    assert (har.name, har.lines, har.parsed, har.formats) == ("in/browser.har", 5, 5, ("har",))
    assert [item.id for item in manifest.completeness.items] == [f"P{number:02}" for number in range(1, 41)]
    assert "P11" not in manifest.completeness.missing
    assert "P19" in manifest.completeness.missing
    assert manifest.options["attachments"] == 3
    assert manifest.options["max_file_bytes"] == 4_500_000
    assert (manifest.redaction.profile, manifest.gate.result) == ("vendor", "passed")
    cut = {file.path: file.cut_from for file in manifest.files if file.cut_from}
    assert cut == {
        "har/capture-01.har": "in/browser.har",
        "evidence/attachments/attachment-01.txt": "traceroute.txt",
        "evidence/attachments/attachment-02.har": "second.har",
        "screenshots/screenshot-01.png": "seen.jpg",
    }
    assert str(made[0]) not in data.decode()


def test_the_evidence_holds_every_failing_request_with_its_place(made: tuple[Path, Result]) -> None:
    """20 lines of the log and 2 entries of the capture failed; the capture's are copied whole."""
    lines = [json.loads(line) for line in tree(made[0] / "out")["evidence/incident-1.ndjson"].splitlines()]
    failing = [line for line in lines if " 502 " in line["text"]]
    assert [line["line"] for line in failing if line["source"] == "in/access.log"] == list(range(41, 81, 2))
    assert {line["place"]: line["copy"] for line in failing if line["entry"] is not None} == {
        "in/browser.har#2": "har/capture-01.har#0",
        "in/browser.har#4": "har/capture-01.har#1",
    }
    log = (made[0] / "in" / "access.log").read_text().splitlines()
    for line in (line for line in lines if line["line"] and "redacted" not in line["text"]):
        assert line["text"] == log[line["line"] - 1]
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)


def test_each_capture_is_a_har(made: tuple[Path, Result]) -> None:
    """HAR 1.2 as its schema has it; haralyzer finds pages and entries."""
    schema = json.loads((Path(__file__).parents[1] / "har_1_2.schema.json").read_text())
    for name, count in (("har/capture-01.har", 2), ("evidence/attachments/attachment-02.har", 1)):
        document = json.loads(tree(made[0] / "out")[name])
        Draft202012Validator(schema).validate(document)
        (page,) = haralyzer.HarParser(document).pages
        assert len(page.entries) == count


def test_the_commands_are_for_a_shell(made: tuple[Path, Result]) -> None:
    """`sh -n` accepts them; without its variables a script sends nothing; the steps name it."""
    files = tree(made[0] / "out")
    for name in (name for name in files if name.endswith(".sh")):
        assert subprocess.run(["sh", "-n", made[0] / "out" / name], check=False).returncode == 0
        done = subprocess.run(["/bin/sh", made[0] / "out" / name], env={"PATH": ""}, check=False, capture_output=True)
        assert done.returncode == 2
        assert b"HOST: parameter " in done.stderr
        assert name.removeprefix("repro/") in files["repro/steps.md"].decode()


def test_what_a_person_said_is_in_the_packet(made: tuple[Path, Result]) -> None:
    """Redacted; what was attached answers the questions for screenshots and for output of network tools."""
    files = tree(made[0] / "out")
    assert "No orders. password=[redacted:" in files["case.yaml"].decode()
    assert "screenshots/screenshot-01.png, made of seen.jpg" in files["case.yaml"].decode()
    assert "evidence/attachments/attachment-01.txt, made of traceroute.txt" in files["case.yaml"].decode()
    assert "No orders." in files["summary.md"].decode()
    assert (made[0] / "case.yaml").read_text() == CASE


def test_the_picture_holds_its_points_only(made: tuple[Path, Result]) -> None:
    """A PNG of the same size."""
    picture = Image.open(io.BytesIO(tree(made[0] / "out")["screenshots/screenshot-01.png"]))
    assert (picture.format, picture.size, picture.info) == ("PNG", (40, 30), {})


def test_missing_answers_are_asked_for(made: tuple[Path, Result]) -> None:
    """Each required item without an answer, with its question; not those that the case answers."""
    output = made[1].output
    assert "P19 Account, project, tenant ids: MISSING: ask " in output
    assert "P11" not in output
    assert "P30" not in output


def test_equal_inputs_give_equal_bytes_wherever_the_program_runs(tmp_path, monkeypatch, made) -> None:
    """Another folder, another zone, another user: the zip is the same, byte for byte."""
    for name in ("in", "attached"):
        shutil.copytree(made[0] / name, tmp_path / name)
    shutil.copy(made[0] / "case.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("USER", "somebody")
    done = escalate(*COMMAND, "-q")
    assert (done.exit_code, done.output) == (0, "out\n"), done.exception
    assert Path("out.zip").read_bytes() == (made[0] / "out.zip").read_bytes()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_story(Path("in"))
    return tmp_path


def test_strict_profile_and_the_name_of_the_folder(here: Path) -> None:
    """reports/<case>-<time> without -o; --strict tells by 1 that answers are missing; colleagues see addresses."""
    text = Path("in/access.log").read_text().replace("198.51.100.", "93.184.216.")
    Path("in/access.log").write_text(text)
    done = escalate("in/access.log", "-q", "--strict", "--profile", "internal")
    assert (done.exit_code, done.output) == (1, "reports/access.log-20260302T120000Z\n")
    folder = here / done.output.strip()
    assert verify_folder(folder).differences == ()
    assert read_manifest((folder / "manifest.json").read_bytes()).redaction.profile == "internal"
    lines = (folder / "evidence/incident-1.ndjson").read_text().splitlines()
    addresses = {json.loads(line)["text"].partition(" ")[0] for line in lines}
    assert {address.rpartition(".")[0] for address in addresses} == {"93.184.216"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--for", "nobody"), r"there is no template for 'nobody'\. Known: .*generic"),
        (("--case", "nothing.yaml"), r"nothing\.yaml: cannot be read"),
        (("--ask",), r"--ask needs a terminal"),
        (("-o", "in"), r"in: the output folder holds other files"),
        (("-o", "p", "--zip"), r"p\.zip exists"),
        (("--attach", "nothing.txt"), r"nothing\.txt: cannot be read: No such file or directory"),
        (("--attach", "archive.gz"), r"archive\.gz: is neither text nor a picture"),
        (("--attach", "seen.png"), r"nobody said that they were reviewed\. Look at each, and say so with --pictures"),
    ],
)
def test_wrong_use_is_told_and_leaves_nothing(here: Path, arguments: tuple[str, ...], told: str) -> None:
    """Exit code 2; no folder, no zip, nothing partial."""
    Path("archive.gz").write_bytes(b"\x1f\x8b\x08\0\0\0")
    Path("p.zip").write_bytes(b"mine")
    Image.new("RGB", (9, 9)).save("seen.png")
    Path("in/one.log").write_text("".join(f"{line}\n" for line in Path("in/access.log").read_text().splitlines()[:3]))
    before = sorted(here.rglob("*"))
    done = escalate("in/one.log", *arguments)
    assert isinstance(done.exception, UsageError | AnalyzerError)
    assert done.exception.exit_code == 2
    with pytest.raises(type(done.exception), match=told):
        raise done.exception
    assert [path for path in sorted(here.rglob("*")) if path not in (*before, here / "key")] == []


def test_without_redaction_everything_says_so(here: Path) -> None:
    """Names, README, summary and manifest; the packet can be checked all the same, and is for its owner only."""
    done = escalate("in/access.log", "in/browser.har", "-o", "out", "--zip", "--no-redact", "--yes-unredacted")
    assert "REDACTION WAS OFF" in done.output
    folder = here / "out.UNREDACTED"
    assert sorted(path.name for path in here.iterdir()) == ["in", "key", "out.UNREDACTED", "out.UNREDACTED.zip"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "REDACTION WAS SWITCHED OFF" in (folder / "README.txt").read_text()
    assert (folder / "summary.md").read_text().startswith("**REDACTION IS OFF: ")
    for name in ("summary.md", "checklist.md"):
        assert (folder / name).read_text().startswith("**REDACTION IS OFF: ")
        assert "are placeholders" not in (folder / name).read_text()
    assert ", redacted" not in (folder / "README.txt").read_text()
    assert PLANTED["cookie of a HAR"] in (folder / "har/capture-01.har").read_text()
    manifest = read_manifest((folder / "manifest.json").read_bytes())
    assert (manifest.redaction.on, manifest.redaction.profile, manifest.gate.result) == (False, None, "off")
    found = verify_folder(folder)
    assert (found.differences, found.redacted) == ((), False)
    checked = CliRunner().invoke(group, ["verify", str(folder)])
    assert checked.output.endswith(" REDACTION WAS OFF: this packet holds secrets.\n")


def test_a_leak_leaves_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of the packet that is not redacted stops all of it; the value is not told."""
    real = _escalate.ticket_markdown
    monkeypatch.setattr(_escalate, "ticket_markdown", lambda *given: real(*given) + PLANTED["query of a log line"])
    lines = Path("in/access.log").read_text().splitlines(keepends=True)
    Path("in/access.log").write_text("".join(lines[40:46]))  # the one with the token among them
    done = escalate("in/access.log", "-o", "out", "--zip")
    assert isinstance(done.exception, LeakError)
    assert "summary.md" in str(done.exception)
    assert PLANTED["query of a log line"] not in str(done.exception) + done.output
    assert sorted(path.name for path in here.iterdir()) == ["in", "key"]


def test_answers_on_the_terminal_for_inputs_without_incident(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed is in case.yaml and in the packet. Exit code 4 for an input that cannot be read, which is counted;
    there is no evidence and nothing to reproduce.
    """
    monkeypatch.setattr(_ask, "require_terminal", lambda stdin: None)
    Path("in/access.log").write_text("".join(Path("in/access.log").read_text().splitlines(keepends=True)[:30]))
    Path("in/broken.har").write_text('{"log": {"version": "1.2", "entries": 5}}')
    done = escalate("in/access.log", "in/broken.har", "-o", "out", "--strict", "--ask", input="the first answer\n\n")
    assert done.exit_code == 4
    assert "No incident" in done.output
    assert sorted(tree(Path("out"))) == [
        "README.txt", "SHA256SUMS", "case.yaml", "checklist.md", "manifest.json", "redaction-report.json", "report.html",
        "summary.md",
    ]  # fmt: skip
    assert verify_folder(Path("out")).differences == ()
    assert read_manifest(Path("out/manifest.json").read_bytes()).unreadable_inputs == 1
    assert stat.S_IMODE(Path("case.yaml").stat().st_mode) == 0o600
    for path in ("case.yaml", "out/case.yaml", "out/summary.md"):
        assert "the first answer" in Path(path).read_text()


def test_the_help_names_every_vendor() -> None:
    """Nobody has to guess what --for takes."""
    told = " ".join(CliRunner().invoke(group, ["escalate", "--help"]).output.split())
    assert f"in summary.md: {', '.join(vendors()[:-1])} or {vendors()[-1]}." in told


def test_a_packet_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    """A wrong name is no damaged packet."""
    done = CliRunner().invoke(group, ["verify", str(tmp_path / "gone")])
    assert isinstance(done.exception, UsageError)
    assert done.exception.message == "does not exist."


def test_the_readme_names_what_is_there(tmp_path: Path) -> None:
    """No line for a folder that this packet does not have; the checks that it tells work."""
    folder = write_packet(tmp_path / "p", files_of_story())
    text = (folder / "README.txt").read_text()
    assert "screenshots/" not in text
    assert "evidence/attachments/" not in text
    assert max(map(len, text.splitlines())) <= 88
    assert "analyzer verify FOLDER" in text
    assert "sha256sum -c SHA256SUMS" in text
