"""Facts about a refusal for want of credentials: whether it was the first half of a normal login or renewal."""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import Facts, beside, is_exchange
from analyzer.schema import Column

_CHALLENGED = (401, 407)
_SOON_US = 10_000_000
_RENEWED_US = 30_000_000
_SAME = ["_asker", "method", "host", "target"]
_CALL_REFUSED = (400, 401, 403)  # RFC 6749, 5.2: 400, or 401 where the client itself is unknown
_EVER = 2**62
_MANY, _AT_ONCE_US = 10, 5_000_000
_NEARLY_ALL = 0.9
_MARKS = (("timestamp", ""), ("_row", "_row"), ("status", "_status"), ("_place", "_place"))


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    # The address goes first: a server that knows the user after the login did not know him at the 401.
    asker = pl.coalesce("client_ip", "client")
    usable = is_exchange() & pl.all_horizontal(pl.col("method", "target", "timestamp").is_not_null())
    numbered = frame.with_row_index("_row").with_columns(pl.col("_row").cast(pl.Int64), _asker=asker)
    needed = (
        numbered.select("_row", *_SAME, "source", "timestamp", "status", "login_endpoint", _usable=usable)
        .filter(pl.col("_usable") & pl.col("_asker").is_not_null())
        .drop("_usable")
    )
    refused = _follow(needed)
    calls = needed.filter(pl.col("login_endpoint") & (pl.col("status") < 500))
    calls = calls.join(refused.select("_asker").unique(), on="_asker", how="semi", maintain_order="left")
    good = calls.filter(pl.col("status").is_between(200, 399))
    bad = calls.filter(pl.col("status").is_in(_CALL_REFUSED))
    again = pl.col("_next_status").is_in(_CHALLENGED)
    worked = _called(refused.filter(_within("_success")), good, "_success_row", "_success")
    denied = _called(refused.filter(again & _within("_next")), good, "_next_row", "_next")
    ever = refused.with_columns(_ever=pl.lit(_EVER), _end=pl.col("timestamp") + pl.duration(microseconds=_RENEWED_US))
    tried, failed = (_called(ever, kind, "_ever", "_end") for kind in (good, bad))
    judged = refused.select(
        "_row",
        refreshed=(_passed() | _is_in(worked)) & ~pl.col("_lasting"),
        renewal=_renewal(worked, denied, failed, tried),
        renewal_wave=_wave(worked),
    )
    return beside(numbered, judged, "_row").drop("_row", "_asker")


def _follow(requests: pl.DataFrame) -> pl.DataFrame:
    """Gives the refused requests with the next equal one of the same asker, and the next that succeeded.

    Neighbours matter only where a refusal is among them: a small part of most logs.
    """
    refused = pl.col("status").is_in(_CHALLENGED)
    keys = requests.filter(refused).select(_SAME).unique()
    near = requests.join(keys, on=_SAME, how="semi", nulls_equal=True, maintain_order="left")
    good = pl.col("status").is_between(200, 299) | (pl.col("status") == 304)
    run = good.fill_null(value=False).cum_sum().over("_asker")
    steps = near.with_columns(_place=pl.int_range(pl.len()).over(_SAME), _run=run).with_columns(
        *(pl.col(name).shift(-1).over(_SAME).alias(f"_next{mark}") for name, mark in _MARKS),
        *(pl.when(good).then(name).backward_fill().over(_SAME).alias(f"_success{mark}") for name, mark in _MARKS),
    )
    return steps.filter(refused).with_columns(_lasting=_lasting())


def _lasting() -> pl.Expr:
    """Tells the refusals of a client that went on being refused before it renewed: a renewal answers the first ones.

    A page that sends many requests at once with a token that ran out gets its refusals at once.
    """
    run = ["_asker", "_run"]
    span = (pl.col("timestamp").max() - pl.col("timestamp").min()).over(run)
    return (pl.len().over(run) >= _MANY) & (span.dt.total_microseconds() > _AT_ONCE_US)


def _passed() -> pl.Expr:
    """Tells what went through within 10 s on the next try, or on the one after that.

    A password prompt takes one round, NTLM two ([MS-NTHT], 1.3: negotiate, challenge, authenticate).
    """
    soon = (pl.col("_success") - pl.col("timestamp")).dt.total_microseconds() <= _SOON_US
    rounds = pl.col("_success_place") - pl.col("_place")
    return (soon & ((rounds == 1) | ((rounds == 2) & pl.col("_next_status").is_in(_CHALLENGED)))).fill_null(False)


def _within(moment: str) -> pl.Expr:
    return (pl.col(moment) - pl.col("timestamp")).dt.total_microseconds() <= _RENEWED_US


def _called(refused: pl.DataFrame, calls: pl.DataFrame, last: str, until: str) -> pl.Series:
    """Gives the rows after which the same asker made one of the calls, before the row and the time in these columns.

    Within a source equal times go by line; those of different sources satisfy either order.
    """
    asked = refused.select("_row", "_asker", "source", "timestamp", _last=last, _end=until)
    made = calls.select("_asker", "source", _call="_row", _called="timestamp")
    own = asked.join_asof(made, left_on="_row", right_on="_call", by=["_asker", "source"], strategy="forward",
                          allow_exact_matches=False, check_sortedness=False)  # fmt: skip
    elsewhere = made.rename({"source": "_place"}).drop("_call")
    pairs = asked.join(elsewhere.select("_asker", "_place").unique(maintain_order=True), on="_asker")
    other = (
        pairs.filter(pl.col("source").ne_missing(pl.col("_place")))
        .sort("timestamp", maintain_order=True)
        .join_asof(elsewhere, left_on="timestamp", right_on="_called", by=["_asker", "_place"], strategy="forward",
                   check_sortedness=False)
    )  # fmt: skip
    in_time = pl.col("_called") <= pl.col("_end")
    mine = own.filter(in_time & (pl.col("_call") < pl.col("_last")))["_row"]
    return pl.concat([mine, other.filter(in_time)["_row"]])


def _wave(worked: pl.Series) -> pl.Expr:
    """Tells renewals that worked, as all others did: those of an outage stand beside refusals that last."""
    renewed = _token_refused() & _is_in(worked)
    minute = pl.col("timestamp").dt.truncate("1m")
    share = renewed.sum().over(minute) / _token_refused().sum().over(minute)
    return pl.when(_token_refused()).then(renewed & (share >= _NEARLY_ALL))


def _token_refused() -> pl.Expr:
    return (pl.col("status") == 401) & ~pl.col("login_endpoint").fill_null(False)


def _renewal(worked: pl.Series, denied: pl.Series, failed: pl.Series, tried: pl.Series) -> pl.Expr:
    token = _token_refused()
    return (
        pl.when(token & _is_in(worked))
        .then(pl.lit("worked"))
        .when(token & _is_in(denied))
        .then(pl.lit("refused"))
        .when(token & _is_in(failed) & ~_is_in(tried))
        .then(pl.lit("failed"))
    )


def _is_in(rows: pl.Series) -> pl.Expr:
    return pl.col("_row").is_in(rows.implode())


FACTS = Facts(
    columns=(
        Column(
            "refreshed",
            pl.Boolean,
            "for a 401 or 407: whether an equal request from the same address succeeded within 10 s on the next try or "
            "the one after, as after a password prompt or NTLM's rounds, or within 30 s after a token or login call "
            "that succeeded (RFC 6750, 3.1; RFC 6749, 6), but not where the "
            "client was refused ten times or more over more than 5 s",
        ),
        Column(
            "renewal",
            pl.String,
            "for a 401: what became of the token or login call that the same address made within 30 s: worked (the "
            "equal request succeeded then), refused (the next equal request got 401 again), failed (the call itself "
            "was refused, RFC 6749, 5.2); null: no such call, or nothing followed",
        ),
        Column(
            "renewal_wave",
            pl.Boolean,
            "for a 401: its renewal worked, and so did at least nine in ten of those of the same minute: tokens that "
            "ran out together and were renewed, not an outage",
        ),
    ),
    add=_add,
    needs=("request",),
)
