"""Whether cookies come back: each case is one of RFC 6265's own rules, 5.1.3, 5.1.4, 5.2, 5.3 and 5.4."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.formats.har import FORMATS

HAR = FORMATS[0]


def entry(second: float, url: str, *, sets: str | None = None, sends: str | None = None, **more: Any) -> dict[str, Any]:
    """Makes an entry of 10 ms that begins so many seconds after noon."""
    sent = [{"name": "Host", "value": "h"}] + ([{"name": "Cookie", "value": sends}] if sends is not None else [])
    sent += [{"name": name, "value": value} for name, value in more.pop("headers", {}).items()]
    answered = [{"name": "Set-Cookie", "value": sets}] if sets is not None else []
    request = {"method": "GET", "url": url, "headers": sent} | more.pop("request", {})
    response = {"status": 200, "headers": answered, "content": {}} | more.pop("response", {})
    start = f"2026-03-02T12:00:{second:06.3f}Z"
    return {"startedDateTime": start, "time": 10, "request": request, "response": response} | more


def returned(*entries: Any) -> list[bool | None]:
    parsed = HAR.parse_document(json.dumps({"log": {"version": "1.2", "entries": entries}}).encode())
    return parsed.events["set_cookie_sent_back"].to_list()


def fate(cookie: str, url: str, *, of: str = "https://example.com/docs/web/login") -> bool | None:
    """Gives what becomes of one cookie if the next request, without cookies, goes to url."""
    return returned(entry(0, of, sets=cookie), entry(1, url))[0]


def test_a_cookie_that_comes_back_and_one_that_does_not():
    """RFC 6265, 3.1: SID is set, and sent with the next request to the server; without it, it was dropped."""
    login = entry(0, "https://example.com/login", sets="SID=31d4d96e407aad42; Path=/; Secure; HttpOnly")
    assert returned(login, entry(1, "https://example.com/a", sends="SID=31d4d96e407aad42")) == [True, None]
    assert returned(login, entry(1, "https://example.com/a", sends="lang=en-US")) == [False, None]
    assert returned(login) == [None]


@pytest.mark.parametrize(
    ("cookie", "url", "dropped"),
    [
        # 5.3, step 6 and 5.1.3: without Domain the host alone, with it what ends in it, on a label
        ("a=1; Path=/", "https://example.com/", True),
        ("a=1; Path=/", "https://www.example.com/", False),
        ("a=1; Path=/; Domain=example.com", "https://www.example.com/", True),
        ("a=1; Path=/; Domain=.Example.COM", "https://www.example.com/", True),
        ("a=1; Path=/; Domain=example.com", "https://badexample.com/", False),
        ("a=1; Path=/; Domain=other.example", "https://other.example/", False),
        ("a=1; Path=/; Domain=other.example", "https://example.com/", True),  # refused, and waited for in vain
        # 5.1.4: the path as given, on a border of segments, else the folder of the request
        ("a=1; Path=/docs", "https://example.com/docs", True),
        ("a=1; Path=/docs", "https://example.com/docs/web", True),
        ("a=1; Path=/docs", "https://example.com/docsearch", False),
        ("a=1; Path=/docs/", "https://example.com/docs", False),
        ("a=1", "https://example.com/docs/web/2", True),
        ("a=1", "https://example.com/docs", False),
        ("a=1; Path=relative", "https://example.com/docs/web", True),
        # 5.4: Secure goes over https alone
        ("a=1; Path=/; Secure", "http://example.com/", False),
        ("a=1; Path=/", "http://example.com/", True),
        # 5.2.1 and 5.2.2: what is over, or deleted, does not come back; Max-Age wins
        ("a=1; Path=/; Max-Age=0", "https://example.com/", False),
        ("a=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "https://example.com/", False),
        ("a=1; Path=/; Expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=60", "https://example.com/", True),
        ("a=1; Path=/; Expires=Wed, 09 Jun 2100 10:18:14 GMT", "https://example.com/", True),
        ("a=1; Path=/; Expires=whenever", "https://example.com/", True),
        # 5.2: no name, no cookie; what a browser keeps apart by site has a fate of its own
        ("=1; Path=/", "https://example.com/", False),
        ("nonsense", "https://example.com/", False),
        ("a=1; Path=/; Secure; Partitioned", "https://example.com/", False),
    ],
)
def test_which_request_a_cookie_fits(cookie, url, dropped):
    """One that fits and goes without the cookie shows that it was dropped; one that does not fit shows nothing."""
    assert fate(cookie, url) is (False if dropped else None)


def test_the_first_fitting_request_decides():
    """What does not fit is stepped over, and what comes later changes nothing."""
    login = entry(0, "https://a.example/", sets="s=1; Path=/")
    elsewhere, without = entry(1, "https://b.example/"), entry(2, "https://a.example/")
    assert returned(login, elsewhere, entry(2, "https://a.example/", sends="s=1"), entry(3, "https://a.example/"))[0]
    assert returned(login, elsewhere, without, entry(3, "https://a.example/", sends="s=1"))[0] is False


def test_time_counts_and_not_the_order_of_the_file():
    """A request that began before the answer was there could not know the cookie; entries lie in any order."""
    login = entry(1, "https://a.example/login", sets="s=1; Path=/", time=500)
    assert returned(entry(1.4, "https://a.example/"), login) == [None, None]
    assert returned(entry(1.5, "https://a.example/"), login) == [None, False]


def test_all_cookies_of_an_answer_must_come_back():
    """Browsers join them by line feeds (HAR quirk 22): one of two that stays away is the one that matters."""
    login = entry(0, "https://a.example/", sets="s=1; Path=/\ntheme=dark; Path=/")
    assert returned(login, entry(1, "https://a.example/", sends="theme=dark; s=1"))[0] is True
    assert returned(login, entry(1, "https://a.example/", sends="theme=dark"))[0] is False


def test_a_cookie_that_is_replaced_or_over_first_is_not_judged():
    """5.3, step 11: an equal name, domain and path takes its place, also to delete it; a short life ends by itself."""
    login = entry(0, "https://a.example/login", sets="s=1; Path=/; Max-Age=30")
    again = entry(0.1, "https://a.example/login", sets="s=2; Path=/", sends="x=1")
    assert returned(login, entry(0.005, "https://a.example/login", sets="s=2; Path=/"), entry(1, "https://a.example/", sends="s=2")) == [None, True, None]  # fmt: skip
    assert returned(login, entry(0.005, "https://a.example/", sets="s=; Path=/; Max-Age=0"), entry(1, "https://a.example/")) == [None, None, None]  # fmt: skip
    assert returned(login, entry(40, "https://a.example/")) == [None, None]
    assert returned(login, again, entry(1, "https://a.example/", sends="s=2"))[:2] == [False, True]


@pytest.mark.parametrize(
    "more",
    [
        {"request": {"method": "OPTIONS"}},  # Fetch standard: a preflight carries no credentials
        {"request": {"headers": []}},  # the tool left them out
        {"response": {"status": 0}},
        {"_fromCache": "disk"},
        {"headers": {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "cross-site"}},  # not asked for by the page
        {"sends": "[REDACTED]"},
    ],
)
def test_a_request_that_need_not_show_cookies_decides_nothing(more):
    """What goes without cookies by design, or hides them, is stepped over."""
    login = entry(0, "https://a.example/", sets="s=1; Path=/")
    assert returned(login, entry(1, "https://a.example/", **more), entry(2, "https://a.example/", sends="s=1"))[0]


def test_cookies_that_the_capture_lists_apart_count():
    """Some tools fill the array of cookies and not the header (HAR 1.2, request)."""
    listed = {"request": {"cookies": [{"name": "s", "value": "1"}]}}
    assert returned(entry(0, "https://a.example/", sets="s=1"), entry(1, "https://a.example/", **listed))[0] is True


@given(st.text(max_size=80), st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_the_reader(cookie, url, sent):
    """Whatever stands in the headers, every entry has an answer, and it is true, false or unknown."""
    answers = returned(
        entry(0, f"https://{url}", sets=cookie), entry(1, f"https://{url}", sends=sent), entry(2, "https://a.example/")
    )
    assert set(answers) <= {True, False, None}
