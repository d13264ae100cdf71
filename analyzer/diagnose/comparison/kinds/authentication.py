"""Credentials: whether and how a request authenticated, and what its JSON Web Token says (RFC 7519)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from analyzer.diagnose._wording import duration
from analyzer.diagnose.comparison._exchange import Exchange, Pair
from analyzer.diagnose.comparison._kind import Kind, listed, valued
from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal

_NAME = "authentication"
_CLAIMS = {
    "token_algorithm": "algorithm",
    "token_kid": "key id",
    "token_issuer": "issuer",
    "token_audience": "audience",
    "token_scope": "scope",
}


def _compare(pair: Pair, seal: Seal) -> Iterator[Difference]:
    good, bad = pair.good, pair.bad
    if bad.row["from_cache"] or good.row["from_cache"]:
        return
    had, has = _scheme(good), _scheme(bad)
    if _is_hidden(good) or _is_hidden(bad):
        shown = has if _is_hidden(good) else had
        if shown and _is_hidden(good) != _is_hidden(bad):
            yield Difference(_NAME, shown, "not_visible", *((None, shown) if _is_hidden(good) else (shown, None)))
        return
    if had and not has:
        yield Difference(_NAME, had, "missing", had, None)
    elif has and not had:
        yield Difference(_NAME, has, "added", None, has)
    elif had != has:
        yield Difference(_NAME, "authentication scheme", "differs", had, has)
    elif had:
        yield from _of_the_same_scheme(pair, seal)


def _of_the_same_scheme(pair: Pair, seal: Seal) -> Iterator[Difference]:
    one, other = (seal("credentials", _credentials(side)) for side in (pair.good, pair.bad))
    same = one == other
    late = _expired_for(pair.bad)
    if late is not None and _expired_for(pair.good) is None:
        which = "the same token" if same else "a token"
        yield Difference(_NAME, f"{which}, which had expired {duration(late)} before", "differs", "valid", "expired")
    early = _not_yet_for(pair.bad)
    if early is not None and _not_yet_for(pair.good) is None:
        yield Difference(
            _NAME, f"a token, which was not valid for another {duration(early)}", "differs", "valid", "early"
        )
    for column, name in _CLAIMS.items():
        before, after = pair.good.row[column], pair.bad.row[column]
        if before != after:
            yield Difference(_NAME, f"the token's {name}", "differs", before, after)
    if not same:
        yield Difference(_NAME, "other credentials", "differs", one, other, slight=True)


def _scheme(exchange: Exchange) -> str | None:
    # Cookies are compared one by one.
    scheme = exchange.row["auth_scheme"]
    return scheme if scheme != "Cookie" else None


def _is_hidden(exchange: Exchange) -> bool:
    if exchange.entry is None:
        return exchange.row["auth_present"] is None
    return exchange.hides_credentials or exchange.sent is None


def _credentials(exchange: Exchange) -> str:
    written = ((exchange.sent or {}).get("authorization") or [""])[0]
    return written.partition(" ")[2].strip() or written


def _expired_for(exchange: Exchange) -> timedelta | None:
    expires, asked = exchange.row["token_expires_at"], _asked_at(exchange.row)
    return asked - expires if expires and asked and asked >= expires else None


def _not_yet_for(exchange: Exchange) -> timedelta | None:
    begins, asked = exchange.row["token_not_before"], _asked_at(exchange.row)
    return begins - asked if begins and asked and asked < begins else None


def _asked_at(row: Any) -> datetime | None:
    """Gives the server's clock where the answer has a Date, else the client's."""
    found = row["response_date"] or row["timestamp"]
    return found if isinstance(found, datetime) else None


def _says(differences: Sequence[Difference]) -> str:
    first = differences[0]
    if first.change == "missing":
        return f"the BAD request was sent without {first.name} credentials"
    if first.change == "added":
        return f"only the BAD request was sent with {first.name} credentials"
    if first.change == "not_visible":
        side = "BAD" if first.bad is None else "GOOD"
        return f"whether the {side} request carried {first.name} credentials is not visible"
    if first.bad in ("expired", "early"):
        return f"the BAD request carried {first.name}"
    if first.slight:
        return f"GOOD and BAD carried {first.name}: `{first.good}` and `{first.bad}`"
    return valued("", differences).strip() if first.good is not None else listed("differs:", differences)


KIND = Kind(rank=1, compare=_compare, says=_says, explains=True)
