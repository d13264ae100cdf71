"""Reads product, version and operating system out of User-Agent headers."""

from __future__ import annotations

import polars as pl

# Chromium and its relatives repeat each other's names: the one that stands for itself comes first.
_BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/(\d+)"),
    ("Opera", r"\b(?:OPR|Opera)/(\d+)"),
    ("Samsung Internet", r"\bSamsungBrowser/(\d+)"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"\b(?:HeadlessChrome|Chrome|CriOS)/(\d+)"),
    ("Safari", r"\bVersion/(\d+)[\d.]* (?:Mobile/\S+ )?Safari/"),
)
_SYSTEMS = (
    ("Android", r"\bAndroid[ /]?(\d*)"),
    ("iOS", r"\b(?:iOS|iPhone OS|CPU OS)[ /]?(\d*)"),
    ("Windows", r"\bWindows NT (\d+)"),
    ("macOS", r"\b(?:Mac OS X|macOS)[ /]?(\d*)"),
    ("Linux", r"\bLinux()"),
)
_PRODUCT = r"^([^\s/();,]{1,64})/v?(\d[^\s();,]{0,31})"


def product() -> pl.Expr:
    """Gives the product that a User-Agent (RFC 9110, 10.1.5) names first; of a browser, its usual name."""
    return pl.coalesce(
        *(pl.when(_agent().str.contains(pattern)).then(pl.lit(name)) for name, pattern in _BROWSERS),
        pl.when(~_is_browser()).then(_agent().str.extract(_PRODUCT, 1)),
    )


def version() -> pl.Expr:
    """Gives product/version: the whole version of a program, the major version of a browser."""
    return pl.coalesce(
        *(pl.format(f"{name}/{{}}", _agent().str.extract(pattern, 1)) for name, pattern in _BROWSERS),
        pl.when(~_is_browser()).then(
            pl.format("{}/{}", _agent().str.extract(_PRODUCT, 1), _agent().str.extract(_PRODUCT, 2))
        ),
    )


def system() -> pl.Expr:
    """Gives the operating system and its major version where one is named."""
    return pl.coalesce(
        pl.format(f"{name} {{}}", _agent().str.extract(pattern, 1)).str.strip_chars() for name, pattern in _SYSTEMS
    )


def _agent() -> pl.Expr:
    return pl.col("user_agent")


def _is_browser() -> pl.Expr:
    return _agent().str.starts_with("Mozilla/")
