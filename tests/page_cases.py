"""The page of a browser for the tests of the report: every phase, outcome and role once, and hostile or huge ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from analyzer.model import PageEntry, PageLoad, PageRole, Ref

SHOP, API = "https://shop.example", "https://api.shop.example"


def entry(ref: Ref, start_ms: int, took_ms: int | None, url: str, role: PageRole = "around") -> PageEntry:
    """Gives a GET that worked."""
    duration = None if took_ms is None else took_ms * 1_000
    phases = (("wait", duration),) if duration else ()
    return PageEntry(
        ref=ref, start_us=start_ms * 1_000, duration_us=duration, phases=phases, status=200, error=None, method="GET",
        url=url, kind="fetch", size=1_204, from_cache=False, service_worker=False, outcome="worked", counted=False,
        lasting=False, role=role,
    )  # fmt: skip


def checkout(source: str, began: datetime) -> PageLoad:
    """Gives a page of 63 requests of which three failed, one with all seven phases; its sample is entry 87."""
    ref = [Ref(source, entry=60 + index) for index in range(40)]
    order, socket = f"{API}/v2/quotes", "wss://live.shop.example/basket"
    full = (("blocked", 1_000), ("dns", 12_000), ("connect", 21_000), ("tls", 34_000), ("send", 400), ("wait", 5_021_000), ("receive", 600))  # fmt: skip
    entries = (
        replace(entry(ref[0], 0, 84, f"{SHOP}/basket", "leads"), status=302, kind="document"),
        replace(entry(ref[1], 90, 310, f"{SHOP}/checkout", "document"), kind="document", size=18_233),
        replace(entry(ref[4], 420, 12, f"{SHOP}/static/checkout.3f9a.js", "leads"), kind="script", from_cache=True),
        replace(entry(ref[5], 424, 44, f"{SHOP}/static/checkout.css"), kind="stylesheet", service_worker=True),
        replace(entry(ref[9], 700, 95_000, socket), status=101, kind="websocket", lasting=True, size=None),
        replace(entry(ref[12], 910, None, f"{SHOP}/api/recommendations"), status=None, outcome="untold", phases=()),
        replace(entry(ref[20], 1_200, 61, order, "leads"), method="OPTIONS", status=204, kind="preflight", size=0),
        replace(
            entry(ref[27], 1_270, 5_090, order, "sample"), method="POST", status=500, outcome="failed", counted=True,
            phases=full, size=91,
        ),
        replace(
            entry(ref[28], 1_310, 5_040, f"{order}/7731/items", "failed"), method="POST", status=500, outcome="failed",
            counted=True,
        ),
        replace(
            entry(ref[29], 1_330, 3, "https://static.shop.example/img/logo.svg", "failed"), status=None, kind="image",
            error="net::ERR_NAME_NOT_RESOLVED", outcome="failed", phases=(("dns", 3_000),), size=None,
        ),
        replace(entry(ref[33], 2_050, 400, f"{SHOP}/search?q=anchor"), status=None, error="net::ERR_ABORTED",
                outcome="cancelled", size=None),
    )  # fmt: skip
    return PageLoad(
        source=source, basis="page", document=ref[1], url=f"{SHOP}/checkout", started=began,
        on_content_load_us=812_000, on_load_us=2_404_000, entries=entries, total=63, failed=3, counted=2, undated=1,
    )  # fmt: skip


def page_with(texts: tuple[str, ...], refs: tuple[Ref, ...], began: datetime) -> PageLoad:
    """Gives a page with these texts in every field of one."""
    entries = tuple(
        replace(
            entry(ref, 100 * index, 50, text, "failed" if index else "sample"), method=text, error=text, status=None,
            kind=text, outcome="failed", counted=True,
        )
        for index, (text, ref) in enumerate(zip(texts, refs, strict=True))
    )  # fmt: skip
    return PageLoad(
        source=refs[0].source, basis="document", document=refs[0], url=texts[0], started=began, on_content_load_us=None,
        on_load_us=None, entries=entries, total=len(entries), failed=len(entries), counted=len(entries), undated=0,
    )  # fmt: skip


def endless(source: str, began: datetime, line: str) -> PageLoad:
    """Gives a page of as many rows as there may be, each with an address of a million letters."""
    entries = tuple(
        replace(entry(Ref(source, entry=index), index, 10**9, line, "failed"), outcome="failed") for index in range(28)
    )
    return PageLoad(
        source=source, basis="page", document=None, url=line, started=began, on_content_load_us=1, on_load_us=10**15,
        entries=entries, total=100_000, failed=50_000, counted=0, undated=7,
    )  # fmt: skip
