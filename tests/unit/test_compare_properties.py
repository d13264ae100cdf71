"""What holds for every two captures: equal ones do not differ, nothing raises, no planted secret is written."""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from compare_cases import compared, entry, har, write_pair
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from test_golden_compare import SCHEMA

from analyzer.errors import NothingReadableError
from analyzer.pipeline import Compared, Plan, compare
from analyzer.pipeline import run as analyze
from analyzer.report.comparison.words import headline, sentence

QUICK = settings(suppress_health_check=list(HealthCheck))
TEXT = st.text(max_size=12) | st.sampled_from(
    ["Cookie", "Set-Cookie", "Authorization", "a=1; b=2", "Bearer a.b.c", "\ud800", "Location", "//[", "https://[x"]
)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
ANY = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
HEADERS = st.lists(st.fixed_dictionaries({"name": TEXT, "value": TEXT}) | ANY, max_size=4)
PATHS = st.sampled_from(["/a", "/a?x=1", "/b/7", "/b/8", "/c?=&&x", "/%ff"])


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    made = entry(
        draw(PATHS),
        draw(st.sampled_from([200, 302, 304, 401, 500, 0])),
        at=draw(st.integers(0, 59)),
        method=draw(st.sampled_from(["GET", "POST"])),
        timings=draw(st.none() | st.dictionaries(st.sampled_from(["wait", "dns", "ssl", "connect"]), ANY, max_size=3)),
    )
    made["request"]["headers"] = draw(HEADERS)
    made["response"]["headers"] = draw(HEADERS)
    made["request"]["cookies"] = draw(ANY)
    made["request"]["postData"] = draw(
        ANY | st.fixed_dictionaries({"mimeType": TEXT, "text": st.sampled_from(['{"a": 1}', "a=1&b", "{", "[[[]]]"])})
    )
    made["response"]["content"] = draw(
        ANY | st.fixed_dictionaries({"mimeType": TEXT, "text": st.sampled_from(['{"error": {}}', "<html>", ""])})
    )
    place = draw(st.sampled_from(["none", "request", "response", "timings", "startedDateTime", "_initiator"]))
    if place != "none":
        made[place] = draw(ANY)
    return made


CAPTURES = st.lists(entries(), max_size=6)


@QUICK
@given(CAPTURES)
def test_a_capture_does_not_differ_from_itself(capture: list[Any]):
    """Every request is its own partner, and no difference is found."""
    comparison = compared(capture, capture)
    assert comparison.rows == ()
    assert comparison.failed == comparison.missing == comparison.extra == 0


@QUICK
@given(CAPTURES, CAPTURES, st.integers(0, 20))
def test_any_two_captures_are_compared(good: list[Any], bad: list[Any], most_steps: int):
    """Nothing raises; each request is in one pair or alone; every row has its sentence with a place in it."""
    comparison = compared(good, bad, most_steps=most_steps)
    assert comparison.pairs + comparison.missing == comparison.good.requests
    assert comparison.pairs + comparison.extra == comparison.bad.requests
    assert headline(comparison)
    for row in comparison.rows:
        assert ".har#" in sentence(row, comparison)


def run(good: Path, bad: Path, work: Path) -> Compared:
    plans = []
    for side, path in (("g", good), ("b", bad)):
        (work / side).mkdir(parents=True)
        plans.append(Plan((str(path),), work / side, b"k" * 32))
    return compare(plans[0], plans[1])


def written(found: Compared) -> str:
    spoken = "\n".join([found.headline, *found.sentences, *found.not_visible, *found.matched])
    return "\n".join([spoken, *(data.decode() for data in found.outputs.values())])


JWT = (
    "eyJhbGciOiJIUzI1NiJ9."
    + base64.urlsafe_b64encode(b'{"sub":"CANARYjwt","exp":1772445600}').decode().rstrip("=")
    + ".CANARYsig0"
)


def planted(side: str, status: int) -> list[dict[str, Any]]:
    """Gives a capture with a secret in every place, other ones on each side; short ones too."""
    c = f"CANARY{side}"
    sent = [
        ("Authorization", f"Bearer {JWT.replace('CANARYsig0', c + 'sig')}"), ("Cookie", f"session={c}1; pin=Zq{side}; {c}bare; long=1{c * 20}"),
        ("X-Api-Key", f"{c}2"), ("X-Own", f"{c}3"), ("X-Short", f"Zq{side}"), ("X-Csrf-Token", f"{c}4"),
        ("Referer", f"https://a.test/?token={c}5"), ("Proxy-Authorization", f"Basic {c}6=="), (f"get /?{c}7", c),
    ]  # fmt: skip
    answered = [
        ("Set-Cookie", f"session={c}8; Path=/; SameSite={side}"), ("Location", f"https://u:{c}9@a.test/reset/{c}10?code={c}11"),
        ("X-Auth-Token", f"{c}12"), ("Link", f"<https://a.test/?sig={c}13>"), ("X-Other", f"{c}14"),
    ]  # fmt: skip
    post = {
        "mimeType": "application/json",
        "text": json.dumps({"password": f"{c}15", "note": f"{c}16", f"{c}1718": 1, side: 1}),
    }
    body = {"mimeType": "application/json", "text": json.dumps({"access_token": f"{c}19", "data": f"{c}20"})}
    path = f"/a?access_token={c}21&neutral={c}22&{c}23000001234567&{c}24&x=Zq{side}"
    made = [entry(path, status, at=1, method="POST", sent=sent, answered=answered, post=post, body=body)]
    made += [entry(f"/only/{side}?key={c}25", at=2, sent=[("Cookie", f"s={c}26")])]
    form = {"mimeType": "application/x-www-form-urlencoded", "text": f"user=x&pw={c}27&{side}={c}28", "params": []}
    return [*made, entry("/form", 302 if side == "g" else 200, at=3, method="POST", post=form, answered=answered)]


def test_no_planted_secret_is_in_any_output(tmp_path: Path):
    """In headers, cookies, queries, bodies, on both sides; also what has no name, and what is short."""
    found = run(*write_pair(tmp_path, planted("g", 200), planted("b", 500)), tmp_path / "work")
    text = written(found)
    assert found.comparison.pairs == 2
    for secret in ("CANARY", "canary", "Zqg", "Zqb", JWT, JWT.split(".")[1], "Q0FOQVJZ"):
        assert secret not in text, secret
    assert "[redacted:" in text
    for name in ("session", "x-own", "access_token"):
        assert name in text, f"the name {name} is told"


def test_equal_secrets_are_equal_placeholders_on_both_sides(tmp_path: Path):
    """The token of GOOD is the same in BAD: one placeholder; another one is another."""
    good = [entry("/a", at=1, sent=[("X-Own", "CANARYone")]), entry("/b", at=2, sent=[("X-Own", "CANARYtwo")])]
    bad = [entry("/a", at=1, sent=[("X-Own", "CANARYtwo")]), entry("/b", at=2, sent=[("X-Own", "CANARYone")])]
    found = run(*write_pair(tmp_path, good, bad), tmp_path / "work")
    differences = [row["differences"][0] for row in json.loads(found.outputs["comparison.json"])["differences"]]
    assert [item["good"] for item in differences] == [item["bad"] for item in reversed(differences)]
    assert differences[0]["good"] != differences[1]["good"]


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(
    st.from_regex(r"[A-Za-z0-9]{6}[0-9][A-Za-z0-9_-]{3,20}", fullmatch=True),
    st.sampled_from(["Authorization", "Cookie", "X-Api-Key", "X-Any", "query", "body", "Set-Cookie"]),
    st.booleans(),
)
def test_a_random_secret_in_any_place_is_not_written(secret: str, place: str, in_good: bool):
    """Whatever it is and wherever it stands."""
    value = f"s={secret}" if "Cookie" in place else f"Bearer {secret}" if place == "Authorization" else secret
    with_it = entry(f"/a?q={secret}" if place == "query" else "/a", sent=[(place, value)])
    if place == "Set-Cookie":
        with_it = entry("/a", answered=[(place, value)])
    if place == "body":
        with_it = entry("/a", method="POST", post={"mimeType": "application/json", "text": json.dumps({"a": secret})})
    without = entry("/a", 500, method=with_it["request"]["method"])
    with tempfile.TemporaryDirectory() as name:
        pair = ([with_it], [without]) if in_good else ([without], [with_it])
        assert secret not in written(run(*write_pair(Path(name), *pair), Path(name) / "work"))


def implicit(side: str, status: int) -> list[dict[str, Any]]:
    """Gives a login by the implicit and the hybrid flow: tokens and a code in fragments, names that nobody knows too."""
    c = f"CANARY{side}0123456789"
    fragment = f"access_token={c}a&id_token={JWT.replace('CANARYsig0', c)}&code={c}b&state={c}c&own={c}d&{c}e"
    made = [entry("/authorize", 302, at=1, answered=[("Location", f"https://app.test/callback#{fragment}")])]
    made += [entry("/relative", 303, at=2, answered=[("Location", f"/callback/{side}#{fragment}")])]
    made += [entry("/bare", 302, at=3, answered=[("Location", f"https://app.test/{side}#{c}f")])]
    no_header = entry("/by-url", 302, at=4)
    no_header["response"]["redirectURL"] = f"https://{side}.test/cb#/{c}g?access_token={c}h"
    return [*made, no_header, entry("/me", status, at=5)]


def test_no_secret_of_a_fragment_is_in_any_output(tmp_path: Path):
    """Location of the implicit flow (RFC 6749, 4.2.2): the same place is no difference, and no value is written."""
    found = run(*write_pair(tmp_path, implicit("g", 200), implicit("b", 500)), tmp_path / "work")
    text = written(found)
    assert "CANARY" not in text
    assert "Q0FOQVJZ" not in text
    assert found.headline == "GET /me: 200 in good.har#4, 500 in bad.har#4"
    assert [row.route for row in found.comparison.rows if row.tier == "redirected"] == ["/relative", "/bare", "/by-url"]
    assert not any(row.route == "/authorize" for row in found.comparison.rows)


def test_no_secret_of_a_fragment_is_in_a_report(tmp_path: Path):
    """Tokens and codes in fragments, through analyze: where the login goes in a circle, its Location is evidence."""
    secrets = f"access_token=CANARYb0123&id_token={JWT}&code=CANARYc0123"
    loop = [entry("/login", 302, at=n, answered=[("Location", f"/login#{secrets}{n}")]) for n in range(8)]
    for name, entries in (("login", implicit("b", 500)), ("loop", loop)):
        (tmp_path / name).mkdir()
        path = tmp_path / f"{name}.har"
        path.write_bytes(har(entries))
        done = analyze(Plan((str(path),), tmp_path / name, b"k" * 32))
        text = "\n".join(data.decode() for data in done.outputs.values())
        assert "findings.json" in done.outputs
        assert "CANARY" not in text
        assert "Q0FOQVJZ" not in text


HOSTILE = (
    "</title></script><script>window.pwned=1</script>",
    "\x1b]52;c;ZXZpbA==\x07",
    "\u202eRTL\u2066",
    "{{7*7}}",
    "a\u2028b",
    "\x9b31m",
    '"><img src=x onerror=pwned=1>',
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_inert_and_fits_the_schema(text: str, tmp_path: Path):
    """As a method's route, header value, cookie name, JSON key, error and host of both sides."""

    def side(more: str, status: int) -> list[dict[str, Any]]:
        post = {"mimeType": "application/json", "text": json.dumps({text: 1, more: 1})}
        sent = [("X-Requested-With", text + more), ("Cookie", f"{text}{more}=1"), ("User-Agent", text + more)]
        return [
            entry(f"/{text}", status, at=1, method="POST", sent=sent, post=post, error=text if more == "b" else None),
            entry(f"/{text}/{more}", at=2, answered=[("Server", text), ("Location", f"https://{text}/{more}")]),
        ]

    found = run(*write_pair(tmp_path, side("a", 200), side("b", 500)), tmp_path / "work")
    document, page = (found.outputs[name].decode() for name in ("comparison.json", "comparison.html"))
    Draft202012Validator(SCHEMA).validate(json.loads(document))
    for made in (document, page):
        assert all(character == "\n" or character.isprintable() for character in made)
    assert "<img" not in page
    assert page.count("<script") == 1
    assert ("{{7*7}}" in page) == (text == "{{7*7}}")


def test_an_empty_capture_is_an_error(tmp_path: Path):
    """Nothing to compare is said, not compared."""
    paths = write_pair(tmp_path, [entry()], [])
    with pytest.raises(NothingReadableError):
        run(*paths, tmp_path / "work")
    assert har([]).startswith(b"{")
