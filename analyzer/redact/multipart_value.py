"""Finds the fields of multipart forms (RFC 7578) whose name says that they are secret, also with escaped line ends."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import LITERALS, secret_name

_END = r"(?:\r?\n|(?:\\r)?\\n)"

DETECTOR = Detector(
    kind="secret",
    pattern=(
        rf"(?i)\bname=\\?\"?[^\"\\;\r\n]{{1,200}}\\?\"?(?:;[^\r\n\\]*(?:\\\"[^\r\n\\]*)*)?"
        rf"(?:{_END}[a-z-]+:[^\r\n\\]*){{0,5}}{_END}{_END}([^\r\n\\]+)"
    ),
    literals=LITERALS,
    needs=("name=",),
    finds=(
        ('form-data; name="password"\r\n\r\nhunter2\r\n--X', "hunter2"),
        ('name=\\"api_key\\"\\r\\nContent-Type: text/plain\\r\\n\\r\\nmk 9\\r\\n', "mk 9"),
    ),
    ignores=('form-data; name="page"\r\n\r\n2\r\n', 'name="token_type"\r\n\r\nBearer'),
    name=r"(?i)\bname=\\?\"?([^\"\\;\r\n]{1,200})",
    is_secret=secret_name,
)
