"""Hides what a place names, such as the user of a request, in the line that it stands on and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

PLACES = {"line": pl.Int64, "until": pl.Int64, "value": pl.String, "shown": pl.String}

_MARKER = "\ue001"
_LEFT = r"""(^|[\s"'=:,;|\[({<>?&@])"""
_RIGHT = r"""([\s"'=:,;|\])}<>&@\\]|[.!?](?:\s|$)|$)"""
# A number may be a status or a size as well, so what stands before it must say that it is a user's.
_PERSON = "(?i:user|uid|usr|login|account|member|sub|owner|principal|tenant|org)"
_NAMED = rf"""({_PERSON}[\w.-]*\\?["']?\s*[:=]\s*\\?["']?)"""
_LOGGED = r"(\s\S+\s)"  # host ident user [time] (Common Log Format)


def hide(frame: pl.DataFrame, names: Sequence[str], value: str, shown: str) -> pl.DataFrame:
    """Replaces, row by row, the text in column value by that in column shown in each of the named columns of text.

    Only where it stands as a word of its own: the user admin is hidden in `- admin [` and in `user=admin`, but not in
    the path /admin/users, whose route must stay as it is. Rows without a value stay as they are.
    """
    number = pl.col(value).str.contains(r"^\d+$")
    for name in names:
        for form in _forms(value):
            for kind in (number, ~number):
                there = frame.select(pl.col(name).str.contains(form, literal=True) & (form != "") & kind).to_series()
                at = there.fill_null(value=False).arg_true()
                if len(at):
                    told = frame[at].with_columns(form.alias("_form"))
                    hidden = _swapped(told, name, shown, numbers=kind is number)
                    frame = frame.with_columns(frame[name].clone().scatter(at, hidden))
    return frame


def hide_places(lines: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Gives line, raw and whatever else with each place's value hidden on its lines; places are as PLACES says.

    A line belongs to the last place before it that reaches so far: an event may own several lines.
    """
    left = places.sort("line", "value", "shown")
    while not left.is_empty():
        now = left.unique("line", keep="first", maintain_order=True)
        found = lines.join_asof(now, on="line", strategy="backward", check_sortedness=False)
        told = found.with_columns(pl.when(pl.col("line") <= pl.col("until")).then("value").alias("value"))
        lines = hide(told, ["raw"], "value", "shown").select(lines.columns)
        left = left.join(now, on=list(PLACES), how="anti", maintain_order="left")
    return lines


def _forms(value: str) -> tuple[pl.Expr, ...]:
    """Gives the value as it is, as JSON writes it where that differs, and with + for blanks, as IIS writes them."""
    plain = pl.col(value)
    escaped = plain.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    others = (escaped, plain.str.replace_all(" ", "+", literal=True))
    return plain, *(pl.when(form != plain).then(form) for form in others)


def _swapped(rows: pl.DataFrame, name: str, shown: str, *, numbers: bool) -> pl.Series:
    marker = _unused(rows[name])
    sure = f"{marker}\ue003"
    marked = rows.with_columns(pl.col(name).str.split(pl.col("_form")).list.join(marker))
    found = _sure_numbers(marked[name], marker, sure) if numbers else _sure_words(marked[name], marker, sure)
    back = pl.col(name).str.split(sure).list.join(pl.col(shown)).str.split(marker).list.join(pl.col("_form"))
    return marked.with_columns(found.alias(name)).select(back).to_series()


def _sure_words(marked: pl.Series, marker: str, sure: str) -> pl.Series:
    # Neighbours share a separator, which one pass gives to the first of them only.
    for _ in range(2):
        if marked.str.contains(f"{marker}[^\ue003]|{marker}$").any():
            marked = marked.str.replace_all(f"{_LEFT}{marker}{_RIGHT}", f"${{1}}{sure}${{2}}")
    return marked


def _sure_numbers(marked: pl.Series, marker: str, sure: str) -> pl.Series:
    told = marked.str.replace_all(f"{_NAMED}{marker}{_RIGHT}", f"${{1}}{sure}${{2}}")
    told = told.str.replace(rf"{_LOGGED}{marker}(\s\[)", f"${{1}}{sure}${{2}}")
    told = told.zip_with(told.str.contains(sure, literal=True), _sure_words(marked, marker, sure))
    # A number of JSON stands without quotes, which a placeholder needs.
    return told.str.replace_all(rf'(\\?)("\s*:\s*){sure}(\s*[,}}])', f'${{1}}${{2}}${{1}}"{sure}${{1}}"${{3}}')


def _unused(texts: pl.Series) -> str:
    """Gives a marker that none of the texts holds, whatever they hold."""
    run = _MARKER
    while texts.str.contains(run, literal=True).any():
        run += _MARKER
    return f"{run}\ue002"
