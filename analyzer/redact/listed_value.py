"""Finds values in lists of names and values, as captures and logs of headers write them."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, secret_name

_OPEN, _SHUT = r"\\*[\"']", r"\\*[\"']\s*[:=,]\s*\\*[\"']"
_NAME = rf"{_OPEN}(?:name|key|header|field|param|k){_SHUT}[^\"'\\]{{1,100}}\\*[\"']\s*,\s*"
_BEFORE = rf"{_OPEN}(?:value|content){_SHUT}"

DETECTOR = Detector(
    kind="secret",
    pattern=rf"(?i){_NAME}{_BEFORE}([^\"'\\\x{{e000}}]+)",
    literals=('value"', "value'", "value\\", 'content"', "content'", "content\\"),
    finds=(
        ('{"name":"password","value":"hunter2"}', "hunter2"),
        ('[{\\"name\\": \\"X-Api-Key\\", \\"value\\": \\"ab 12\\"}]', "ab 12"),
    ),
    ignores=('{"name":"page","value":"2"}', '{"name":"token_type","value":"Bearer"}', '{"name":"password","type":"x"}'),
    confirm=lambda value: value.strip().lower() not in HARMLESS,
    name=rf"(?i){_OPEN}(?:name|key|header|field|param|k){_SHUT}([^\"'\\]{{1,100}})",
    is_secret=secret_name,
)
