"""Finds values in double quotes whose name says that they are secret: JSON, logfmt, Ruby, prose."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, LITERALS, NAME, NAMED, secret_name

DETECTOR = Detector(
    kind="secret",
    # The value goes on to the next quote, whatever stands in it; a placeholder of an earlier run is none.
    pattern=(
        rf"(?i)\b{NAME}\\*[\"']?\s*(?::|=>|=)\s*"
        r"(?:\[\s*|\{\s*\"(?:value|raw|secret|key|data|content)\"\s*:\s*)?\"((?:[^\"\\\x{e000}]|\\.)+)(?:\"|\\?$)"
    ),
    literals=LITERALS,
    finds=(
        ('{"password": "hunter2"}', "hunter2"),
        ('{"password":"a&b, (it\'s) c"}', "a&b, (it's) c"),
        ('login with token: "ab12" failed', "ab12"),
        ('{"api_key"=>"mk_9"}', "mk_9"),
        ('passphrase="two words"', "two words"),
        ('{"password": "cut of', "cut of"),
        ('{"password": "with \\" inside"}', 'with \\" inside'),
        ('{"apiKeys": ["ab12", "cd34"]}', "ab12"),
        ('{"token": {"value": "ab12"}}', "ab12"),
    ),
    ignores=('"token": null', '{"token": "expired"}', '"monkey": "x"', '"tokens_used": "17"', 'token: ""'),
    confirm=lambda value: value.strip().lower() not in HARMLESS,
    name=NAMED,
    is_secret=secret_name,
)
