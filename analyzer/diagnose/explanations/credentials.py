"""Says what is wrong with the credentials of refused requests: which claim of a token, which key, or none at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from analyzer.diagnose._scene import BROWSER, EDGE
from analyzer.diagnose._wording import duration
from analyzer.diagnose.explanations._subject import Explanation, Subject
from analyzer.diagnose.explanations._words import explain_words, words

_REFUSED = (401, 407, 400, None)
_SKEWED_S = 30
_ID = r"[\w.:/+=-]{1,80}"

# Texts of PyJWT, jsonwebtoken, jose, Nimbus, jjwt, IdentityModel (IDX codes), golang-jwt, Keycloak, Spring Security,
# Django REST framework, FastAPI, Kong, AWS API Gateway; error codes of RFC 6750, 3.1 and RFC 6749, 5.2.
_TABLE = (
    words(
        r"(?:fetch|load|get|retriev|refresh|download|reach|request)\w*[^.]{0,40}(?:jwks|key set|openid-configuration"
        r"|discovery document|signing keys?)|(?:jwks|key set)[^.]{0,60}(?:fail|time[d -]?out|unreach|refused|unavail)"
        r"|IDX2080[34]",
        "the keys of the identity provider could not be fetched, so no token can be checked",
        "Fetch the key set (jwks_uri) from the server that checks the tokens.",
        rank=0,
    ),
    words(
        rf"(?:signing |unknown |public )?key (?:with id )?['\"]?(?P<kid>{_ID})['\"]? (?:is not|isn't|was not|not) "
        r"(?:in|found|known|present)[^.]{0,60}"
        rf"|kid['\": =]{{1,4}}(?P<id>{_ID})[^.]{{0,60}}(?:not found|unknown|no match|does not match|not in)"
        r"|(?:no|unable to find)(?: a| any)?(?: matching| applicable| suitable| signing)+ (?:signing )?key"
        r"|unknown (?:kid"
        r"|signing key)|IDX1050[0133]|JWKSNoMatchingKey|no key (?:found )?for (?:the )?kid"
        r"|signing key (?:was )?not found",
        "their tokens are signed with the key {kid}, which the server that checks them does not have",
        "Compare the key ids in the key set (jwks_uri) with kid in the token's header.",
        "Find which side changed its keys, when, and how long the other side keeps old ones.",
        shown="their tokens are signed with a key that the server that checks them does not have",
        rank=0,
    ),
    words(
        r"token[^.]{0,20} (?:has |is |was |have )?(?:already )?expired|expired[_ ](?:token|jwt)|jwt expired"
        r"|signature has expired|ExpiredSignature|TokenExpired|\bexp\b['\"]? claim|IDX10223|session (?:has "
        r"|is )?expired",
        "their tokens have expired by the server's clock",
        "Renew the token before it expires, and once after a 401.",
        "Compare the clocks of the server and of the identity provider.",
        rank=0,
    ),
    words(
        r"not (?:yet )?valid (?:yet|before)|not yet valid|\bnbf\b|token (?:is )?not (?:yet )?active|ImmatureSignature"
        r"|IDX10222|used before issued|issued in the future|\biat\b[^.]{0,30}future",
        "their tokens are not valid yet by the server's clock, which tokens just issued can only be where clocks "
        "differ",
        "Compare the clocks of the server and of the identity provider (NTP), and allow for some seconds.",
        rank=0,
    ),
    words(
        rf"(?:invalid|wrong|unexpected|bad|mismatched|incorrect)[ _](?:token )?aud(?:ience)?\b(?:[^.]{{0,20}}?"
        rf"expected:? ['\"]?(?P<wanted>{_ID}))?|audience[^.]{{0,60}}(?:invalid|mismatch|not (?:allowed|match|accepted|"
        r"contain|valid)|does(?:n't| not)|validation)|IDX10214|aud claim|InvalidAudience",
        "their tokens are meant for another API (aud)",
        "Ask for a token with this API's audience, or let the API accept the one that is sent.",
        rank=0,
    ),
    words(
        r"(?:invalid|wrong|unexpected|unknown|untrusted|bad)[ _](?:token )?iss(?:uer)?\b|issuer[^.]{0,60}(?:invalid"
        r"|mismatch|not (?:allowed|match|trusted|valid|accepted)|does(?:n't| not)|validation|unknown)|IDX10205"
        r"|iss claim"
        r"|InvalidIssuer",
        "their tokens come from an issuer that the server does not trust (iss)",
        "Compare iss of the token with the issuer that the API is configured for: environment, tenant, slash at the "
        "end.",
        rank=0,
    ),
    words(
        r"revoked|blacklisted|denylisted|token[^.]{0,30}(?:disabled|logged out)"
        r"|session[^.]{0,20}(?:terminated|invalidated)",
        "their tokens or sessions were revoked",
        "Ask who revoked them: a logout, a password change, an administrator.",
        rank=0,
    ),
    words(
        r"signature[^.]{0,20}(?:verification|validation)[^.]{0,20}(?:fail|error)|invalid[_ ](?:token )?signature"
        r"|bad signature|signature[^.]{0,20}(?:is )?(?:invalid|mismatch|does ?n[o']t match|did not match)|IDX10511"
        r"|SignatureVerif\w*|SignatureDoesNotMatch|InvalidSignature",
        "the signature of their tokens or requests does not fit the key",
        "Compare the key that signs with the one that checks: environment, rotation, shared secret.",
        rank=0,
    ),
    words(
        r"\balg(?:orithm)?\b[^.]{0,30}(?:not (?:allowed|supported|permitted)|unsupported|invalid|none)|IDX10696"
        r"|InvalidAlgorithm|unsupported alg",
        "the algorithm of their tokens is not one that the server accepts (RFC 8725, 3.1)",
        rank=0,
    ),
    words(
        r"jwt malformed|not enough segments|malformed (?:jwt|token|authorization)|(?:invalid|bad) token format"
        r"|wrong number of segments|IDX1274[0-9]|invalid (?:jwt|compact) ",
        "what they sent is no token that can be read",
        "Look at how the header is put together: Bearer, one blank, the token, no quotes.",
        rank=0,
    ),
    words(
        r"(?:invalid|unknown|incorrect|wrong|disabled|expired|deactivated)[ _]api[ _-]?key|api[ _-]?key[^.]{0,40}"
        r"(?:invalid|not found|unknown|disabled|expired|not valid|incorrect|deactivated)",
        "their API key is not one that is valid",
        "Look the key up by its first letters: disabled, rotated, or of another environment?",
        rank=0,
    ),
    words(
        r"unsupported auth\w* (?:scheme|type)|(?:invalid|wrong) auth\w* (?:scheme|type)|expected (?:a )?bearer"
        r"|(?:auth\w* )?scheme[^.]{0,30}not supported",
        "they use another authentication scheme than the server takes",
        "Compare the scheme in Authorization with the one in WWW-Authenticate.",
        rank=0,
    ),
    words(
        r"(?:no|missing|without)[ _](?:an? |any |the )?(?:auth\w*|credentials?|bearer|access|api)[ _-]?"
        r"(?:header|token|key|credentials?)?\b(?: (?:was |were )?(?:provided|given|found|sent|present|supplied))?"
        r"|(?:auth\w* (?:header|token)|credentials|api key|token)[^.]{0,20}"
        r"(?:missing|(?:was|were|is|are) not (?:provided|set|sent|present|found)|required)"
        r"|not authenticated|full authentication is required|authentication required|missing_token|no_token",
        "no credentials reached the server that asked for them",
        "Look where Authorization is lost: the client, a redirect, a proxy that does not pass it on.",
        rank=0,
    ),
    words(
        r"bad credentials|invalid[_ ](?:username|password|user|credentials|login|grant|client)\b|(?:password|secret)"
        r"[^.]{0,20}(?:mismatch|incorrect|wrong|invalid)|wrong password|login (?:rejected|failed)"
        r"|user \"?[^\"]{1,60}\"?"
        r"(?: was)? not found",
        "the login itself was refused: user, password, secret or grant",
        "Compare the account at the identity provider: locked, renamed, a secret that was changed?",
        rank=0,
    ),
)  # fmt: skip


def explain(subject: Subject) -> Iterator[Explanation]:
    """Reads what logs, challenges and bodies say of credentials; then what the requests themselves show."""
    refused = pl.col("status").is_in([401, 407])
    # A token endpoint answers 400 to a grant or client that it does not know (RFC 6749, 5.2).
    login = (pl.col("status") == 400) & pl.col("login_endpoint")
    if subject.scene.count(refused | login) or not subject.scene.count(pl.col("status").is_not_null()):
        yield from explain_words(subject, _TABLE, *_REFUSED)
    if subject.scene.count(refused):
        yield from _scheme(subject, refused)
        yield from _clock(subject, refused)
        yield from _renewal(subject, refused)


def _scheme(subject: Subject, refused: pl.Expr) -> Iterator[Explanation]:
    """Compares the scheme that was sent with those of the challenge (RFC 9110, 11.6.1)."""
    asked = pl.col("www_authenticate").str.extract(r"^\s*([A-Za-z][\w-]*)", 1)
    sent = pl.col("auth_scheme").str.to_lowercase()
    offered = pl.col("www_authenticate").str.to_lowercase().str.contains(pl.format("(^|,\\s*){}(\\s|,|$)", sent))
    named = pl.col("auth_scheme").is_in(["Basic", "Bearer", "Digest", "Negotiate", "NTLM", "ApiKey", "DPoP"])
    other = refused & named & asked.is_not_null() & ~offered
    row = subject.scene.first(other)
    if row is None:
        return
    count = subject.scene.count(other)
    wanted = str(row["www_authenticate"]).split()[0].rstrip(",")
    text = f"{subject.of_total(count)} sent {row['auth_scheme']} credentials; the challenge asks for {wanted}."
    step = f"Send Authorization: {wanted} instead of {row['auth_scheme']}."
    yield Explanation((subject.scene.quote(text, other, BROWSER, EDGE),), (step,), 0, count)


def _clock(subject: Subject, refused: pl.Expr) -> Iterator[Explanation]:
    """Names a client's clock that differs from the server's (Date) where tokens out of their time were sent."""
    skew = (pl.col("response_date") - pl.col("stamped_at")).dt.total_seconds()
    out = refused & (pl.col("token_expired") | pl.col("token_not_yet_valid"))
    wrong = out & pl.col("has_browser") & (skew.abs() - pl.col("duration_us").fill_null(0) // 1_000_000 > _SKEWED_S)
    if not (count := subject.scene.count(wrong)):
        return
    seconds = int(subject.scene.failing.filter(wrong.fill_null(False)).select(skew).item(0, 0))
    side = "behind" if seconds > 0 else "ahead of"
    text = (
        f"The client's clock is {duration(timedelta(seconds=abs(seconds)))} {side} the server's (Date), so what is out "
        f"of its time for the server may be valid for the client."
    )
    step = "Set the client's clock, or let the client renew by the time that the server tells (Date, expires_in)."
    yield Explanation((subject.scene.quote(text, wrong, BROWSER),), (step,), 0, count)


def _renewal(subject: Subject, refused: pl.Expr) -> Iterator[Explanation]:
    """Says whether the clients renewed their tokens, and what became of that."""
    texts = {
        "failed": "{} were followed by a token or login call that was refused itself, so no new token came.",
        "refused": "{} were followed by a new token, and were refused again with it: the token's age is not the "
        "reason.",
        "worked": "{} were followed by a new token, with which the same request worked.",
    }
    for kind, text in texts.items():
        test = refused & (pl.col("renewal") == kind)
        count = subject.scene.count(test)
        # What worked in the end may be the end of the fault.
        if subject.is_telling(count) and (kind != "worked" or 2 * count >= subject.scene.total):
            told = text.format(subject.of_total(count))
            if subject.scene.total == 1 or count == 1:
                told = told.replace(" were ", " was ")
            yield Explanation((subject.scene.quote(told, test, BROWSER, EDGE),), (), 1, count)
