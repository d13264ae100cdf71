"""A random secret at any place of a log line that names it never survives, in that line or in any other."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import polars as pl
import pytest
from canaries import survivors
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.redact import Redactor

KEY = b"k" * 32
STAMP = "2026-11-22T16:14:14.500Z"
SECRETS = st.from_regex(r"[A-Za-z][A-Za-z0-9_.~-]{6,20}[0-9][A-Za-z]{2,8}", fullmatch=True)
# No secret in itself, and nothing that belongs to the secret's own word.
NOISE = st.lists(
    st.sampled_from(["GET", "200", "status=ok", '"x"', "a.b.c", "17ms", "(retry 2)", "id=00f1a2b3"]), max_size=4
)


def access(target: str, referrer: str = "-") -> str:
    return f'192.0.2.1 - - [22/Nov/2026:16:14:14 +0000] "GET {target} HTTP/1.1" 500 5 "{referrer}" "curl/8.1"'


def encoded(secret: str) -> str:
    return quote(secret, safe="")


PLACES: dict[str, Callable[[str], str]] = {
    "query": lambda s: access(f"/v1/x?page=2&access_token={encoded(s)}&sort=a"),
    "name in percent": lambda s: access(f"/v1/x?access%5Ftoken={encoded(s)}"),
    "code": lambda s: access(f"/cb?code={encoded(s)}&state=1"),
    "signature": lambda s: access(f"/b?X-Amz-Signature={encoded(s)}"),
    "matrix": lambda s: access(f"/a;jsessionid={encoded(s)}?page=1"),
    "path": lambda s: access(f"/reset/{encoded(s)}"),
    "nested": lambda s: access(f"/login?next={quote('https://a.example/?client_secret=' + encoded(s), safe='')}"),
    "referrer": lambda s: access("/v1/x", f"https://app.example/?password={encoded(s)}"),
    "header dump": lambda s: f"{STAMP} DEBUG request headers: Authorization: Bearer {s}, Accept: */*",
    "cookie": lambda s: f"{STAMP} DEBUG Cookie: theme=dark; sid={s}",
    "json": lambda s: json.dumps({"ts": STAMP, "level": "error", "authorization": s}),
    "json in json": lambda s: json.dumps({"ts": STAMP, "message": json.dumps({"user": {"password": s}})}),
    "logfmt": lambda s: f'time={STAMP} level=error msg="no login" token={s}',
    "quoted logfmt": lambda s: f'time={STAMP} level=error secret="{s}" msg=x',
    "connection": lambda s: f"{STAMP} ERROR could not connect to postgresql://app:{s}@db:5432/orders",
    "environment": lambda s: f"{STAMP} INFO env AWS_SECRET_ACCESS_KEY={s} HOME=/srv",
    "curl": lambda s: f"+ curl -s -u 'deploy:{s}' https://a.example/v1/x",
    "curl header": lambda s: f"+ curl -H 'X-Api-Key: {s}' https://a.example/v1/x",
    "option": lambda s: f"{STAMP} INFO started: app --password={s} --port 80",
    "basic": lambda s: f"{STAMP} WARN Authorization: Basic {base64.b64encode(f'ann:{s}'.encode()).decode()}",
    "base64": lambda s: f"{STAMP} WARN body {base64.b64encode(json.dumps({'password': s}).encode()).decode()}",
}


def clean(*lines: str) -> list[str]:
    redactor = Redactor(KEY)
    column = pl.Series("line", lines, dtype=pl.String)
    redactor.learn(column)
    return redactor.replace(column).to_list()


@given(place=st.sampled_from(sorted(PLACES)), secret=SECRETS, noise=NOISE)
@example(place="cookie", secret="aaaaaaa~.0aA", noise=[])
@example(place="option", secret="a-------0aa", noise=["status=ok"])
@example(place="basic", secret="A0000000AA", noise=[])
def test_no_secret_of_a_line_survives_anywhere(place, secret, noise):
    """In its own line, beside other words, and in one that does not name it; and a second run changes nothing."""
    planted = PLACES[place](secret)
    lines = clean(" ".join([planted, *noise]), f"the value {secret} was seen", f"GET /v1/{encoded(secret)}/a")
    assert survivors("\n".join(lines).encode(), {"it": (secret,)}) == set(), lines
    assert clean(*lines) == lines


@pytest.mark.parametrize("place", sorted(PLACES))
def test_no_place_is_left_out(place):
    """Each of them, whatever chance chooses above."""
    lines = clean(PLACES[place]("kQ9_x.Zt-4v7Ab"), "the value kQ9_x.Zt-4v7Ab was seen")
    assert survivors("\n".join(lines).encode(), {"it": ("kQ9_x.Zt-4v7Ab",)}) == set(), lines


def test_each_place_holds_the_secret():
    """A place that would lose it by itself would prove nothing."""
    for place, plant in PLACES.items():
        assert survivors(plant("s3cret-V4lue.0001x").encode(), {"it": ("s3cret-V4lue.0001x",)}) == {"it"}, place
