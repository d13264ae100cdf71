r"""Finds values whose secret name is percent-encoded or holds JSON escapes: `%74oken=x`, `"\u0070assword":"x"`."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, secret_parameter

# Letters, digits, signs of names, brackets.
_CODE = "(?:[46][1-9A-Fa-f]|[57][0-9Aa]|5[BbDdFf]|3[0-9]|2[DdEe])"
_ENCODED = rf"(?:%(?:25)?{_CODE}|\\{{1,2}}(?:u00|x){_CODE})"

DETECTOR = Detector(
    kind="secret",
    pattern=(
        rf"[0-9A-Za-z_.-]*{_ENCODED}(?:[0-9A-Za-z_.-]|{_ENCODED})*"
        rf"(?:=|%3[Dd]|\\*\"\s*:\s*\\*\")([^\s\"'\\&;,<>(){{}}\[\]#|\x{{e000}}]+)"
    ),
    literals=("%", "\\u", "\\x"),
    likely=rf"{_ENCODED}(?:[0-9A-Za-z_.-]|{_ENCODED})*(?:=|%3[Dd]|\\*\"\s*:)",
    finds=(
        ("GET /x?%61pi_key=mk_9&page=2", "mk_9"),
        ("GET /x?%2561ccess_token=mk_9", "mk_9"),
        ('{"\\u0070assword":"hunter2"}', "hunter2"),
        ("user%5Bpassword%5D=hunter2", "hunter2"),
    ),
    ignores=("GET /x?filter%5Bstatus%5D=paid", "q=%20key", '{"\\u0061ge":"12"}'),
    confirm=lambda value: value.lower() not in HARMLESS,
    name=rf"((?:[0-9A-Za-z_.-]|{_ENCODED})+)(?:=|%3[Dd]|\\*\")",
    is_secret=secret_parameter,
)
