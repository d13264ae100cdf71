"""Judges credentials and the identity provider."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._scene import APPLICATION, BROWSER, EDGE, Opinion, Scene, logged_text
from analyzer.diagnose._tokens import describe_tokens
from analyzer.diagnose._wording import plural
from analyzer.model import Evidence

_LOGIN = "The cookies and tokens of these requests in a full export, and the log of the gateway or identity provider."
_LOG_WORDS = (
    r"(?i)signing key|key set|jwks|token (is )?(expired|invalid|not yet valid)|invalid token|authentication failed"
)

# OAuth 2.0 and OpenID Connect Discovery: endpoints that only an identity provider has.
_PROVIDER = (
    r"(?i)/(?:oauth2?|openid(?:-connect)?|connect)/(?:v\d/)?(?:token|authorize|introspect|userinfo|jwks)|jwks\.json$"
)
_MANY, _FEW = 3, 0.05


def check(scene: Scene) -> Opinion:
    """Blames authentication for 401 and 407 (RFC 9110, 15.5.2 and 15.5.8), and for what a challenge or a log says."""
    refused = pl.col("status").is_in([401, 407])
    count = scene.count(refused)
    if not count and (opinion := _provider_failed(scene)):
        return opinion
    if not count and scene.share(_may_hide_a_login()) >= 0.5:
        return Opinion("not_visible", would_show=_LOGIN)
    if not count:
        text = "No failing request was answered 401 or 407; this is the first of them."
        return scene.cleared(text)
    got = " or ".join(str(status) for status in scene.failing.filter(refused)["status"].unique().sort().to_list())
    counted = scene.quote(f"{scene.of_total(count).capitalize()} got {got}.", refused, EDGE, BROWSER)
    evidence = [*_details(scene, refused), counted, *_everybody(scene, refused)]
    if count / scene.total < 0.5:
        return Opinion("suspected", tuple(evidence), 0.4)
    sources = len({item.ref.source for item in evidence if item.ref})
    return Opinion("cause", tuple(evidence), 0.95 if sources > 1 else 0.85, sources=sources)


def _provider_failed(scene: Scene) -> Opinion | None:
    """Blames the identity provider where its own endpoints fail without a fault that the application names."""
    asked = pl.col("path").str.contains(_PROVIDER) & (pl.col("status") >= 500) & pl.col("exception_type").is_null()
    if scene.share(asked) < 0.9:
        return None
    row = scene.first(asked) or {}
    counted = scene.of_total(scene.count(asked)).capitalize()
    asked_for = f"the identity provider at {row.get('route')!s} and got {row.get('status')!s}"
    text = f"{counted} asked {asked_for}: nobody gets a token there."
    return Opinion("cause", (scene.quote(text, asked, APPLICATION, EDGE, BROWSER),), 0.92)


def _everybody(scene: Scene, refused: pl.Expr) -> list[Evidence]:
    """Says that whoever asked was refused from one moment on: what all share is the provider and its keys."""
    clients = scene.failing.filter(refused.fill_null(False))["client"].drop_nulls().n_unique()
    before = scene.around.served
    if clients < _MANY or not before.count or scene.around.between.count > _FEW * scene.total:
        return []
    first = scene.failing.select(pl.col("timestamp").min().dt.strftime("%H:%M:%S")).item()
    since = f"From {first} UTC on {clients:,} clients were refused"
    worked = plural(scene.around.between.count, "such request")
    meanwhile = f"{worked} worked, {before.count:,} at other times"
    text = f"{since} and {meanwhile}: what all share is the identity provider and its keys."
    return [Evidence(text, before.ref)]


def _may_hide_a_login() -> pl.Expr:
    """Tests for failures behind which a login may stand without a 401: redirects without an end, refused preflights."""
    return pl.col("redirect_loop").fill_null(False) | (pl.col("cors") == "preflight_failed").fill_null(False)


def _details(scene: Scene, refused: pl.Expr) -> list[Evidence]:
    details = []
    challenged = refused & pl.col("www_authenticate").is_not_null()
    if row := scene.first(challenged):
        details.append(scene.quote(f"The challenge was: {row['www_authenticate']}", challenged, BROWSER, EDGE))
    logged = refused & (pl.col("message_hop") == APPLICATION) & logged_text().str.contains(_LOG_WORDS)
    if told := scene.logged(refused):
        details.append(told)
    elif row := scene.first(logged):
        words = ": ".join(str(row[name]) for name in ("message", "exception_message") if row[name])
        text = f"For {scene.of_total(scene.count(logged))} the application logged: {words}"
        details.append(scene.quote(text, logged, APPLICATION))
    details += describe_tokens(scene, refused)
    bare = refused & (pl.col("auth_present") == False)  # noqa: E712 - null must stay null
    if scene.count(bare):
        details.append(scene.quote(f"{scene.count(bare):,} of them sent no credentials.", bare, BROWSER))
    return details
