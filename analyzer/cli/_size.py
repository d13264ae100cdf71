"""Reads a size with its unit, such as 4.5MB."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import click

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([KMG]?I?B?)", re.IGNORECASE)


class Size(click.ParamType[int]):
    """A number of bytes within limits; MB is a million (SI), MiB 1,048,576 (IEC 80000-13)."""

    name = "size"

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Gives the bytes; fails with a message for what is no size, too small or too large."""
        match = _SIZE.fullmatch(str(value))
        if match is None or match[2].upper() not in _UNITS:
            self.fail(f"{value!r} is no size such as 4.5MB.", param, ctx)
        size = int(Decimal(match[1]) * _UNITS[match[2].upper()])
        if size < self.least:
            self.fail(f"{value} is less than {self.least:,} bytes, which report.html may take alone.", param, ctx)
        if size > self.most:
            self.fail(f"{value} is more than {self.most:,} bytes.", param, ctx)
        return size
