"""The knowledge base: complete, sourced, in the right order of blame, and refused where it is malformed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import documents, knowledge
from analyzer.errors import DocumentError
from analyzer.knowledge import reader
from analyzer.knowledge.entries import ErrorEntry, HeaderEntry, StatusEntry
from analyzer.model import LAYERS

# The IANA HTTP Status Code Registry, typed by hand: code, reason phrase, and the section that defines it.
REGISTERED = {
    100: ("Continue", "9110", "15.2.1"),
    101: ("Switching Protocols", "9110", "15.2.2"),
    102: ("Processing", "2518", "10.1"),
    103: ("Early Hints", "8297", "2"),
    104: ("Upload Resumption Supported", "draft-ietf-httpbis-resumable-upload", ""),
    200: ("OK", "9110", "15.3.1"),
    201: ("Created", "9110", "15.3.2"),
    202: ("Accepted", "9110", "15.3.3"),
    203: ("Non-Authoritative Information", "9110", "15.3.4"),
    204: ("No Content", "9110", "15.3.5"),
    205: ("Reset Content", "9110", "15.3.6"),
    206: ("Partial Content", "9110", "15.3.7"),
    207: ("Multi-Status", "4918", "11.1"),
    208: ("Already Reported", "5842", "7.1"),
    226: ("IM Used", "3229", "10.4.1"),
    300: ("Multiple Choices", "9110", "15.4.1"),
    301: ("Moved Permanently", "9110", "15.4.2"),
    302: ("Found", "9110", "15.4.3"),
    303: ("See Other", "9110", "15.4.4"),
    304: ("Not Modified", "9110", "15.4.5"),
    305: ("Use Proxy", "9110", "15.4.6"),
    306: ("(Unused)", "9110", "15.4.7"),
    307: ("Temporary Redirect", "9110", "15.4.8"),
    308: ("Permanent Redirect", "9110", "15.4.9"),
    400: ("Bad Request", "9110", "15.5.1"),
    401: ("Unauthorized", "9110", "15.5.2"),
    402: ("Payment Required", "9110", "15.5.3"),
    403: ("Forbidden", "9110", "15.5.4"),
    404: ("Not Found", "9110", "15.5.5"),
    405: ("Method Not Allowed", "9110", "15.5.6"),
    406: ("Not Acceptable", "9110", "15.5.7"),
    407: ("Proxy Authentication Required", "9110", "15.5.8"),
    408: ("Request Timeout", "9110", "15.5.9"),
    409: ("Conflict", "9110", "15.5.10"),
    410: ("Gone", "9110", "15.5.11"),
    411: ("Length Required", "9110", "15.5.12"),
    412: ("Precondition Failed", "9110", "15.5.13"),
    413: ("Content Too Large", "9110", "15.5.14"),
    414: ("URI Too Long", "9110", "15.5.15"),
    415: ("Unsupported Media Type", "9110", "15.5.16"),
    416: ("Range Not Satisfiable", "9110", "15.5.17"),
    417: ("Expectation Failed", "9110", "15.5.18"),
    418: ("(Unused)", "9110", "15.5.19"),
    421: ("Misdirected Request", "9110", "15.5.20"),
    422: ("Unprocessable Content", "9110", "15.5.21"),
    423: ("Locked", "4918", "11.3"),
    424: ("Failed Dependency", "4918", "11.4"),
    425: ("Too Early", "8470", "5.2"),
    426: ("Upgrade Required", "9110", "15.5.22"),
    428: ("Precondition Required", "6585", "3"),
    429: ("Too Many Requests", "6585", "4"),
    431: ("Request Header Fields Too Large", "6585", "5"),
    451: ("Unavailable For Legal Reasons", "7725", "3"),
    500: ("Internal Server Error", "9110", "15.6.1"),
    501: ("Not Implemented", "9110", "15.6.2"),
    502: ("Bad Gateway", "9110", "15.6.3"),
    503: ("Service Unavailable", "9110", "15.6.4"),
    504: ("Gateway Timeout", "9110", "15.6.5"),
    505: ("HTTP Version Not Supported", "9110", "15.6.6"),
    506: ("Variant Also Negotiates", "2295", "8.1"),
    507: ("Insufficient Storage", "4918", "11.5"),
    508: ("Loop Detected", "5842", "7.2"),
    510: ("Not Extended", "2774", "7"),
    511: ("Network Authentication Required", "6585", "6"),
}

VENDORS = [
    (0, "browser"), (0, "Caddy"), (0, "Envoy"), (403, "Cloudflare"), (403, "AWS API Gateway"), (403, "Akamai"),
    (419, "Laravel"), (420, "Twitter"), (429, "Cloudflare"), (430, "Shopify"), (440, "Microsoft"),
    (444, "nginx"), (449, "Microsoft"), (449, "Microsoft Exchange"), (460, "AWS ALB"), (463, "AWS ALB"),
    (464, "AWS ALB"), (494, "nginx"), (495, "nginx"), (496, "nginx"), (497, "nginx"), (499, "nginx"),
    (502, "AWS ALB"), (503, "AWS ALB"), (503, "nginx"), (503, "Fastly"), (504, "AWS ALB"), (504, "Akamai"),
    (508, "CloudLinux"), (509, "cPanel"), (520, "Cloudflare"), (521, "Cloudflare"), (522, "Cloudflare"),
    (523, "Cloudflare"), (524, "Cloudflare"), (525, "Cloudflare"), (526, "Cloudflare"), (527, "Cloudflare"),
    (530, "Cloudflare"), (561, "AWS ALB"), (598, "informal"), (599, "informal"),
]  # fmt: skip

# What the project's guide asks for, in the causes or steps of the standard's entry.
ASKED = {
    200: ["error"],
    201: ["location"],
    400: ["json", "required field", "content-type"],
    401: ["token", "oauth flow", "authorization", "expired", "header"],
    403: ["roles", "permissions", "api documentation"],
    404: ["url", "api version", "deleted"],
    405: ["wrong method", "documentation", "allow"],
    408: ["slow", "network", "backend|application"],
    429: ["reduce the frequency", "retry timers", "limits"],
    500: ["log", "failing service", "escalate"],
    502: ["health", "proxy's error log", "upstream_status", "from the proxy host"],
    503: ["service health", "maintenance", "retry later", "escalate"],
}

BLAME = ("application's log", "application log", "escalate", "stack trace", "backend", "slow quer")


def everything() -> list[StatusEntry | ErrorEntry | HeaderEntry]:
    statuses = [entry for code in knowledge.codes() for entry in knowledge.status(code)]
    errors = [*knowledge._errors("chromium").values(), *knowledge._errors("firefox").values()]
    return [*statuses, *errors, *dict.fromkeys(knowledge._headers().values())]


def test_the_registry_is_typed_in_full():
    """The table above has the 64 codes of the registry, so that a forgotten line cannot hide a forgotten file."""
    ranges = [(100, 104), (200, 208), (226, 226), (300, 308), (400, 418), (421, 426), (428, 429), (431, 431)]
    ranges += [(451, 451), (500, 508), (510, 511)]
    assert sorted(REGISTERED) == [code for low, high in ranges for code in range(low, high + 1)]


@pytest.mark.parametrize("code", sorted(REGISTERED))
def test_each_registered_status_is_explained_by_its_standard(code):
    """The first entry of a registered code is the standard's, with its reason phrase and its defining section."""
    name, document, section = REGISTERED[code]
    entry = knowledge.status(code)[0]
    assert (entry.code, entry.name, entry.vendor) == (code, name, None)
    url = entry.sources[0].url
    assert url.endswith(f"rfc{document}.html#section-{section}" if section else document)


@pytest.mark.parametrize(("code", "vendor"), VENDORS)
def test_each_common_vendor_status_is_explained(code, vendor):
    """The codes that vendors write are explained beside the standard's, each with a source."""
    assert [entry for entry in knowledge.status(code) if entry.vendor == vendor and entry.sources]


@pytest.mark.parametrize("code", sorted(ASKED))
def test_what_the_guide_asks_for_is_there(code):
    """The causes and steps that the project grew from are in the entry of their code."""
    entry = knowledge.status(code)[0]
    text = " ".join((entry.usually, *entry.causes, *entry.steps)).lower()
    assert [words for words in ASKED[code] if not any(word in text for word in words.split("|"))] == []


def test_no_step_begins_with_the_backend():
    """The first thing to do is never to blame or read the application: request, login and path come before."""
    first = {entry.name: entry.steps[0].lower() for entry in everything()}
    assert {name: step for name, step in first.items() if any(word in step for word in BLAME)} == {}


def test_bad_gateway_is_read_from_the_outside_in():
    """For 502 the proxy's logs and the path from the proxy host come before the application's log."""
    steps = " ".join(knowledge.status(502)[0].steps)
    places = [
        steps.index(word) for word in ("upstream_status", "error log", "From the proxy host", "application's log")
    ]
    assert places == sorted(places)


def test_a_code_can_have_several_meanings():
    """499 is nginx' closed client and ArcGIS' missing token, and 460 the load balancer's closed client."""
    assert [entry.vendor for entry in knowledge.status(499)] == ["nginx", "Esri ArcGIS"]
    assert [entry.name for entry in knowledge.status(460)] == ["Client closed connection"]


@pytest.mark.parametrize(
    ("code", "layer"),
    [
        (401, "authentication"),
        (403, "authorization"),
        (404, "request"),
        (407, "proxy"),
        (429, "rate_limit"),
        (495, "tls"),
        (499, "browser"),
        (500, "backend"),
        (561, "authentication"),
    ],
)
def test_the_likeliest_layer_of_a_status(code, layer):
    """The layer that a status points at first is the one of the design's list."""
    assert knowledge.status(code)[0].layer[0] == layer


def test_every_entry_is_fit_for_print_and_sourced():
    """Every entry names known layers and a source, and no text has a control character or two equal items."""
    entries = everything()
    assert len(entries) > 250
    for entry in entries:
        assert set(entry.layer) <= set(LAYERS)
        assert len(set(entry.layer)) == len(entry.layer)
        assert len(set(entry.steps)) == len(entry.steps)
        assert all(source.url.startswith(("https://", "http://")) for source in entry.sources)


def test_an_unknown_status_has_no_entries():
    """A code that nobody is known to use gives nothing, and so do numbers out of range."""
    assert [knowledge.status(code) for code in (299, 477, 600, -1, 10**30)] == [()] * 5


def test_a_class_lists_its_codes_in_order():
    """The class 1 holds 100 to 104 and not the code 0, which is no status."""
    assert [entry.code for entry in knowledge.status_class(1)] == [100, 101, 102, 103, 104]
    assert knowledge.status_class(0) == ()


# Numbers from Chromium's net_error_list.h.
@pytest.mark.parametrize(
    ("text", "name", "number", "layer"),
    [
        ("net::ERR_NAME_NOT_RESOLVED", "ERR_NAME_NOT_RESOLVED", -105, "dns"),
        ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_REFUSED", -102, "connect"),
        ("err_blocked_by_client", "ERR_BLOCKED_BY_CLIENT", -20, "browser"),
        ("GET https://a.b/ net::ERR_CERT_DATE_INVALID 200 (OK)", "ERR_CERT_DATE_INVALID", -201, "tls"),
        ("(net::ERR_TUNNEL_CONNECTION_FAILED)", "ERR_TUNNEL_CONNECTION_FAILED", -111, "proxy"),
        ("ERR_UNHEARD_OF then ERR_ABORTED", "ERR_ABORTED", -3, "browser"),
        ("NS_ERROR_UNKNOWN_HOST", "NS_ERROR_UNKNOWN_HOST", None, "dns"),
        ("NS_BINDING_ABORTED", "NS_BINDING_ABORTED", None, "browser"),
        ("Error code: SSL_ERROR_RX_RECORD_TOO_LONG", "SSL_ERROR_RX_RECORD_TOO_LONG", None, "tls"),
        ("SEC_ERROR_UNKNOWN_ISSUER.", "SEC_ERROR_UNKNOWN_ISSUER", None, "tls"),
        ("MOZILLA_PKIX_ERROR_MITM_DETECTED", "MOZILLA_PKIX_ERROR_MITM_DETECTED", None, "tls"),
    ],
)
def test_an_error_is_found_inside_a_text(text, name, number, layer):
    """An error name is found whatever stands around it, and points at its layer."""
    entry = knowledge.error(text)
    assert (entry.name, entry.number, entry.layer[0]) == (name, number, layer)


@pytest.mark.parametrize("text", ["", "ERR_", "net::", "XERR_ABORTED", "ERR_ABORTED_2", "everything is fine"])
def test_no_error_is_invented(text):
    """A text without a known name gives nothing, also where a known name is only a part of a word."""
    assert knowledge.error(text) is None


@given(st.text())
def test_any_text_can_be_looked_up(text):
    """Whatever is asked for, the look-ups answer and do not raise."""
    knowledge.error(text)
    knowledge.header(text)
    assert len(knowledge.near(text)) <= 5


def test_a_long_text_is_searched_in_linear_time():
    """A text of one long word, as a hostile HAR may hold: in quadratic time, the search would take hours."""
    assert knowledge.error("A" * 2_000_000) is None


def test_a_header_is_found_by_any_of_its_names():
    """Case and a colon do not matter, and a header that is read with another one leads there."""
    assert knowledge.header("retry-after:").name == "Retry-After"
    assert knowledge.header("X-RateLimit-Reset").name == "X-RateLimit-Remaining"
    assert knowledge.header("RateLimit-Remaining").name == "RateLimit-Limit"
    assert knowledge.header("X-Nobody-Knows") is None


def test_no_name_stands_twice():
    """Each header, error and meaning of a code is described once, so that no entry hides another."""
    folder = documents.rules_folder() / "knowledge"
    headers = reader.read(folder / "headers.yml", HeaderEntry, "headers.yml")
    names = [name.lower() for entry in headers for name in (entry.name, *entry.also)]
    for browser in ("chromium", "firefox"):
        names += [entry.name for entry in reader.read(folder / "errors" / f"{browser}.yml", ErrorEntry, browser)]
    names += [f"{entry.code} {entry.vendor}" for code in knowledge.codes() for entry in knowledge.status(code)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    "name",
    [
        "Retry-After",
        "WWW-Authenticate",
        "Allow",
        "Proxy-Status",
        "Server-Timing",
        "X-Cache",
        "Via",
        "CF-RAY",
        "X-Amzn-Trace-Id",
        "traceparent",
        "RateLimit",
        "RateLimit-Policy",
        "X-Request-ID",
    ],
)
def test_the_headers_that_decide_are_explained(name):
    """Each header that diagnosis rests on has an entry with readings."""
    assert knowledge.header(name).readings


def test_the_method_has_seven_steps_in_the_order_of_the_guide():
    """Reproduce, authentication, request, codes, logs, connectivity, and only then escalation, with evidence."""
    steps = knowledge.steps_of_the_method()
    assert [(step.number, step.name) for step in steps] == [
        (1, "Reproduce"),
        (2, "Validate authentication"),
        (3, "Validate the request"),
        (4, "Read the response codes"),
        (5, "Read the logs"),
        (6, "Validate connectivity"),
        (7, "Escalate with evidence"),
    ]
    assert {"DNS", "Ports and firewall", "TLS", "Proxies", "Load balancers"} == {
        check.split(":")[0] for check in steps[5].check
    }
    logs = " ".join(steps[4].check)
    assert [word for word in ("Timestamps", "Transaction", "correlation", "Stack traces") if word not in logs] == []
    last = " ".join((steps[6].aim, *steps[6].check))
    wanted = ("screenshots", "logs", "times", "request examples", "reproduce", "Never begin with the backend")
    assert [word for word in wanted if word not in last] == []


@pytest.mark.parametrize(
    ("term", "close"),
    [
        ("ERR_NAME_NOT_RESOLVD", "ERR_NAME_NOT_RESOLVED"),
        ("net::err_conection_refused", "ERR_CONNECTION_REFUSED"),
        ("retry after", "Retry-After"),
        ("4299", "429"),
        ("methods", "method"),
    ],
)
def test_a_mistyped_term_has_near_ones(term, close):
    """A typing error leads to the term that was meant."""
    assert close in knowledge.near(term)[:2]


GOOD = """\
code: 999
name: Test
meaning: A meaning.
usually: A habit.
causes: [one]
steps: [first]
answered_by: [proxy]
layer: [proxy]
sources:
  - {title: A title, url: "https://example.org/"}
"""


def _read(tmp_path: Path, text: str) -> tuple[StatusEntry, ...]:
    path = tmp_path / "999.yml"
    path.write_text(text)
    return reader.read(path, StatusEntry, "999.yml")


def test_a_document_becomes_an_entry(tmp_path):
    """Lists become tuples, and a vendor that is left out is None."""
    (entry,) = _read(tmp_path, GOOD)
    assert (entry.code, entry.vendor, entry.steps, entry.sources[0].url) == (
        999,
        None,
        ("first",),
        "https://example.org/",
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: Test", "name: Test\nnaem: x", "999.yml:3:1: has the unknown field 'naem'."),
        ("causes: [one]\n", "", "999.yml:1:1: lacks the field 'causes'."),
        ("layer: [proxy]", "layer: [cloud]", "999.yml:8:9: has the unknown word 'cloud'."),
        ("answered_by: [proxy]", "answered_by: [nobody]", "999.yml:7:15: has the unknown word 'nobody'."),
        ("steps: [first]", "steps: []", "999.yml:6:1: is not a list with at least one item."),
        ("steps: [first]", "steps: first", "999.yml:6:1: is not a list with at least one item."),
        ("name: Test", 'name: "a\\x1b[2J"', "999.yml:2:1: is not a printable text on one line."),
        ("name: Test", "name: ", "999.yml:2:1: is not a printable text on one line."),
        ("name: Test", "name: 12", "999.yml:2:1: is not a printable text on one line."),
        ("code: 999", "code: yes", "999.yml:1:1: is not a whole number."),
        ("code: 999", "code: '999'", "999.yml:1:1: is not a whole number."),
        ("https://example.org/", "javascript:alert(1)", "999.yml:10:22: is not a web address."),
        ("{title: A title, ", "{titel: A title, ", "999.yml:10:6: has the unknown field 'titel'."),
        (GOOD, "- a list\n", "999.yml:1:1: is not a mapping of fields."),
    ],
)
def test_a_malformed_document_is_refused_with_its_place(tmp_path, old, new, message):
    """What does not fit is refused with the line and column to look at."""
    with pytest.raises(DocumentError) as caught:
        _read(tmp_path, GOOD.replace(old, new))
    assert str(caught.value).startswith(message)


def test_a_file_holds_only_its_own_code(tmp_path, monkeypatch):
    """An entry in the file of another code would never be found, so it is refused."""
    (tmp_path / "status").mkdir()
    (tmp_path / "status" / "998.yml").write_text(GOOD)
    monkeypatch.setattr(knowledge, "_folder", lambda: tmp_path)
    monkeypatch.setattr(knowledge, "codes", lambda: (998,))
    with pytest.raises(DocumentError, match=r"998\.yml: holds an entry of status 999"):
        knowledge.status.__wrapped__(998)


def test_a_look_up_loads_nothing_heavy():
    """The knowledge base stays usable for a command that starts in an instant; benchmarks/startup.py measures it."""
    script = (
        "import sys; from analyzer import knowledge; knowledge.status(429); knowledge.error('ERR_FAILED');"
        "knowledge.header('Via');"
        "print('HEAVY', sorted({'polars', 'jinja2', 'click', 'haralyzer', 'rich', 'zoneinfo'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "HEAVY []\n"
