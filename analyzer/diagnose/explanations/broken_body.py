"""Says where a request body breaks off its own form, as the parser of the server wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.diagnose.explanations._subject import Explanation, Said, Subject
from analyzer.model import Evidence

# The same words beside a 500 may speak of an answer that the application could not read.
_STATUSES = (400, 415, 422)
# CPython and Ruby json, V8, Jackson, Gson, Go, serde, System.Text.Json, Newtonsoft.Json, PHP, pydantic, body-parser.
_JSON = re.compile(
    r"JSON\s*(?:Decode|Parse|Parser|Syntax|Reader)?\s*(?:Error|Exception)|JSONDecodeError|json_invalid"
    r"|entity\.parse\.failed|Malformed ?Json|(?:malformed|invalid|bad|not valid|unparsable|broken) JSON"
    r"|JSON (?:is |body |input |object )?(?:malformed|invalid|contains a trailing comma)|not valid JSON"
    r"|in JSON at position"
    r"|Unexpected (?:token|character|string|number|end of (?:JSON )?input)|Expecting (?:value|property name|[',:\"])"
    r"|Unterminated string|Expected .{1,80} in JSON|is an invalid start of a|invalid character .{1,6} (?:looking"
    r"|after|in)"
    r"|JSON parse error|(?:expected|EOF while parsing|trailing) .{1,60} at line \d+ column \d+"
    r"|(?:cannot|could not|failed to|unable to|error) (?:decod|pars)\w* (?:the )?(?:request )?(?:body|JSON)"
    r"|(?:cannot|could not|failed to|unable to|error) read(?:ing)? (?:the )?JSON",
    re.IGNORECASE,
)
_OTHERS = (
    (re.compile(r"multipart[^.]{0,80}(?:boundary|unexpected|malformed|missing|invalid|fail|EOF)|no multipart boundary"
                r"|boundary (?:was |is )?not found|unexpected end of (?:form|multipart)", re.IGNORECASE),
     "valid multipart"),
    (re.compile(r"SAXParse|XMLSyntax|XML (?:parse|syntax|document)[^.]{0,40}(?:error|fail|well)|not well-formed"
                r"|Premature end of file|XmlException|Root element is missing", re.IGNORECASE), "well-formed XML"),
    (re.compile(r"invalid (?:utf-?8|unicode|byte sequence)|MalformedInput|can't decode byte|UnicodeDecodeError",
                re.IGNORECASE), "valid UTF-8"),
    (re.compile(r"incorrect header check|not in gzip format|invalid (?:gzip|deflate|zlib)|BadGzip", re.IGNORECASE),
     "compressed as Content-Encoding says"),
)  # fmt: skip
_EMPTY = re.compile(
    r"request body (?:is |was )?(?:missing|empty|required)|required request body|unexpected end of JSON input"
    r"|empty (?:request )?body|body (?:cannot|must not) be empty|Expecting value: line 1 column 1 \(char 0\)",
    re.IGNORECASE,
)
_LINE_COLUMN = re.compile(r"line:? (\d{1,9})[,;]?\s*(?:column|position|col):? (\d{1,9})", re.IGNORECASE)
_DOT_NET = re.compile(r"LineNumber: (\d{1,9}) \| BytePositionInLine: (\d{1,9})")
_SAX = re.compile(r"lineNumber: (\d{1,9}); columnNumber: (\d{1,9})")
_POSITION = re.compile(r"(?:position|offset|\(char|at char(?:acter)?) (\d{1,9})\b|\bbody\.(\d{1,9}):", re.IGNORECASE)
_STEPS = ("Put the body that was sent through a JSON parser, and compare the place that is named.",)


def explain(subject: Subject) -> Iterator[Explanation]:
    """Reads parser errors in answers and logs; what a capture holds of the body itself is judged elsewhere."""
    for pattern, form in ((_JSON, "valid JSON"), *_OTHERS):
        said = subject.said(pattern, *_STATUSES)
        if said is None or not subject.is_telling(said.count):
            continue
        empty = _EMPTY.search(said.text)
        place = None if empty else place_in(said.text)
        what = "nothing was sent where a body is needed" if empty else f"the body is not {form}"
        where = f", the first at {place}" if place and said.count > 1 else f", at {place}" if place else ""
        text = f"{subject.of_total(said.count)}: {what}{where}{said.quoted}"
        yield Explanation(
            (Evidence(text, said.ref),), _STEPS if form == "valid JSON" else (), 0, said.count, said.quoted
        )
        return
    yield from _empty(subject, subject.said(_EMPTY, *_STATUSES))


def _empty(subject: Subject, said: Said | None) -> Iterator[Explanation]:
    if said is not None and subject.is_telling(said.count):
        text = f"{subject.of_total(said.count)}: nothing was sent where a body is needed{said.quoted}"
        yield Explanation((Evidence(text, said.ref),), (), 0, said.count, said.quoted)


def place_in(text: str) -> str | None:
    """Gives `line 1, column 15` or `character 15`, counted from 1, of the place that a parser's message names.

    System.Text.Json counts lines and bytes from 0 (JsonException.LineNumber), V8, CPython and FastAPI characters.
    """
    if found := _LINE_COLUMN.search(text) or _SAX.search(text):
        return f"line {found[1]}, column {found[2]}"
    if found := _DOT_NET.search(text):
        return f"line {int(found[1]) + 1}, byte {int(found[2]) + 1}"
    if found := _POSITION.search(text):
        return f"character {int(found[1] or found[2]) + 1}"
    return None
