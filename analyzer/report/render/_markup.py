"""Looks at a page that the user's templates made: its policy, its two blocks, its elements and attributes.

The policy alone keeps a browser from running or loading anything; but a page without it, or with an element that it
does not bind (such as a refresh), must not be written at all.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from html.parser import HTMLParser

from analyzer.errors import DocumentError, Location
from analyzer.report.links import href
from analyzer.report.templates import Templates

_TAGS = """
html head meta title style script body main header footer nav section article aside hgroup search h1 h2 h3 h4 h5 h6 p
div span a b i em strong small s sub sup mark del ins cite q blockquote abbr dfn code kbd samp var pre br hr wbr time
data bdi bdo ruby rt rp ol ul menu li dl dt dd figure figcaption img details summary table caption colgroup col thead
tbody tfoot tr th td button label input output meter progress address
svg g defs desc path rect circle ellipse line polyline polygon text tspan pattern clippath mask marker lineargradient
radialgradient stop symbol
"""
_ELEMENTS = frozenset(_TAGS.split())
_NAMES = """
lang dir class id title hidden role name content charset http-equiv type value min max low high optimum for
autocomplete placeholder disabled open start reversed datetime rel alt width height colspan rowspan span scope headers
abbr tabindex translate
x x1 x2 y y1 y2 dx dy rx ry cx cy r d fx fy points transform viewbox preserveaspectratio text-anchor
dominant-baseline fill fill-opacity fill-rule stroke stroke-width stroke-dasharray stroke-dashoffset stroke-linecap
stroke-linejoin stroke-opacity opacity offset stop-color stop-opacity font-size font-family font-weight letter-spacing
patternunits patterntransform patterncontentunits gradientunits gradienttransform clippathunits maskunits clip-path
mask display marker-start marker-mid marker-end markerwidth markerheight markerunits refx refy orient vector-effect
xmlns
"""
_ATTRIBUTES = frozenset(_NAMES.split())
# These may name an address.
_PAINTS = frozenset(["fill", "stroke", "clip-path", "mask", "marker-start", "marker-mid", "marker-end"])
_POINTS_AWAY = re.compile(
    r"url[ \t\n\r\f]*\((?![ \t\n\r\f]*['\"]?[ \t\n\r\f]*(?:#|data:image/))|@import"
    r"|(?<!\w)(?:image-set|cross-fade|image|src|element|paint)[ \t\n\r\f]*\(",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\n\r\f])?|([^\n]))")
# Tags of this form are read alike by every parser; others are not: what one takes for a value is markup to another.
_BEGIN = re.compile(
    r"""<[a-z][a-z0-9]*(?:[ \t\n\r\f]+[a-z][a-z0-9:_-]*(?:[ \t\n\r\f]*=[ \t\n\r\f]*(?:"[^"]*"|'[^']*'))?)*"""
    r"[ \t\n\r\f]*/?>",
    re.IGNORECASE,
)
_END = re.compile(r"</[a-z][a-z0-9]*>", re.IGNORECASE)
_CONTROL = re.compile(r"[\0-\x08\v\x0e-\x1f\x7f]")
_WHOLE = "page.html.j2"
_HINT = "The policy, style and script stand in a page as in the shipped page.html.j2."


@dataclass(frozen=True, slots=True)
class Blocks:
    """What a page must hold as it is: the policy first in its head, the style, and the script if it has one."""

    policy: str
    style: str
    script: str


def check_page(text: str, blocks: Blocks, templates: Templates) -> None:
    """Raises DocumentError for a page that lacks the policy, or holds what no report may hold."""
    page = _Page()
    page.feed(text)
    page.close()
    page.end()
    first = [("html", None), ("head", None), ("meta", blocks.policy)]
    if page.opened != first or page.early or page.policies != 1 or page.began != "doctype html":
        raise DocumentError(
            "the page does not begin with the content security policy of the report.",
            location=templates.place(_WHOLE) if _WHOLE in dict(templates.files) else _place("http-equiv", templates),
            hint=_HINT,
        )
    wrong = _control(text) or page.wrong
    if told := wrong or _wrong_block(page, blocks):
        word, said = told
        raise DocumentError(f"{said}.", location=_place(word, templates), hint=None if wrong else _HINT)


def _control(text: str) -> tuple[str, str] | None:
    """Finds what a browser reads otherwise than it stands there, such as the beginning of another encoding."""
    found = _CONTROL.search(text)
    return (found[0], "a report may hold no control character") if found else None


def _points_away(style: str) -> str | None:
    """Gives what in a style, or in an attribute that is one, may name an address elsewhere."""
    if found := _POINTS_AWAY.search(style):
        return found[0].lower()
    return "\\" if _POINTS_AWAY.search(_ESCAPED.sub(_character, style)) else None


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or "0", 16)
    return escape[2] or (chr(code) if code <= sys.maxunicode else "\N{REPLACEMENT CHARACTER}")


def _wrong_block(page: _Page, blocks: Blocks) -> tuple[str, str] | None:
    if found := _points_away(blocks.style):
        return found, "a style may load nothing but pictures as data: addresses"
    if page.charsets != 1:
        return "charset", "a page says its encoding once, as utf-8"
    # A tag in a style is one to a browser where the style stands in a picture.
    tag = re.search(r"<[^\s>]*", blocks.style)
    if page.held["style"] != [blocks.style] or tag:
        return (
            tag[0].lower() if tag else "<style",
            "a page holds one style element, with what the loop over styles() gives, and nothing else",
        )
    if page.held["script"] not in ([], [blocks.script]):
        return "<script", "a page holds no script but the one of the report"
    return None


def _place(word: str, templates: Templates) -> Location:
    """Gives the first line of the user's that holds the word, else the folder."""
    for name, text in templates.files:
        at = text.lower().find(word)
        if at >= 0:
            return templates.place(name, text.count("\n", 0, at) + 1)
    return Location(str(templates.folder))


class _Page(HTMLParser):
    """Collects what the page is made of, and the first thing that it may not hold.

    Where this parser and a browser may read a page otherwise, the page is refused: comments, tags that are not
    finished, and a title with a tag in it.
    """

    CDATA_CONTENT_ELEMENTS = ("script", "style", "title")  # type: ignore[misc] # Final, but to be read by the class

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.began = ""
        self.opened: list[tuple[str, str | None]] = []
        self.early = False  # whether anything stands before the policy that would close the head in a browser
        self.policies = 0
        self.charsets = 0
        self.held: dict[str, list[str]] = {"style": [], "script": []}
        self.wrong: tuple[str, str] | None = None

    def handle_decl(self, decl: str) -> None:
        """Takes the document type."""
        if self.opened or self.began:
            self._refuse("<!", "a report may hold no second document type")
        self.began = self.began or decl.lower()

    def handle_comment(self, data: str) -> None:
        """Refuses comments, which browsers end in more ways than one."""
        del data
        self._refuse("<!--", "a report may hold no comment; {# and #} are for those that are not printed")

    def handle_pi(self, data: str) -> None:
        """Refuses what looks like an instruction: to a browser it is a comment."""
        self.handle_comment(data)

    def unknown_decl(self, data: str) -> None:
        """Refuses marked sections: to a browser they are comments, or are none, by where they stand."""
        self.handle_comment(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Looks at an element and its attributes."""
        named = dict(attrs)
        if len(self.opened) < 3:
            self.opened.append((tag, named.get("content") if _is_policy(named) else None))
        self.policies += _is_policy(named)
        self.charsets += "charset" in named
        if tag in self.held:
            self.held[tag].append("")
        if found := _refused(tag, attrs):
            self._refuse(*found)
        self._look(_BEGIN, self.get_starttag_text() or "", f"<{tag}")

    def parse_endtag(self, i: int) -> int:
        """Parses the end of an element, which must have no more than its name."""
        end = super().parse_endtag(i)
        if end > 0 and self.cdata_elem is None:  # else it is text
            self._look(_END, self.rawdata[i:end], "</")
        return end

    def _look(self, form: re.Pattern[str], text: str, word: str) -> None:
        if not form.fullmatch(text):
            self._refuse(word, 'attributes have the form name="value" with quotes, and stand where an element begins')

    def handle_endtag(self, tag: str) -> None:
        """Notes that something ends before the policy stands."""
        del tag
        self.early |= len(self.opened) < 3

    def handle_data(self, data: str) -> None:
        """Keeps what stands in style and script; notes text before the policy, and a tag where text should be."""
        self.early |= len(self.opened) < 3 and bool(data.strip(" \t\n\r\f"))
        if "<" in data and self.cdata_elem not in self.held:
            self._refuse("<", "a report may hold no tag that is not finished, and none in a title")
        if self.cdata_elem in self.held:
            self.held[self.cdata_elem][-1] += data

    def handle_entityref(self, name: str) -> None:
        """Notes a character before the policy."""
        del name
        self.early |= len(self.opened) < 3

    def handle_charref(self, name: str) -> None:
        """Notes a character before the policy."""
        self.handle_entityref(name)

    def end(self) -> None:
        """Refuses a page that ends inside of a title, a style or a script, or in the middle of a tag."""
        if self.cdata_elem or self.rawdata:
            self._refuse(f"<{self.cdata_elem or ''}", "a report may hold nothing that is begun and not ended")

    def _refuse(self, word: str, said: str) -> None:
        self.wrong = self.wrong or (word, said)


def _is_policy(named: dict[str, str | None]) -> bool:
    return (named.get("http-equiv") or "").lower() == "content-security-policy"


def _refused(tag: str, attrs: list[tuple[str, str | None]]) -> tuple[str, str] | None:
    """Gives what is wrong with an element: the word to look for in the sources, and a sentence."""
    if tag not in _ELEMENTS:
        return f"<{tag}", f"a report may not hold the element {tag!r}"
    if tag == "meta" and dict(attrs).get("http-equiv") and not _is_policy(dict(attrs)):
        return "http-equiv", "a report may not hold another http-equiv than its policy"
    if len({name for name, _ in attrs}) < len(attrs):
        return f"<{tag}", f"an element {tag!r} has an attribute twice"
    for name, value in attrs:
        if not _fits(tag, name, value or ""):
            return f"{name}=", f"a report may not hold the attribute {name!r} with this value on {tag!r}"
    return None


def _fits(tag: str, name: str, value: str) -> bool:
    if name == "href":
        return tag == "a" and _leads_nowhere_else(value)
    if name == "src":
        return tag == "img" and value.startswith("data:image/")
    if name == "charset":
        return tag == "meta" and value.lower() == "utf-8"
    if name.startswith(("aria-", "data-")):
        return True
    return name in _ATTRIBUTES and not (name in _PAINTS and _points_away(value))


def _leads_nowhere_else(value: str) -> bool:
    try:
        return bool(href(value))
    except ValueError:
        return False
