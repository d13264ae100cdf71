"""Tells where between the first server and the application a request ended, for the checks of proxy and backend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from analyzer.diagnose._counts import succeeded
from analyzer.diagnose._scene import (
    ERROR_LINE,
    UPSTREAM_FAILED,
    Scene,
    by_server,
    error_line_says,
    last_upstream_status,
)
from analyzer.diagnose._wording import duration
from analyzer.model import Evidence

# nginx: nobody answered the SYN, as behind a firewall that drops, or where the machine is gone.
_CONNECTING = r"^upstream timed out .{0,60} while (?:connecting|SSL handshaking) to upstream"
_CONNECT_FAILED = r"^connect\(\) failed|^no live upstreams"
_SEVERAL, _NO_LONGER = 5, 1.5
_GATEWAY = [502, 503, 504]
# HAProxy, 8.5: P, L, R and I are its own decision, answer, want of resources and fault. What it says of a server's
# answer (PH) or of a bad request (PR with 400 or 408) is judged elsewhere.
_OWN_STATE = "^(?:P[RTDLQ]|P-|L|R|I)"
_OF_THE_REQUEST = [400, 408]
_EXPIRED = r"^upstream SSL certificate verify error: \(\d+:certificate has expired\)"
_OWN_LIMIT = (
    r"^upstream sent too big header|^SSL_do_handshake\(\) failed .{0,400} while SSL handshaking to upstream"
    r"|^upstream SSL certificate|^host not found in upstream|^\S+ could not be resolved \("
)
_PORT = r":\d+$|^unix:"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The address that was asked in vain, and those that answered at other times."""

    test: pl.Expr
    address: str
    before: tuple[str, ...]


def own_state() -> pl.Expr:
    """Tells whether HAProxy's log says that it refused the request itself, whatever stands behind it."""
    own = pl.col("termination_state").str.contains(_OWN_STATE) & ~pl.col("edge_status").is_in(_OF_THE_REQUEST)
    return (own & (pl.col("status") >= 400) & ~pl.col("has_application")).fill_null(value=False)


def certificate_expired() -> pl.Expr:
    """Tells whether the proxy refused the server behind for a certificate that ran out: that is the server's own."""
    return error_line_says(_EXPIRED) & by_server(pl.col("status") >= 500)


def gave_up_by_itself() -> pl.Expr:
    """Tells whether the proxy's error log names a limit or setting of its own, which no server behind could meet."""
    return error_line_says(_OWN_LIMIT) & by_server(pl.col("status") >= 500) & ~certificate_expired()


def lost(scene: Scene) -> pl.Expr:
    """Tests for requests whose id the application's log lacks, although it has those of nearly all that worked."""
    if not scene.around.tells_all:
        return pl.lit(value=False) & pl.col("has_edge")
    named = pl.col("request_id").is_not_null() | pl.col("trace_id").is_not_null()
    return named & ~pl.col("has_application") & (pl.col("has_edge") | pl.col("has_browser"))


def answered_in_front(scene: Scene) -> pl.Expr:
    """Tests for answers that the browser got, and no server's log has, although those have its other requests."""
    if not scene.around.edge_tells_all:
        return pl.lit(value=False) & pl.col("has_edge")
    alone = pl.col("has_browser") & ~pl.col("has_edge") & ~pl.col("has_application")
    return alone & pl.col("browser_status").is_not_null()


def sent_elsewhere(scene: Scene) -> Elsewhere | None:
    """Tells whether the proxy asked an address that never answered in place of all those that did at other times."""
    known = scene.around.addresses
    if not known or not scene.around.replaced:
        return None
    addresses = pl.col("upstream").list.eval(pl.element().filter(pl.element().str.contains(_PORT)))
    fresh = (addresses.list.len() > 0) & (addresses.list.set_intersection(list(known)).list.len() == 0)
    in_vain = pl.col("edge_status").is_in(_GATEWAY) | lost(scene)
    test = (fresh & in_vain & ~pl.col("has_application")).fill_null(value=False)
    if scene.share(test) < 0.5:
        return None
    row = scene.first(test) or {}
    return Elsewhere(test, str(row["upstream"][-1]), known)  # type: ignore[index]


def elsewhere_says(scene: Scene, found: Elsewhere) -> Evidence:
    """Gives the sentence that sets the address asked in vain beside those that answered."""
    counted = scene.of_total(scene.count(found.test))
    before = ", ".join(found.before[:3])
    text = f"For {counted} the proxy asked {found.address}, which never answered; at other times {before} answered."
    return scene.quote(text, found.test, ERROR_LINE)


def answering_before(scene: Scene) -> Evidence:
    """Gives the sentence that another address answered on these endpoints, with the line of such a request."""
    around = scene.around
    text = f"{around.served.count:,} requests on the same endpoints were answered by {', '.join(around.addresses[:3])}."
    return Evidence(text, around.served.ref)


def connecting_timed_out() -> pl.Expr:
    """Tells whether nobody took up the proxy's connection: no refusal, no answer."""
    state = pl.col("termination_state").str.contains("^sC")
    return (error_line_says(_CONNECTING) & by_server(pl.col("status").is_in(_GATEWAY))) | state


def not_connected() -> pl.Expr:
    """Tells whether the proxy got no connection to a server behind."""
    said = error_line_says(_CONNECT_FAILED) & by_server(pl.col("status").is_in(_GATEWAY))
    fault = pl.col("upstream_fault").is_in(["refused", "no_server"]) & (pl.col("edge_status") >= 500)
    return said | (fault & pl.col("has_edge")) | connecting_timed_out()


def known_address(scene: Scene) -> bool:
    """Tells whether the address that was asked in vain answered at other times; HAProxy does not log addresses."""
    known = scene.around.addresses
    through = pl.col("upstream").list.set_intersection(list(known)).list.len() > 0
    return bool(known) and scene.share(through & pl.col("termination_state").is_null()) >= 0.5


def application_is_up(scene: Scene) -> Evidence | None:
    """Gives the sentence that the application answered others meanwhile, past the proxy, if its log says so."""
    seen = scene.around.application
    if not seen.count:
        return None
    text = (
        f"The application's own log shows {seen.count:,} other requests answered meanwhile, past the proxy: it was up."
    )
    return Evidence(text, seen.ref)


def is_contradicted(scene: Scene) -> bool:
    """Tells whether a proxy that got no connection stands against an application that was up by its own log."""
    if scene.share(not_connected()) < 0.5:
        return False
    return scene.around.application.count > 0 and not known_address(scene)


def as_quick_as_ever(scene: Scene) -> Evidence | None:
    """Gives the sentence that the application took no longer for the failing requests than for others, if it did not.

    Then not the application became slow, but whoever waits for it became impatient.
    """
    around = scene.around
    if around.took_us is None or around.usual_us is None or around.usual.count < _SEVERAL:
        return None
    if around.took_us > _NO_LONGER * around.usual_us:
        return None
    took, usual = (duration(timedelta(microseconds=each)) for each in (around.took_us, around.usual_us))
    text = (
        f"The application took {took} for them, and {usual} for the {around.usual.count:,} that worked at other times"
    )
    return Evidence(f"{text} (medians): it was no slower than ever.", around.usual.ref)


def finished_below_500() -> pl.Expr:
    """Tells whether the application's own record says that it answered the request."""
    return pl.col("application_status").is_between(100, 499).fill_null(value=False)


def reported_failure() -> pl.Expr:
    """Tells whether the proxy's error log says that a server behind failed, which its own record does not deny."""
    return error_line_says(UPSTREAM_FAILED) & by_server(pl.col("status") >= 500) & ~finished_below_500()


def passed_failure() -> pl.Expr:
    """Tells whether a server behind gave a failure of its own, as far as a proxy's log tells.

    nginx writes 502 and 504 there also for what it made up itself.
    """
    last = last_upstream_status()
    own = (last >= 500) & ~last.is_in([502, 504]) & pl.col("application_status").is_null()
    return own & ~own_state() & pl.col("upstream_fault").is_null()


def may_be_limited(scene: Scene, refused: pl.Expr) -> bool:
    """Tells whether a 503 without a reason may be a limiter's: its clients also passed, and no error log is here.

    nginx, ngx_http_limit_req_module: limit_req_status is 503 unless it is set; a maintenance page lets nothing pass.
    """
    unexplained = refused & (pl.col("status") == 503)
    if scene.share(unexplained) < 0.5 or scene.around.has_error_log:
        return False
    refused_clients = scene.failing["client"].drop_nulls().unique()
    passed = scene.window.filter(~pl.col("failing") & succeeded(), pl.col("client").is_in(refused_clients.implode()))
    return passed.height > 0
