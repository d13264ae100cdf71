"""What a capture alone shows: each failure gets its layer, and never a stronger verdict than the capture allows.

The entries are shaped as programs were seen to write them: Chromium 156 (its own export and Playwright's), Firefox 153,
mitmproxy 11. The verdicts are those of the ground truth beside the recorded captures.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer.pipeline import Plan, run

CAPTURES = Path(__file__).parents[3] / "shared/data/har"
PAGE = "https://app.example/"
UA = {"chrome": "Mozilla/5.0 Chrome/156.0.0.0 Safari/537.36", "firefox": "Mozilla/5.0 (X11; rv:153.0) Firefox/153.0"}


def headers(values):
    return [{"name": name, "value": value} for name, value in values.items()]


def entry(url, at=0, *, sent=None, answered=None, response=None, method="GET", **fields):
    made = {
        "startedDateTime": f"2026-03-02T10:00:{at:06.3f}Z",
        "time": 24,
        "pageref": "p",
        "request": {"method": method, "url": url, "headers": headers({"User-Agent": UA["chrome"]} | (sent or {})), "bodySize": 0},
        "response": {"status": 0, "headers": headers(answered or {}), "content": {"size": -1}, "bodySize": -1} | (response or {}),
        "timings": {"send": 1, "wait": 20, "receive": 3},
    }  # fmt: skip
    return made | fields


def document(at=0):
    return entry(PAGE, at, answered={"Content-Type": "text/html", "Server": "x"}, response={"status": 200},
                 _resourceType="document")  # fmt: skip


def failed(error, url="https://api.example/v1/orders", at=1, place="_error", **more):
    return entry(url, at, response={"status": 0, place: error}, _resourceType="fetch", **more)


@pytest.fixture
def judge(tmp_path):
    def analyze(*entries):
        """Gives the findings of a capture: (layer, its verdict, all suspected or causing layers, severity) by incident."""
        path = tmp_path / "browser.har"
        path.write_text(
            json.dumps(
                {"log": {"version": "1.2", "creator": {"name": "t"}, "pages": [{"id": "p"}], "entries": entries}}
            )
        )
        return findings_of(path, tmp_path)

    return analyze


def findings_of(path, folder):
    work = folder / f"work-{len(list(folder.iterdir()))}"
    work.mkdir()
    state = run(Plan(inputs=(str(path),), work=work, key=b"k" * 32, rules=(), only_rules=False))
    return json.loads(state.outputs["findings.json"])


def verdicts(incident):
    return {each["layer"]: each["verdict"] for each in incident["layers"] if each["verdict"] in ("cause", "suspected")}


def only(found):
    assert len(found["incidents"]) == 1, [incident["title"] for incident in found["incidents"]]
    return found["incidents"][0]


CORS = {"Origin": "https://app.example", "Sec-Fetch-Mode": "cors", "Referer": PAGE}
REFERRED = {"Referer": PAGE}
JSON_ANSWER = {"Content-Type": "application/json", "Server": "nginx", "Date": "Mon, 02 Mar 2026 10:00:01 GMT"}
HTML = "<!doctype html><title>App</title>"
GRAPHQL = '{"data": null, "errors": [{"message": "boom", "path": ["orders"], "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}'
API = "https://api.example/v1/orders"
WS = "wss://api.example/ws"
NOTHING = {"timings": {}, "time": 0}
ZEROS = {"timings": dict.fromkeys(("blocked", "dns", "ssl", "connect", "send", "wait", "receive"), 0), "time": 0}
FIREFOX = CORS | {"User-Agent": UA["firefox"]}
SAME = {"User-Agent": UA["firefox"], "Referer": "https://api.example/"}


def web_socket(frames, status=101, **more):
    return entry(WS, 1, response={"status": status}, _resourceType="websocket", _webSocketMessages=frames, **more)


CASES = {
    # The network failed: one layer is the cause, with an Origin header or without.
    "unknown name": ([failed("net::ERR_NAME_NOT_RESOLVED", sent=CORS)], {"dns": "cause"}),
    "refused": ([failed("net::ERR_CONNECTION_REFUSED", sent=CORS)], {"connect": "cause"}),
    "refused, mitmproxy": ([failed("[Errno 111] Connect call failed ('127.0.0.1', 9)")], {"connect": "cause"}),
    "refused, by number": ([failed(-102)], {"connect": "cause"}),
    "refused, Node": ([failed({"code": "ECONNREFUSED", "errno": -111})], {"connect": "cause"}),
    "name, Safari": ([failed("A server with the specified hostname could not be found.")], {"dns": "cause"}),
    "name, Firefox by number": ([failed("0x804B001E")], {"dns": "cause"}),
    "certificate": ([failed("net::ERR_CERT_AUTHORITY_INVALID", sent=CORS)], {"tls": "cause"}),
    "certificate, Node": ([failed({"code": "CERT_HAS_EXPIRED"})], {"tls": "cause"}),
    "client's proxy": ([failed("net::ERR_PROXY_CONNECTION_FAILED")], {"proxy": "cause"}),
    # The connection stood and was closed, or nothing came: who did it, no capture tells.
    "closed without a byte": ([failed("net::ERR_EMPTY_RESPONSE")], {"connect": "suspected", "backend": "suspected"}),
    "closed, mitmproxy": ([failed("server closed connection")], {"connect": "suspected", "backend": "suspected"}),
    "reset": ([failed("net::ERR_CONNECTION_RESET", sent=CORS)], {"connect": "suspected", "backend": "suspected"}),
    "lost, Safari": ([failed("The network connection was lost.")], {"connect": "suspected", "backend": "suspected"}),
    "reset, Node": ([failed({"code": "ECONNRESET"})], {"connect": "suspected", "backend": "suspected"}),
    "timed out, Safari": ([failed("The request timed out.", timings={})], {"connect": "suspected", "backend": "suspected"}),
    "garbled": ([failed("net::ERR_HTTP2_PROTOCOL_ERROR")], {"proxy": "suspected", "backend": "suspected"}),
    "cut off": ([entry(API, 1, answered=JSON_ANSWER, response={"status": 200, "_error": "net::ERR_CONTENT_LENGTH_MISMATCH"})],
                {"proxy": "suspected", "backend": "suspected"}),
    "cut off, mitmproxy": ([entry(API, 1, answered=JSON_ANSWER | {"Content-Length": "500"},
                                  response={"status": 200, "bodySize": 0, "content": {"size": 0, "compression": 0}})],
                           {"proxy": "suspected", "backend": "suspected"}),
    # The browser's own doing.
    "CORS, Playwright": ([failed("net::ERR_FAILED", place="_failureText", sent=REFERRED)], {"browser": "suspected"}),
    "CORS, Chromium": ([entry(API, 1, sent=CORS, answered=JSON_ANSWER, response={"status": 200, "_error": "net::ERR_FAILED"},
                              _resourceType="fetch")], {"browser": "cause"}),
    "CORS, Firefox": ([entry(API, 1, sent=FIREFOX, answered=JSON_ANSWER, response={"status": 200})], {"browser": "cause"}),
    "500 behind CORS": ([entry(API, 1, sent=CORS, answered=JSON_ANSWER, response={"status": 500, "_error": "net::ERR_FAILED"})],
                        {"backend": "suspected", "browser": "suspected"}),
    "same origin without a reason": ([failed("net::ERR_FAILED", sent={"Referer": "https://api.example/"})],
                                     {"browser": "suspected"}),
    "mixed content, Playwright": ([document(), failed("mixed-content", "http://cdn.example/a.js", sent={"Referer": ""})],
                                  {"browser": "cause"}),
    "mixed content, Chromium": ([document(), failed("", "http://cdn.example/a.js", sent={"Referer": ""})], {"browser": "cause"}),
    "mixed content, Firefox": ([entry("http://cdn.example/x", 1, sent=FIREFOX, **NOTHING)], {"browser": "cause"}),
    "CORP, Chromium": ([failed("net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin", sent=CORS)], {"browser": "cause"}),
    "blocked by an extension": ([failed("net::ERR_BLOCKED_BY_CSP")], {"browser": "cause"}),
    # Firefox tells neither status nor error, but how far it came.
    "never left, Firefox": ([entry(API, 1, sent=SAME, **NOTHING)], {"browser": "suspected"}),
    "no connection, Firefox": ([entry(API, 1, sent=SAME, **ZEROS)], {"dns": "suspected", "connect": "suspected"}),
    "handshake, Firefox": ([entry(API, 1, sent=SAME, **ZEROS | {"timings": ZEROS["timings"] | {"ssl": 9}})], {"tls": "suspected"}),
    "no answer, Firefox": ([entry(API, 1, sent=SAME, **ZEROS | {"timings": ZEROS["timings"] | {"connect": 2, "send": 1}})],
                           {"connect": "suspected", "backend": "suspected"}),
    # Redirects.
    "loop": ([entry(f"https://a.example/{n % 2}", n, answered={"Location": f"/{(n + 1) % 2}"}, response={"status": 302})
              for n in range(20)] + [failed("net::ERR_TOO_MANY_REDIRECTS", "https://a.example/0", 20)],
             {"request": "suspected", "proxy": "suspected"}),
    "login loop": ([entry(f"https://a.example/{name}", n, answered={"Location": to}, response={"status": 302})
                    for n, (name, to) in enumerate([("app", "/login?next=/app"), ("login?next=/app", "/app")] * 3)],
                   {"authentication": "suspected"}),
    # WebSockets and event streams.
    "socket closed by a fault": ([web_socket([{"type": "receive", "opcode": 8, "data": "A/M="}])], {"backend": "suspected"}),
    "socket broke": ([web_socket([], _webSocketClose="aborted")], {"connect": "suspected"}),
    "socket refused": ([web_socket([{"type": "error", "opcode": -1, "data":
                                     "Error during WebSocket handshake: Unexpected response code: 403"}], status=0)],
                       {"authorization": "suspected"}),
    "stream of a wrong type": ([entry(API, 1, answered=JSON_ANSWER, response={"status": 200}, _resourceType="eventsource")],
                               {"request": "suspected"}),
    # Answers that say 200 and are none.
    "page for JSON": ([entry(API, n, sent={"Accept": "application/json"}, answered={"Content-Type": "text/html"},
                             response={"status": 200, "content": {"text": HTML}}) for n in (1, 2)],
                      {"request": "suspected", "proxy": "suspected"}),
    "GraphQL error": ([entry(API, 1, method="POST", answered=JSON_ANSWER, response={"status": 200, "content": {"text": GRAPHQL}})],
                      {"backend": "suspected", "request": "suspected"}),
    # Gateways that say what they saw.
    "gateway timeout by Proxy-Status": ([entry(API, 1, answered={"Proxy-Status": "edge.example; error=http_response_timeout"},
                                               response={"status": 504})], {"backend": "suspected"}),
    "bad gateway": ([entry(API, 1, answered={"Via": "1.1 proxy.example"}, response={"status": 502})],
                    {"proxy": "suspected", "backend": "suspected"}),
}  # fmt: skip


@pytest.mark.parametrize(("entries", "expected"), CASES.values(), ids=CASES)
def test_a_capture_alone_gives_its_layer_and_no_more(judge, entries, expected):
    """One incident, whose causing and suspected layers are exactly these."""
    incident = only(judge(*entries))
    assert verdicts(incident) == expected
    assert incident["layer"] in expected
    assert all(layer["evidence"] for layer in incident["layers"] if layer["verdict"] in ("cause", "suspected"))


PREFLIGHT = {"method": "OPTIONS", "sent": CORS | {"Access-Control-Request-Method": "PUT"}, "_resourceType": "preflight",
             "_initiator": {"type": "preflight"}}  # fmt: skip


@pytest.mark.parametrize(
    ("real", "status", "answered"),
    [
        (failed("net::ERR_FAILED", sent=REFERRED, method="PUT"), 403, {"Server": "nginx"}),
        (failed("net::ERR_FAILED", sent=REFERRED, method="PUT"), 204, {"Server": "nginx"}),
        (entry(API, 1, sent=FIREFOX, method="PUT", **NOTHING), 403, {"Server": "nginx"}),
    ],
)
def test_a_failed_preflight_is_the_browsers_and_the_request_never_left(judge, real, status, answered):
    """Chromium writes the request first, and both are incidents of the browser, never of the backend."""
    found = judge(real, entry(API, 1.002, answered=answered, response={"status": status}, **PREFLIGHT))
    unsent = next(incident for incident in found["incidents"] if incident["endpoints"][0].startswith("PUT"))
    assert verdicts(unsent) == {"browser": "cause"}
    assert "never left" in json.dumps(unsent["layers"])
    assert all("backend" not in verdicts(incident) for incident in found["incidents"])


QUIET = {
    "socket that ended well": [web_socket([{"type": "receive", "opcode": 8, "data": "A+g="}])],
    "socket without a word of its end": [web_socket([{"type": "send", "opcode": 1, "data": "ping"}])],
    "stream that was open at the end": [entry(API, 1, answered={"Content-Type": "text/event-stream"}, _resourceType="eventsource",
                                              response={"status": 200, "_error": "net::ERR_ABORTED"})],
    "aborted, Firefox": [document(), entry(API, 1, sent=SAME, **ZEROS | {"timings": ZEROS["timings"] | {"blocked": -1}}),
                         document(1.1)],
    "stream that the user stopped": [entry(API, 1, method="POST", answered={"Content-Type": "text/event-stream"}, time=5000,
                                           _resourceType="fetch", response={"status": 200, "_error": "net::ERR_ABORTED"}),
                                     document(19)],
    "typing with a pause": [document(), *(failed("net::ERR_ABORTED", f"{API}?q={'abc'[:n]}", at=n * 0.75, time=400) for n in (1, 2, 3)),
                            entry(f"{API}?q=abcd", 3, answered=JSON_ANSWER, response={"status": 200}), document(9)],
    "view that was left": [document(), failed("net::ERR_ABORTED", API + "/a", time=700),
                           failed("net::ERR_ABORTED", API + "/b", at=1.01, time=690),
                           entry(API, 9, answered=JSON_ANSWER, response={"status": 200})],
    "job that is not done": [entry(API, n * 5, answered={"Location": API, "Retry-After": "5"}, response={"status": 303})
                             for n in range(4)],
    "size in characters": [entry(API, 1, answered=JSON_ANSWER | {"Content-Length": "300"},
                                 response={"status": 200, "content": {"size": 150, "text": "é" * 150}})],
    "aborted by a navigation": [failed("net::ERR_ABORTED", time=2000), document(3.1)],
    "preflight that passed": [entry(API, 1, sent=CORS, answered=JSON_ANSWER | {"Access-Control-Allow-Origin": "*"},
                                    response={"status": 200}),
                              entry(API, 1, answered={"Access-Control-Allow-Origin": "*"}, response={"status": 204}, **PREFLIGHT)],
    "try that was made again": [entry(API, 1, response={"status": 200}),
                                entry(API, 2, answered=JSON_ANSWER, response={"status": 200, "content": {"size": 2}})],
    "page where anything would do": [entry(API, 1, sent={"Accept": "application/json, text/plain, */*"},
                                           answered={"Content-Type": "text/html"},
                                           response={"status": 200, "content": {"text": HTML}})],
    "GraphQL that worked": [entry(API, 1, answered=JSON_ANSWER,
                                  response={"status": 200, "content": {"text": '{"data": {"a": 1}, "errors": []}'}})],
    "login that arrives": [entry("https://a.example/app", 0, answered={"Location": "/login"}, response={"status": 302}),
                           entry("https://a.example/login", 1, answered={"Location": "/app"}, response={"status": 302}),
                           entry("https://a.example/app", 2, answered=JSON_ANSWER, response={"status": 200})],
}  # fmt: skip


@pytest.mark.parametrize("entries", QUIET.values(), ids=QUIET)
def test_what_is_no_failure_is_no_incident(judge, entries):
    """Background stays background."""
    assert judge(*entries)["incidents"] == []


def test_waits_of_one_round_length_are_a_timeout_of_the_page(judge):
    """One alone may be the user's doing."""
    waits = [failed("net::ERR_ABORTED", f"{API}/{n}", at=1 + 20 * n, time=10_004) for n in range(2)]
    incident = only(judge(document(), *waits, entry(API, 50, answered=JSON_ANSWER, response={"status": 200})))
    assert (incident["severity"], verdicts(incident)) == ("low", {"browser": "cause"})


def test_what_may_be_a_block_is_not_said_to_be_one(judge):
    """A test that stops requests to other sites leaves the same traces."""
    incident = only(judge(failed("net::ERR_FAILED", place="_failureText", sent=REFERRED)))
    said = json.dumps([item["text"] for item in incident["root_evidence"]])
    assert incident["severity"] == "low"
    assert "withheld" not in said
    assert "a CORS block looks like that" in said


def test_a_page_that_gave_up_waiting_is_a_low_incident_of_the_browser(judge):
    """An aborted fetch after which the page went on; one that a navigation ended is background."""
    slow = failed("net::ERR_ABORTED", API + "/slow", time=200)
    found = judge(document(), slow, entry(API, 2, answered=JSON_ANSWER, response={"status": 200}))
    incident = only(found)
    assert (incident["severity"], incident["layer"], verdicts(incident)) == ("low", "browser", {"browser": "suspected"})
    assert "after 200 ms" in json.dumps(incident["layers"])
    assert found["noise"] == []


def test_a_try_that_was_made_again_is_no_success_either(judge):
    """The counter-example of an incident is a request that worked."""
    lost = entry(API, 1, response={"status": 200})
    broken = [entry(API, n, answered=JSON_ANSWER, response={"status": 500}) for n in (2, 3)]
    assert only(judge(lost, *broken, lost | {"startedDateTime": "2026-03-02T10:00:02.500Z"}))["counter_example"] is None


def test_an_error_with_200_is_told_in_its_words_and_stays_low(judge):
    """Partial data or none, many or few: title, severity and sentence; outside, what worked is no failure of the kind."""
    partial = GRAPHQL.replace('"data": null', '"data": {"user": {"name": "a"}}')
    bodies = [*["{}"] * 3, *[GRAPHQL, partial] * 3]
    answers = [{"status": 200, "content": {"text": body}} for body in bodies]
    found = judge(
        *(entry(API, n, method="POST", answered=JSON_ANSWER, response=each) for n, each in enumerate(answers))
    )
    incident = only(found)
    assert (incident["severity"], incident["layer"], incident["failed"]) == ("low", "backend", 6)
    assert incident["title"] == "POST /v1/orders answered 200, with an error in the body"
    assert incident["baseline_failure_rate"] == 0
    said = [each["text"] for each in incident["root_evidence"]]
    problem = "INTERNAL_SERVER_ERROR: boom"
    assert said[0] == f"6 of 6 failing requests were answered with success, and the body holds an error: {problem}."


def test_a_page_for_json_is_an_incident_beside_failures_of_the_route(judge):
    """Three pages with 200 and three with 500 on one route: two incidents, and no page among what worked."""
    page = {"sent": {"Accept": "application/json"}, "answered": {"Content-Type": "text/html"}}
    statuses = [200, 200, 200, 500, 500, 500]
    found = judge(*(entry(API, n, response={"status": status, "content": {"text": HTML}}, **page)
                    for n, status in enumerate(statuses)))  # fmt: skip
    assert sorted(each["statuses"] for each in found["incidents"]) == [[200], [500]]
    assert "with an HTML page in place of JSON" in next(
        each["title"] for each in found["incidents"] if each["statuses"] == [200]
    )
    assert {each["counter_example"] for each in found["incidents"]} == {None}


GROUND_TRUTH = {
    "/api/401": {"authentication": "cause"}, "/api/403": {"authorization": "suspected"}, "/api/405": {"request": "cause"},
    "/api/429": {"rate_limit": "cause"}, "/api/500": {"backend": "suspected"},
    "/api/502": {"proxy": "suspected", "backend": "suspected"}, "/api/503": {"proxy": "suspected", "backend": "suspected"},
    "/api/504": {"backend": "suspected"}, "/api/slow": {"browser": "suspected"},
    "/api/reset": {"connect": "suspected", "backend": "suspected"},
    "/api/short": {"proxy": "suspected", "backend": "suspected"}, "/nocors/x": {"browser": "suspected"},
    "/refused": {"connect": "cause"}, "/x": {"dns": "cause"}, "/tls": {"tls": "cause"},
}  # fmt: skip


@pytest.mark.skipif(not CAPTURES.exists(), reason="needs the shared data folder")
@pytest.mark.parametrize(
    ("name", "left_out"),
    [("playwright-1.65.1-groundtruth.har", ()),
     ("mitmproxy-11.0.2-groundtruth.har", ("/api/slow", "/nocors/x", "/tls"))],
)  # fmt: skip
def test_the_recorded_captures_give_their_ground_truth(name, left_out, tmp_path):
    """Every row of the table that stands beside the captures, and no incident more."""
    entries = json.loads((CAPTURES / name).read_text())["log"]["entries"]
    found = {}
    for incident in findings_of(CAPTURES / name, tmp_path)["incidents"]:
        refs = [item["ref"] for layer in incident["layers"] for item in layer["evidence"] if item["ref"]]
        path = "/" + entries[refs[0]["entry"]]["request"]["url"].split("/", 3)[3].partition("?")[0]
        assert path not in found
        found[path] = verdicts(incident)
    assert found == {path: layers for path, layers in GROUND_TRUTH.items() if path not in left_out}
