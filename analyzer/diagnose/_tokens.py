"""Says of the tokens that were refused what their claims show: expired, not valid yet, unsigned, for whom."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from analyzer.diagnose._scene import BROWSER, Scene
from analyzer.diagnose._wording import duration
from analyzer.model import Evidence

_CLOCK_S = 300  # clocks of machines that nobody watches differ by minutes, and tokens live longer than that


def describe_tokens(scene: Scene, refused: pl.Expr) -> list[Evidence]:
    """Gives a sentence for each thing that the claims of refused tokens show; tokens in answers are not looked at.

    Times are measured against the server's clock (Date), else the corrected time of the request (RFC 7519, 4.1.4-6).
    """
    expired = refused & pl.col("token_expired")
    early = refused & pl.col("token_not_yet_valid")
    said = [
        *_out_of_time(scene, expired, -pl.col("token_left_s"), "an expired token; the first had expired {} before."),
        *_out_of_time(
            scene, early, pl.col("token_early_s"), "a token that is not valid yet; the first begins {} later."
        ),
        *_unsigned(scene, refused),
    ]
    return said + (_addressed(scene, refused) if not said else [])


def _out_of_time(scene: Scene, test: pl.Expr, by: pl.Expr, says: str) -> list[Evidence]:
    """by: how far the token is out of its time, in seconds; says: what was sent, with a place for that length."""
    row = scene.first(test)
    if row is None:
        return []
    seconds = int(scene.failing.filter(test.fill_null(False)).select(by).item(0, 0))
    told = says.replace("{}", duration(timedelta(seconds=seconds)))
    text = f"{scene.count(test):,} of them sent {told}{_clock_hint(seconds)}{_made_for(row)}"
    return [scene.quote(text, test, BROWSER)]


def _unsigned(scene: Scene, refused: pl.Expr) -> list[Evidence]:
    sent = pl.col("token_from").ne_missing("response_body")
    unsigned = refused & sent & (pl.col("token_algorithm").str.to_lowercase() == "none")
    if not scene.count(unsigned):
        return []
    text = f"{scene.count(unsigned):,} of them sent a token without a signature (alg none),"
    said = f"{text} which libraries refuse by default (RFC 8725, 3.2)."
    return [scene.quote(said, unsigned, BROWSER)]


def _addressed(scene: Scene, refused: pl.Expr) -> list[Evidence]:
    """Names issuer and audience where nothing else is wrong with the token: it may be meant for another API."""
    named = refused & pl.col("token_from").ne_missing("response_body")
    named &= pl.any_horizontal(pl.col("token_issuer", "token_audience").is_not_null())
    row = scene.first(named)
    if row is None:
        return []
    begin = "The token was within its time." if row["token_expired"] is False else "A token was sent."
    return [scene.quote(f"{begin}{_made_for(row)}", named, BROWSER)]


def _clock_hint(seconds: int) -> str:
    return " So little may as well be a clock that is wrong." if seconds < _CLOCK_S else ""


def _made_for(row: dict[str, object]) -> str:
    """Names issuer, audience and key of a token, as far as they are known."""
    names = (("issuer", "token_issuer"), ("audience", "token_audience"), ("key", "token_kid"))
    known = [f"{name} {row[column]}" for name, column in names if row[column]]
    return f" Its claims: {', '.join(known)}." if known else ""
