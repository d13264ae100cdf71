"""A secret at any place from which secrets are taken never survives, and cleaning twice changes nothing."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import canaries
import pytest
from canaries import BASE, FORM, JSON, entry, survivors
from capture_cases import cleaned, log_of
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.redact.capture import BODIES, reject_shown

SECRETS = st.from_regex(r"[A-Za-z][A-Za-z0-9_+/=.!~-]{6,20}[0-9][A-Za-z]{2,8}", fullmatch=True)
# No secret in itself: a word, a number and a URL beside it.
OTHERS = st.sampled_from(["green", "17", "two words", f"{BASE}/v1/orders/17?page=2", ""])


def _posted(mime: str, text: str, **more: Any) -> dict[str, Any]:
    return entry("POST", posted={"mimeType": mime, "text": text, **more})


def _answer(value: Any, mime: str = JSON) -> dict[str, Any]:
    return entry(body=(mime, value if isinstance(value, str) else json.dumps(value)))


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "bearer": lambda s: entry(sent={"AUTHORIZATION": f"bearer {s}"}),
    "basic": lambda s: entry(sent={"authorization": f"Basic {_b64('ann:' + s)}"}),
    "bare authorization": lambda s: entry(sent={"authorization": s}),
    "digest": lambda s: entry(sent={"authorization": f'Digest username="a", realm="r", response="{s}"'}),
    "cookie": lambda s: entry(sent={"cookie": f"a=b; c={s}"}),
    "set-cookie": lambda s: entry(answered={"set-cookie": f"c={s}; Path=/\nd={s}"}),
    "listed cookie": lambda s: entry(request={"cookies": [{"name": "c", "value": s}]}),
    "named header": lambda s: entry(sent={"X-Acme-Auth_Token": s}),
    "userinfo": lambda s: entry(url=f"https://u:{quote(s, safe='')}@shop.example.test/"),
    "path": lambda s: entry(url=f"{BASE}/invite/{quote(s, safe='')}"),
    "matrix": lambda s: entry(url=f"{BASE}/a;sessionId={quote(s, safe='')}/b"),
    "query": lambda s: entry(url=f"{BASE}/?a=1&access%5Ftoken={quote(s, safe='')}"),
    "nested query": lambda s: entry(url=f"{BASE}/?next={quote(f'{BASE}/?client_secret=' + quote(s, safe=''), safe='')}"),
    "fragment": lambda s: entry(url=f"{BASE}/#id_token={quote(s, safe='')}"),
    "code": lambda s: entry(url=f"{BASE}/cb?code={quote(s, safe='')}"),
    "queryString": lambda s: entry(request={"queryString": [{"name": "api-key", "value": s}]}),
    "referer": lambda s: entry(sent={"referer": f"{BASE}/?password={quote(s, safe='')}"}),
    "location": lambda s: entry(answered={"location": f"/?token={quote(s, safe='')}"}),
    "redirectURL": lambda s: entry(response={"redirectURL": f"{BASE}/?sig={quote(s, safe='')}"}),
    "link": lambda s: entry(answered={"link": f'<{BASE}/?token={quote(s, safe="")}>; rel="next"'}),
    "baggage": lambda s: entry(sent={"baggage": f"user={s.replace('=', '')}x9"}),
    "json name": lambda s: _answer({"deep": [{"apiSecret": s}]}),
    "json neutral": lambda s: _answer({"note": s}),
    "json in json": lambda s: _answer({"a": json.dumps({"b": json.dumps({"password": s})})}),
    "json in base64": lambda s: _answer({"a": _b64(json.dumps({"password": s}))}),
    "beneath a name": lambda s: _answer({"credentials": {"first": {"x": [s]}}}),
    "form": lambda s: _posted(FORM, f"a=1&passWord={quote(s, safe='')}"),
    "neutral form": lambda s: _posted(FORM, f"a={quote(s, safe='')}&page=1"),
    "base64 body": lambda s: _posted(JSON, _b64(json.dumps({"password": s})), encoding="base64"),
    "hidden base64": lambda s: _posted(JSON, "", _textBase64=_b64(json.dumps({"token": s}))),
    "compressed body": lambda s: _posted(
        JSON, base64.b64encode(gzip.compress(json.dumps({"token": s}).encode())).decode(), encoding="base64"
    ),
    "params": lambda s: entry("POST", posted={"mimeType": FORM, "params": [{"name": "x", "value": s, "fileName": s}]}),
    "multipart": lambda s: _posted(
        "multipart/form-data; boundary=b",
        f'--b\r\nContent-Disposition: form-data; name="x"; filename="{s}"\r\nX-Other: {s}\r\n\r\n{s}\r\n--b--\r\n',
    ),
    "xml": lambda s: _posted("text/xml", f'<a b="{s}"><!-- {s} --><c>{s}</c><![CDATA[{s}]]></a>'),
    "graphql": lambda s: _posted(JSON, json.dumps({"query": f'{{ a(b: "{s}") {{ c }} }} # {s}', "variables": {"d": [s]}})),
    "text": lambda s: _answer(f"hello {s}", "text/plain"),
    "script": lambda s: _answer(f"const apiKey = '{s}';", "application/javascript; charset=utf-8"),
    "html": lambda s: _answer(f"<!doctype html><html><input type=hidden name=csrf value='{s}'>{s}</html>", "text/html"),
    "websocket": lambda s: entry(_webSocketMessages=[{"type": "send", "time": 1, "opcode": 1, "data": json.dumps([s])}]),
    "event stream": lambda s: entry(_eventSourceMessages=[{"time": 1, "eventId": s, "data": s}]),
    "initiator": lambda s: entry(_initiator={"type": "script", "url": f"{BASE}/a.js?{quote(s, safe='')}"}),
    "error": lambda s: entry(_error=f"failed: {BASE}/?token={quote(s, safe='')} (again)"),
    "comment": lambda s: entry(comment=s),
    "unknown": lambda s: entry(_mine={"a": [s]}),
}  # fmt: skip
# Where a neutral name says nothing, readable bodies keep the value: that is what they are for.
NEUTRAL = {"json neutral", "neutral form", "params", "text", "html"}


@given(place=st.sampled_from(sorted(PLACES)), value=SECRETS, other=OTHERS, bodies=st.sampled_from(BODIES))
@example(place="cookie", value="abc/defgh1ij", other="", bodies="skeleton")
@example(place="bearer", value="abc=defgh1==1ij", other="", bodies="skeleton")
@example(place="json in json", value="A0000000AA", other="green", bodies="skeleton")
@example(place="xml", value="A0000000AA", other="green", bodies="redacted")
def test_no_secret_survives_at_any_place(place: str, value: str, other: str, bodies: Any):
    if bodies == "redacted" and place in NEUTRAL:
        bodies = "skeleton"
    beside = canaries.entry(sent={"x-note": other}, body=(JSON, json.dumps({"a": other, "b": [1, None, True]})))
    capture = cleaned(log_of(beside, PLACES[place](value), beside), bodies=bodies)
    written = json.dumps(capture).encode()
    assert survivors(written, {"it": (value,)}) == set(), place
    assert json.dumps(cleaned(written, bodies=bodies)) == json.dumps(capture)


@pytest.mark.parametrize("bodies", BODIES)
@pytest.mark.parametrize("place", sorted(PLACES))
def test_no_place_is_left_out(place: str, bodies: Any):
    """Each place with each way of bodies, whatever chance chooses above."""
    if bodies == "redacted" and place in NEUTRAL:
        bodies = "skeleton"
    value = "kQ9_x.Zt-4/v+B=7Ab"
    written = json.dumps(cleaned(log_of(PLACES[place](value)), bodies=bodies))
    assert survivors(written.encode(), {"it": (value,)}) == set()
    assert json.dumps(cleaned(written.encode(), bodies=bodies)) == written


def test_each_place_is_one():
    """The secret stands in the capture before, in a view that would find it after; a compressed one too."""
    for place, plant in PLACES.items():
        planted = json.dumps(plant("s3cret-V4lue.0001x")).encode()
        assert survivors(planted, {"it": ("s3cret-V4lue.0001x",)}) == {"it"}, place


@given(
    st.recursive(
        SECRETS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["name", "value", "url", "a"]), inner, max_size=3)
        ),
    ),
    st.integers(0, 200),
)
def test_no_value_of_a_broken_entry_is_shown(entry_: Any, cut: int):
    """Any JSON of secrets, cut anywhere."""
    whole = json.dumps({"request": entry_})
    shown = reject_shown(whole[: max(20, len(whole) - cut)])
    values = [entry_] if isinstance(entry_, str) else _leaves(entry_)
    assert not [value for value in values if value in shown]


def _leaves(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [leaf for item in (value.values() if isinstance(value, dict) else value) for leaf in _leaves(item)]


def test_harmless_parts_of_a_broken_entry_stay():
    text = '{"request": {"method": "GET", "url": "https://a.test/?t=1", "headers": [{"name": "Cookie", "value": "a=b"}], "time": 4.5'
    assert reject_shown(text) == (
        '{"request": {"method": "GET", "url": "[19 characters]", "headers": [{"name": "Cookie", "value": "[3 characters]"}], "time": 4.5'
    )


def test_numbers_and_words_without_quotes_go():
    assert reject_shown('{a: \'secret\', "n": 4111111111111111, "m": 12}') == (
        '{[1 characters]: [8 characters], "n": [16 characters], "m": 12}'
    )
