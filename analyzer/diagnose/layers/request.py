"""Judges the request itself: URL, method, body, content type, version."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._scene import BROWSER, EDGE, Opinion, Scene
from analyzer.model import Evidence

_UNREADABLE = [400, 422]
_STATUSES = [400, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 428, 431, 494, 497]
_FORMS = {"multipart": "valid multipart", "urlencoded": "a valid form"}


def check(scene: Scene) -> Opinion:
    """Blames the request for the client-error statuses of RFC 9110, 15.5 that speak of its URL, method or content."""
    wrong = pl.col("status").is_in(_STATUSES) & pl.col("rate_limit_kind").is_null()
    count = scene.count(wrong)
    if not count and (broken := _fault(scene, pl.col("status") >= 500)):
        return Opinion("suspected", tuple(broken), 0.4)
    if not count:
        text = "No failing request was refused for its URL, method, content or size; this is the first of them."
        return scene.cleared(text)
    statuses = scene.failing.filter(wrong)["status"].unique().sort().to_list()
    shown = ", ".join(str(status) for status in statuses)
    unreadable = pl.col("status").is_in(_UNREADABLE)
    proven = [*_fault(scene, unreadable), *_mismatch(scene)]
    counted = scene.quote(f"{scene.of_total(count).capitalize()} got {shown}.", wrong, EDGE, BROWSER)
    shown_by = scene.count((unreadable & pl.col("request_malformed")) | _another_form())
    # What few of the requests show is no reason for the others.
    leads = 2 * shown_by >= count
    evidence = [*proven, counted] if leads else [counted, *proven]
    evidence += _details(scene, wrong)
    if count / scene.total < 0.5:
        return Opinion("suspected", tuple(evidence), 0.4)
    return Opinion("cause", tuple(evidence), 0.9 if proven and leads else 0.8 if len(evidence) > 1 else 0.7)


def _fault(scene: Scene, failed: pl.Expr) -> list[Evidence]:
    """Cites what is wrong with the first body that cannot be parsed, and counts those."""
    broken = failed & pl.col("request_malformed")
    row = scene.first(broken)
    if row is None:
        return []
    declared = str(row["request_content_type"] or "").lower()
    form = next((name for part, name in _FORMS.items() if part in declared), "valid JSON")
    count = scene.count(broken)
    first = "it" if count == 1 else "the first"
    text = f"{scene.of_total(count)} sent a broken body; {first} is not"
    said = f"{'The request body is not' if scene.total == 1 else text} {form}: {row['request_body_fault']}."
    return [scene.quote(said, broken, BROWSER)]


def _mismatch(scene: Scene) -> list[Evidence]:
    """Says that the body is not what Content-Type says, which is what 415 is about (RFC 9110, 15.5.16)."""
    other = _another_form()
    row = scene.first(other)
    if row is None:
        return []
    text = f"The request says Content-Type: {row['request_content_type']}, and its body is {row['request_body_kind']}."
    return [scene.quote(text, other, BROWSER)]


def _another_form() -> pl.Expr:
    return pl.col("status").is_in([415, *_UNREADABLE]) & pl.col("request_type_mismatch")


def _details(scene: Scene, wrong: pl.Expr) -> list[Evidence]:
    details = []
    allowed = wrong & pl.col("allow").is_not_null()
    if row := scene.first(allowed):
        details.append(scene.quote(f"The server allows {row['allow']} there.", allowed, BROWSER, EDGE))
    near = wrong & pl.col("near_route").is_not_null()
    if row := scene.first(near):
        text = f"Nobody was served {row['route']}, while {row['near_route']} works on the same host."
        details.append(scene.quote(text, near, EDGE, BROWSER))
    said = pl.coalesce("error_detail", "error_title")
    explained = wrong & said.is_not_null()
    if row := scene.first(explained):
        details.append(
            scene.quote(f"The response says: {row['error_detail'] or row['error_title']}", explained, BROWSER)
        )
    return [*details, *filter(None, (scene.logged(wrong),))]
