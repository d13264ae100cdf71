"""The command that shows a failing request again: what it asks, and that a shell hands on exactly that."""

from __future__ import annotations

import json
import shutil
import subprocess

import polars as pl
import pytest
from compare_cases import entry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.diagnose._sent_body import body_pieces
from analyzer.diagnose._shell import command_line
from analyzer.diagnose.reproduce import in_detail, reproduce, runnable
from analyzer.formats import HarEntry
from analyzer.formats.har import FORMATS
from analyzer.model import Reproduction, Variable
from analyzer.redact import Redactor

WINDOW = pl.DataFrame({"failing": [True, True, False], "client": ["a", "b", "a"]})
ROW = {"method": "GET", "scheme": "https", "host": "h.example", "path": "/v1/x", "target": "/v1/x", "status": 500}
SHOWN = ["-sv", "--globoff", "-w"]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory):
    """Runs a command in /bin/sh with programs that print their arguments, each ended by a NUL, in place of the real."""
    folder = tmp_path_factory.mktemp("bin")
    for name in ("curl", "dig", "openssl"):
        fake = folder / name
        fake.write_text('#!/bin/sh\nfor argument in "$@"; do printf "%s\\0" "$argument"; done\n')
        fake.chmod(0o755)

    def run(command: str, **variables: str) -> list[str] | None:
        checked = subprocess.run(["/bin/sh", "-n", "-c", command], capture_output=True, check=False)
        assert checked.returncode == 0, checked.stderr
        done = subprocess.run(
            ["/bin/sh", "-c", command], env={"PATH": str(folder), **variables}, capture_output=True, check=False
        )
        return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1] if done.returncode == 0 else None

    return run


def asked(run, row, **variables):
    """Gives the arguments behind the ones that every command begins with."""
    found = run(reproduce(ROW | row, WINDOW).curl, **variables)
    assert found[:3] == SHOWN
    return found[4:]


def har_entry(**values) -> HarEntry:
    document = FORMATS[0].parse_document(json.dumps({"log": {"entries": [entry(**values)]}}).encode()).document
    return HarEntry(document["log"]["entries"][0])


HOSTILE = [
    "/v1/x?a='$(id)&b=`id`",
    '/a"b\\c;rm${IFS}-rf~&&|>x',
    "/é/\u4e2d?q=ü",
    "/$HOME/${X}/!1/*?[a]{b}",
    "/--help?-o=x#f",
    "/~root/%00%0a",
    "/''\"'\"''",
]


@pytest.mark.parametrize("target", HOSTILE)
def test_a_hostile_path_reaches_curl_as_it_is(shell, target):
    """Quotes, expansions, separators and letters beyond ASCII are one argument, and nothing of it is run."""
    assert asked(shell, {"target": target}) == [f"https://h.example{target}"]


def test_what_curl_refuses_in_a_url_is_percent_encoded(shell):
    """Blanks, line ends and invisible characters have no place in a URL (RFC 3986, 2)."""
    assert asked(shell, {"target": "/a b\n\x07\u202e"}) == ["https://h.example/a%20b%0A%07%E2%80%AE"]


def test_dots_in_a_path_are_sent_as_they_are(shell):
    """Without --path-as-is curl would ask for /etc/passwd."""
    assert asked(shell, {"target": "/a/../../etc/passwd"}) == ["--path-as-is", "https://h.example/a/../../etc/passwd"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"method": "HEAD"}, ["--head", "https://h.example/v1/x"]),
        ({"method": "DELETE"}, ["-X", "DELETE", "https://h.example/v1/x"]),
        ({"host": None}, ["given.example/v1/x"]),
        ({"scheme": None, "host": "h.example:8443"}, ["https://h.example:8443/v1/x"]),
        ({"status": 401}, ["https://h.example/v1/x", "-H", "Authorization: Bearer s3cret"]),
        ({"status": 401, "auth_present": False}, ["https://h.example/v1/x"]),
        ({"auth_present": True, "auth_scheme": "Basic"}, ["https://h.example/v1/x", "-H", "Authorization: Basic s3cret"]),
        ({"auth_present": True, "auth_scheme": "Cookie"}, ["https://h.example/v1/x", "-H", "Cookie: sid=1"]),
        (
            {"method": "POST"},
            ["-X", "POST", "https://h.example/v1/x", "-H", "Content-Type: application/json", "--data-binary", "@b.json"],
        ),
    ],
)  # fmt: skip
def test_a_log_line_becomes_the_request_that_it_tells(shell, row, words):
    """Method, address, and what the reader must supply: host, token, cookie, body."""
    given_by_reader = {"HOST": "given.example", "TOKEN": "s3cret", "COOKIE": "sid=1", "BODY_FILE": "b.json"}
    assert asked(shell, row, **given_by_reader) == words


def test_the_shell_refuses_to_run_it_without_the_variables(shell):
    """A request that lacks its token would only show another failure."""
    assert shell(reproduce(ROW | {"status": 401}, WINDOW).curl) is None


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ("dns", ["h.example", "A", "h.example", "AAAA"]),
        ("tls", ["s_client", "-connect", "h.example:8443", "-servername", "h.example", "-showcerts"]),
    ],
)
def test_what_failed_before_http_is_asked_for_in_its_own_way(shell, layer, words):
    """A name is looked up, a certificate shown."""
    host = "h.example:8443" if layer == "tls" else "h.example"
    row = ROW | {"status": None, "error_layer": layer, "host": host}
    window = pl.concat([WINDOW, pl.DataFrame({"failing": [False], "client": ["c"]})])
    made = reproduce(row, window)
    assert shell(made.curl) == words
    assert made.steps[-1] == "Do the same as a client that was not affected, and compare."


def test_nobody_is_sent_to_a_client_that_does_not_exist():
    """Client a failed and worked, b failed: none is left that was not affected."""
    assert not [step for step in reproduce(ROW, WINDOW).steps if "not affected" in step]


def test_a_refused_connection_is_tried_with_a_limit(shell):
    """curl gives up on a firewall that drops, and shows how far it came."""
    row = {"status": None, "error_layer": "connect"}
    assert asked(shell, row) == ["--connect-timeout", "10", "-o", "/dev/null", "https://h.example/v1/x"]


def test_headers_and_body_of_the_capture_are_sent_and_secrets_are_variables(shell):
    """What matters of the headers is kept in order; ids, forwarding and credentials are not."""
    found = har_entry(
        method="POST",
        path="/v1/x",
        status=400,
        sent=[
            ("accept", "application/json"), ("Content-Type", "application/json"), ("X-Client-Version", "4.2.0"),
            ("X-Request-Id", "r1"), ("X-Forwarded-For", "192.0.2.1"), ("X-Api-Key", "k3y"), ("User-Agent", "a/1"),
            ("Authorization", "Bearer abc"), ("cookie", "sid=9"), ("X-Note", "Ann's"), ("Prefer", "it's $HOME"),
        ],
        post={"mimeType": "application/json", "text": '{"sku": "A-1", "email": "a@b.example", "n": 2}'},
    )  # fmt: skip
    row = ROW | {"method": "POST", "status": 400, "auth_present": True, "auth_scheme": "Bearer"}
    made = in_detail(reproduce(row, WINDOW), row, found, ("Open it.",), agent=False)
    filled = {"X_API_KEY": "1", "TOKEN": "2", "COOKIE": "3", "X_NOTE": "4", "BODY_EMAIL": "c@d.example"}
    words = shell(made.curl, **filled)
    assert words[4:] == [
        "-X", "POST", "https://h.example/v1/x", "-H", "Accept: application/json", "-H", "Content-Type: application/json",
        "-H", "X-Client-Version: 4.2.0", "-H", "X-Api-Key: 1", "-H", "X-Note: 4", "-H", "Prefer: it's $HOME",
        "-H", "Authorization: Bearer 2", "-H", "Cookie: 3",
        "--data-raw", '{"sku": "A-1", "email": "c@d.example", "n": 2}',
    ]  # fmt: skip
    assert made.steps[0] == "Open it."
    agent = in_detail(made, row, found, (), agent=True)
    assert "User-Agent: a/1" in shell(agent.curl, **filled)


def test_a_preflight_is_asked_for_as_the_browser_did(shell):
    """OPTIONS with origin, method and headers (Fetch, 4.8), as a capture recorded it."""
    sent = [
        ("Origin", "https://app.example"), ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "authorization,x-tenant"),
    ]  # fmt: skip
    row = ROW | {"method": "OPTIONS", "status": 403, "auth_present": False}
    made = in_detail(reproduce(row, WINDOW), row, har_entry(method="OPTIONS", sent=sent), (), agent=False)
    assert shell(made.curl)[4:] == [
        "-X", "OPTIONS", "https://h.example/v1/x", "-H", "Origin: https://app.example",
        "-H", "Access-Control-Request-Method: PUT", "-H", "Access-Control-Request-Headers: authorization,x-tenant",
    ]  # fmt: skip


def test_a_request_that_its_preflight_stopped_becomes_the_preflight(shell):
    """The browser never sent the PUT, so sending it would show something else."""
    row = ROW | {
        "method": "PUT", "status": None, "answer_fault": "cors", "referrer": "https://u:p@app.example/page?x=1"
    }  # fmt: skip
    found = har_entry(method="PUT", sent=[("x-tenant", "t"), ("content-type", "application/json")])
    made = in_detail(reproduce(row, WINDOW), row, found, (), agent=False)
    assert shell(made.curl)[4:] == [
        "-X", "OPTIONS", "https://h.example/v1/x", "-H", "Origin: https://app.example",
        "-H", "Access-Control-Request-Method: PUT", "-H", "Access-Control-Request-Headers: content-type,x-tenant",
    ]  # fmt: skip


def test_steps_count_how_often_it_failed():
    """k of n such requests, and of the same client's own."""
    rows = {"failing": [True, True, False, True], "client": ["a", "b", "a", "b"]}
    first = reproduce(ROW | {"client": "a"}, pl.DataFrame(rows)).steps[0]
    assert first == (
        "Send the request below; 3 of 4 such requests failed while the incident lasted, 1 of 2 of the same client."
    )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"sku":"A-1","n":2}', ['{"sku":"A-1","n":2}']),
        ('{"name":"Ann","tags":["x","two words"]}',
         ['{"name":"', "$BODY_NAME", '","tags":["x","', "$BODY_TAGS", '"]}']),
        ('{"password": "pä\\"x", "on": "2026-03-02"}',
         ['{"password": "', "$BODY_PASSWORD", '", "on": "2026-03-02"}']),
        ('{"sku": "A-1", "email": "a@b.exa', ['{"sku": "A-1", "email": "', "$BODY_EMAIL"]),
        ('{"sku": "A-1",}', ['{"sku": "A-1",}']),
        ('{"id": "1234567"}', ['{"id": "', "$BODY_ID", '"}']),
        ('{"x": "k7Qm92", "currency": "EUR"}', ['{"x": "', "$BODY_X", '", "currency": "EUR"}']),
    ],
)  # fmt: skip
def test_values_of_a_body_that_may_be_personal_are_variables(body, told):
    """Codes, numbers and dates stay, so that the fault stays; a broken body stays broken."""
    pieces = body_pieces(body, "application/json; charset=utf-8")
    assert [f"${piece.name}" if isinstance(piece, Variable) else piece for piece in pieces] == told


def test_a_form_is_looked_at_field_by_field():
    """The names are kept, what may be secret is not."""
    pieces = body_pieces("grant_type=code&client_secret=abc&email=a%40b", "application/x-www-form-urlencoded")
    assert pieces == ("grant_type=", "code", "&client_secret=", Variable("BODY_CLIENT_SECRET"), "&email=",
                      Variable("BODY_EMAIL"))  # fmt: skip


@pytest.mark.parametrize("body", ["x" * 2_001, "\x00{}", "{}\x1b"])
def test_a_long_or_binary_body_comes_from_a_file(body):
    """No terminal and no page shows it as it is."""
    assert body_pieces(body, "application/json") is None


def test_a_redacted_command_still_runs(shell):
    """A secret is replaced before it is quoted, whatever characters it has, and becomes a required variable."""
    secret = "s3'c\"r$e`t-9876543210"
    made = reproduce(ROW | {"target": f"/v1/x?q={secret}&b=1"}, WINDOW)
    redactor = Redactor(b"k" * 32)
    redactor.learn_values(iter([(secret, "secret")]))
    clean = runnable(redactor.value(made))
    assert "s3" not in clean.curl
    name = clean.curl.partition("${")[2].partition(":?")[0]
    assert shell(clean.curl) is None
    assert shell(clean.curl, **{name: "found"})[4:] == ["https://h.example/v1/x?q=found&b=1"]


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.lists(TEXTS, max_size=3), max_size=4))
def test_every_word_comes_through_the_shell_unchanged(shell, words):
    """Whatever stands in a word is one argument of the program."""
    plain = ["".join(pieces) for pieces in words]
    assert shell(command_line([("curl",), *(tuple(pieces) for pieces in words)])) == plain


def test_options_begin_new_lines_where_the_command_is_long(shell):
    """A long command can be read, and is the same command."""
    words = [("curl",), ("-sv",), ("--globoff",), ("-H",), ("X: " + "y" * 60,), ("-H",), ("Z: " + "y" * 60,)]
    text = command_line(words)
    assert text.splitlines()[0] == "curl -sv --globoff \\"
    assert shell(text) == [word for (word,) in words[1:]]


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
def test_the_real_curl_takes_the_options():
    """Only the host is missing: port 1 of this machine refuses."""
    made = reproduce(ROW | {"host": "127.0.0.1:1", "scheme": "http"}, WINDOW)
    done = subprocess.run(["/bin/sh", "-c", made.curl], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.startswith("\n000 after ")) == (7, True)


def test_none_without_a_path():
    """A lone record of an application is no request."""
    assert reproduce(ROW | {"path": None}, WINDOW) is None
    assert runnable(Reproduction("curl x")).curl == "curl x"
