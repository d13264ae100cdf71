"""Background is named and counted apart, and nothing that may be a fault is taken for it."""

from __future__ import annotations

import pytest
from events_by_hand import frame, row

from analyzer.diagnose.noise import count_noise, noise_kind, reference
from analyzer.model import Noise, Ref


def kind(**values):
    return frame(row("access", 0, **values)).select(noise=noise_kind()).item()


@pytest.mark.parametrize(
    "path",
    ["/favicon.ico", "/robots.txt", "/apple-touch-icon.png", "/apple-touch-icon-120x120-precomposed.png",
     "/browserconfig.xml", "/.well-known/appspecific/com.chrome.devtools.json", "/.well-known/change-password"],
)  # fmt: skip
def test_what_browsers_ask_for_unasked_is_favicon_noise(path):
    """A 404 on it says nothing of the application."""
    assert kind(path=path, status=404) == "favicon"


@pytest.mark.parametrize(
    "path",
    ["/.env", "/.git/config", "/app/.env.production", "/wp-login.php", "/blog/wp-admin/", "/xmlrpc.php",
     "/phpMyAdmin/index.php", "/cgi-bin/luci", "/vendor/phpunit/x.php", "/HNAP1/", "/server-status"],
)  # fmt: skip
def test_what_only_scanners_ask_for_is_scanner_noise(path):
    """In any letter case, and below any folder."""
    assert kind(path=path, status=404) == "scanner"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410])
def test_every_way_to_refuse_a_scanner_counts(status):
    """A site that answers a probe with 403 refuses it like one that answers 404."""
    assert kind(path="/.env", status=status) == "scanner"


@pytest.mark.parametrize("status", [200, 301, 429, 500, 503, None])
@pytest.mark.parametrize("path", ["/favicon.ico", "/wp-login.php"])
def test_a_probe_that_is_answered_otherwise_is_an_exchange_like_any(path, status):
    """A site may have a wp-login.php, and a server error on it is a server error."""
    assert kind(path=path, status=status) is None


@pytest.mark.parametrize(
    "path",
    ["/.well-known/openid-configuration", "/.well-known/jwks.json", "/.well-known/oauth-authorization-server",
     "/img/favicon.ico", "/favicon.icon", "/robots.txt/x", "/environment", "/github", "/shellfish", "/api/v1/orders",
     "/wp-login-help", None],
)  # fmt: skip
def test_what_only_resembles_noise_is_none(path):
    """A missing identity document is a fault of authentication; a name that begins alike is another name."""
    assert kind(path=path, status=404) is None


@pytest.mark.parametrize("error", ["net::ERR_ABORTED", "NS_BINDING_ABORTED", "NS_ERROR_ABORT"])
def test_what_the_client_gave_up_is_cancelled(error):
    """nginx writes 499 for it, Chromium and Firefox name it."""
    assert kind(status=499) == "cancelled"
    assert kind(status=None, error=error) == "cancelled"


def test_who_leaves_after_ten_seconds_gave_up_on_the_server():
    """A click elsewhere comes sooner; where no duration is logged, it is taken for one."""
    assert kind(status=499, duration_us=9_999_999) == "cancelled"
    assert kind(status=499, duration_us=10_000_000) is None


@pytest.mark.parametrize("error", ["net::ERR_CONNECTION_ABORTED", "net::ERR_FAILED", None])
def test_other_errors_are_not_cancelled(error):
    """A connection that broke off was not given up by the client."""
    assert kind(status=None, error=error) is None


def test_a_scanner_that_gives_up_is_a_scanner_only_if_it_was_refused():
    """The kinds exclude each other; the answer decides before the cancellation."""
    assert kind(path="/.env", status=499) == "cancelled"
    assert kind(path="/.env", status=404, error="net::ERR_ABORTED") == "scanner"


def test_noise_is_counted_by_kind_with_its_first_row():
    """Kinds in the order of their names; a HAR's example is an entry, which counts from 0."""
    events = frame(
        row("access", 0, path="/a", status=200),
        row("access", 1, path="/.env", status=404),
        row("har", 2, path="/favicon.ico", status=404),
        row("access", 3, path="/.git/HEAD", status=404),
        row("access", 4, path="/x", status=499),
    ).with_columns(noise=noise_kind())
    assert count_noise(events) == (
        Noise("cancelled", 1, Ref("access.log", line=4)),
        Noise("favicon", 1, Ref("browser.har", entry=0)),
        Noise("scanner", 2, Ref("access.log", line=2)),
    )
    assert count_noise(events.clear()) == ()


def test_a_place_is_a_line_or_an_entry():
    """Only a HAR has entries."""
    assert str(reference("a.log", 7, "combined")) == "a.log:7"
    assert str(reference("a.har", 7, "har")) == "a.har#7"
