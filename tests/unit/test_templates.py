"""Templates of the user's own: what replaces what, what the contract tells, and that nothing gets out of the sandbox."""

from __future__ import annotations

import os
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from report_cases import CASES, clean, demo, huge

from analyzer.errors import DocumentError, UsageError
from analyzer.report import Around, checked_templates, contract, report_html, templates, view
from analyzer.report.comparison import view as comparison_view
from analyzer.report.render import _sandbox, environment, policy
from analyzer.report.render._environment import sandbox
from analyzer.report.templates import Templates, read_templates, shipped
from analyzer.report.trace import view as trace_view

SECTION = "sections/method.html.j2"
PAGE = "page.html.j2"
MODULES = [import_module(f"{view.__name__}.{found.name}") for found in iter_modules(view.__path__)]
VIEWS = {
    item.__name__: item
    for module in (*MODULES, comparison_view, trace_view)
    for item in vars(module).values()
    if isinstance(item, type) and is_dataclass(item)
}


class Tags(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for templates."""
    made = tmp_path / "mine"
    made.mkdir()
    return made


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def page(folder: Path, case: str = "demo") -> str:
    """Gives the page with the templates in the folder, read as the command line reads them."""
    return report_html(CASES[case](), around=Around(checked_templates(folder)))


def refused(folder: Path, text: str, name: str = SECTION) -> DocumentError:
    """Gives the error of a page with this template."""
    put(folder, name, text)
    with pytest.raises(DocumentError) as caught:
        page(folder)
    return caught.value


# What replaces what


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_copy_of_the_shipped_templates_gives_the_same_bytes(case: str) -> None:
    """Sandbox, meter and checks change nothing of a page."""
    copy = Templates(Path("mine"), tuple(shipped().items()))
    assert report_html(CASES[case](), around=Around(copy)) == report_html(CASES[case]())


def test_a_copy_gives_the_same_bytes_where_much_is_cut() -> None:
    """A page that fits only after several halvings does not empty the meter."""
    copy = Templates(Path("mine"), tuple(shipped().items()))
    assert report_html(huge(), around=Around(copy)) == report_html(huge())


def test_replacing_a_section_changes_that_section_only(folder: Path) -> None:
    """Before and after it every byte is the same."""
    put(folder, SECTION, "<p>Ours: {{ view.facts[0].term }}</p>\n")
    before, after = report_html(demo()), page(folder)
    mark = '<h2 id="method-title">Method and redaction</h2>\n'
    assert after.split(mark)[0] == before.split(mark)[0]
    assert after.split(mark)[1].startswith("<p>Ours: Program</p></section>")
    assert after.partition("</main>")[2] == before.partition("</main>")[2]


def test_a_style_of_ones_own_is_in_the_policy(folder: Path) -> None:
    """The hash is that of the style that the page holds."""
    put(folder, "charts/heat.css", ".heat { color: teal }\n")
    text = page(folder)
    assert ".heat { color: teal }" in text
    own = policy(checked_templates(folder))
    assert own != policy()
    assert own.replace("'", "&#39;") in text


def test_a_page_of_ones_own_may_look_otherwise(folder: Path) -> None:
    """Order, words and elements are free; the script may be left out."""
    put(folder, PAGE, '<!DOCTYPE html>\n<html lang="de">\n<head>\n<meta http-equiv="Content-Security-Policy" '
        'content="{{ view.policy }}">\n<meta charset="utf-8"><title>{{ view.title }}</title>\n<style>{% for name in styles() %}'
        "{% include name %}{% endfor %}</style></head>\n<body><h1>ACME</h1>{% for part in view.parts %}"
        "<h2>{{ part.title }}</h2>{% endfor %}</body></html>\n")  # fmt: skip
    text = page(folder)
    assert "<h1>ACME</h1><h2>Finding</h2>" in text or "<h1>ACME</h1><h2>" in text
    assert "<script>" not in text


# What may lie in the folder


def test_a_name_that_replaces_nothing_is_an_error(folder: Path) -> None:
    """A misspelt name would be silently without effect."""
    put(folder, "sections/verdikt.html.j2", "x")
    with pytest.raises(
        UsageError, match=r"verdikt\.html\.j2: this file replaces no template\. Did you mean sections/verdict"
    ):
        read_templates(folder)


def test_a_name_like_none_points_to_the_list(folder: Path) -> None:
    """Where nothing is near, the command that lists them is named."""
    put(folder, "0", "x")
    with pytest.raises(UsageError, match="`analyzer templates` lists the names"):
        read_templates(folder)


def test_the_script_cannot_be_replaced(folder: Path) -> None:
    """What runs on a page is ours only."""
    put(folder, "script.js", "alert(1)")
    with pytest.raises(UsageError, match=r"script\.js: the script of a report cannot be replaced"):
        read_templates(folder)


@pytest.mark.parametrize("made", ["file", "folder", "outside"])
def test_links_are_not_followed(folder: Path, tmp_path: Path, made: str) -> None:
    """Neither a file nor a folder may be a link, wherever it leads."""
    put(tmp_path, "away/style.css", "p {}")
    put(folder, "paper.css", "p {}")
    link, target = {
        "file": ("style.css", "paper.css"),
        "folder": ("charts", "../away"),
        "outside": ("style.css", "../away/style.css"),
    }[made]
    (folder / link).symlink_to(target)
    with pytest.raises(UsageError, match="a template may not be a link"):
        read_templates(folder)


def test_what_became_a_link_meanwhile_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking and opening are two moments; opening follows no link either."""
    put(folder, "paper.css", "p {}")
    (folder / "style.css").symlink_to("paper.css")
    monkeypatch.setattr(Path, "is_symlink", lambda _: False)
    with pytest.raises(UsageError, match=r"style\.css: cannot be read"):
        read_templates(folder)


def test_a_pipe_does_not_hold_the_program(folder: Path) -> None:
    """Only plain files are read."""
    os.mkfifo(folder / "style.css")
    with pytest.raises(UsageError, match="must be a plain file"):
        read_templates(folder)


@pytest.mark.parametrize("size", [1_000_000, 1_000_001])
def test_a_template_has_at_most_a_million_bytes(folder: Path, size: int) -> None:
    """At the limit it is read, one byte above it is not."""
    put(folder, "style.css", b" " * size)
    if size == 1_000_000:
        assert len(read_templates(folder).files[0][1]) == size
    else:
        with pytest.raises(UsageError, match="at most 1,000,000 bytes"):
            read_templates(folder)


def test_a_template_is_utf_8(folder: Path) -> None:
    """Other bytes are an error with the file's name."""
    put(folder, "style.css", b"\xff")
    with pytest.raises(UsageError, match=r"style\.css: a template must be UTF-8"):
        read_templates(folder)


def test_a_folder_of_too_many_files_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody named the wrong folder, such as their home."""
    monkeypatch.setattr(templates, "MOST_FILES", 3)
    for number in range(4):
        put(folder, f".{number}", "")
    with pytest.raises(UsageError, match="holds more than 3 files"):
        read_templates(folder)


def test_hidden_files_are_left_alone(folder: Path) -> None:
    """A folder under version control has some."""
    put(folder, ".git/config", "x")
    put(folder, ".gitignore", "x")
    put(folder, "style.css", "p {}")
    assert [name for name, _ in read_templates(folder).files] == ["style.css"]


def test_a_folder_without_templates_is_an_error(folder: Path) -> None:
    """An empty one, and none at all."""
    for place in (folder, folder / "nowhere"):
        with pytest.raises(UsageError, match=r"`analyzer templates -o DIR` writes the shipped ones"):
            read_templates(place)


# What a template may say


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("\n{% autoescape false %}{{ view.facts[0].term }}{% endautoescape %}", 2, "every text is escaped"),
        ("\n\n{{ view.statements[0]|safe }}", 3, "there is no filter 'safe'"),
        ("<p {{ view|xmlattr }}>", 1, "there is no filter 'xmlattr'"),
        ("{{ view.statements|map('upper') }}", 1, "there is no filter 'map'"),
        ("{{ Markup('<b>') }}", 1, "there is no name 'Markup' here; this template reads: view"),
        ("{{ range(3) }}", 1, "there is no name 'range'"),
        ("{{ cycler('a') }}", 1, "there is no name 'cycler'"),
        ("{{ chart.id }}", 1, "there is no name 'chart'"),
        ("a\n{{ view.nothing }}", 2, "MethodView has no field 'nothing'; it has: statements, facts"),
        ("{% for fact in view.facts %}\n{{ fact.words }}{% endfor %}", 2, "Fact has no field 'words'; it has: term, text, quote"),
        ("{{ view.statements[99] }}", 1, "tuple object has no element 99"),
        ("{{ view.__class__ }}", 1, "has no field '__class__'"),
        ("{{ view.facts[0].term.__class__ }}", 1, "access to attribute '__class__' of 'str' object is unsafe"),
        ("{{ view.facts[0].term.format('a') }}", 1, "may call its macros, and nothing else"),
        ("{{ ''.join(view.statements) }}", 1, "may call its macros, and nothing else"),
        ("{{ view.facts[0].term.upper }}", 1, "may print text and whole numbers"),
        ("{{ view.statements }}", 1, "may print text and whole numbers, not tuple"),
        ("{{ 'a' * 1000000000000 }}", 1, "may not use Mul"),
        ("{{ 2 ** 3 }}", 1, "may not use Pow"),
        ("{{ 'a' + 'b' }}", 1, "+ is for whole numbers only; ~ joins texts"),
        ("{{ 1000000000 + 1 }}", 1, "+ is for whole numbers only"),
        ("{% extends 'page.html.j2' %}", 1, "extends no other"),
        ("{% block a %}{% endblock %}", 1, "has no blocks"),
        ("{% include '../json.py' %}", 1, "there is no template '../json.py'"),
        ("{% include 'json.py' %}", 1, "there is no template 'json.py'"),
        ("{% include '/etc/hostname' %}", 1, "there is no template '/etc/hostname'"),
        (r"{{ '\ud800' }}", 1, "half of a character"),
        ("{% for x in %}", 1, "Expected an expression"),
        ("a\nb\n{% if view.facts %}", 3, "Unexpected end of template"),
        ("<a href='{{ view.facts[0].term|href }}'>x</a>", 1, "not an address that a report may link to"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_file_and_line(folder: Path, text: str, line: int, said: str) -> None:
    """No traceback: the file, the line, what is wrong, and what there is instead."""
    error = refused(folder, text)
    assert str(error.location) == f"{folder}/{SECTION}:{line}"
    assert said in error.message
    assert error.hint == "`analyzer templates` tells what each template may read."


def test_faults_that_need_no_data_are_told_before_any_input_is_read(folder: Path) -> None:
    """Reading the folder compiles everything."""
    put(folder, SECTION, "{{ view.statements[0]|safe }}")
    with pytest.raises(DocumentError, match="no filter 'safe'"):
        checked_templates(folder)


def test_a_fault_in_a_shipped_macro_is_told_at_the_call(folder: Path) -> None:
    """A wrong argument shows where the user's own file hands it over."""
    error = refused(folder, '{% from "macros.html.j2" import table %}\n\n{{ table(view) }}')
    assert str(error.location) == f"{folder}/{SECTION}:3"
    assert "MethodView has no field 'caption'" in error.message


LOOPS = "".join(f"{{% for a{depth} in view.statements %}}" for depth in range(12))
ENDS = "{% endfor %}" * 12
CHARACTERS = "{% for a in '" + "x" * 3_000 + "' %}{% for b in '" + "x" * 300 + "' %}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LOOPS + ENDS, "print or repeat too much"),
        (LOOPS + "x" * 1_000 + ENDS, "print or repeat too much"),
        (LOOPS.replace("view.statements %", "view.statements if false %") + ENDS, ""),
        (LOOPS[:-2] + "if false %}" + ENDS, "print or repeat too much"),
        ("{% macro m(x) %}{{ m(x ~ x) }}{% endmacro %}{{ m('abcdefgh') }}", "print or repeat too much"),
        ("{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m('a') }}", "call each other without an end"),
        ("{% include 'sections/method.html.j2' %}", "call each other without an end"),
        ("{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}", "nested too deeply"),
        ("{% if 1 %}" * 300 + "{% endif %}" * 300, "nested too deeply"),
        ("".join(f"{{% macro m{n}() %}}{{{{ m{n + 1}() }}}}{{{{ m{n + 1}() }}}}{{% endmacro %}}" for n in range(40))
         + "{% macro m40() %}{% endmacro %}{{ m0() }}", "print or repeat too much"),
        (CHARACTERS + "{% set b = a|lower %}" * 3_000 + "{% endfor %}" * 2, "print or repeat too much"),
        ("{% set t = '" + "x" * 100_000 + "' %}" + CHARACTERS + "{% set b = t|title %}{% endfor %}{% endfor %}",
         "print or repeat too much"),
        ("{% set a = [1] %}{% set b = [1] %}" + "{% set a = [a, a] %}{% set b = [b, b] %}" * 40 + "{{ 'x' if a == b }}",
         "a list in a template holds texts and numbers only"),
        ("{% macro m() %}{% if varargs == varargs[:] %}{% endif %}{{ m(varargs, varargs) }}{% endmacro %}{{ m(1) }}",
         "no name 'varargs'"),
        (21 * "{% for a in view.statements %}" + 21 * "{% endfor %}", "nested too deeply"),
        (101 * "{% if view.facts %}" + 101 * "{% endif %}", "nested too deeply"),
    ],
)  # fmt: skip
def test_what_would_not_end_is_ended(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    """Loops in loops, macros in macros, texts that double: all of it is charged to one meter."""
    if text != LOOPS + ENDS:  # once with the real meter, which takes seconds to empty
        monkeypatch.setattr(_sandbox, "MOST_WORK", _sandbox.MOST_WORK // 20)
    if said:
        assert said in refused(folder, text).message
    else:
        put(folder, SECTION, text)
        assert "</html>" in page(folder)


def test_the_meter_is_what_ends_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With less to spend the same page is refused; so the limit is the meter's, and not that of something else."""
    put(folder, SECTION, "{% for a in view.statements %}{% for b in view.statements %}x{% endfor %}{% endfor %}")
    assert "</html>" in page(folder)
    monkeypatch.setattr(_sandbox, "MOST_WORK", 1_000)
    sandbox.cache_clear()
    with pytest.raises(DocumentError, match="print or repeat too much"):
        page(folder)


def test_a_page_that_cannot_be_made_small_enough_is_refused(folder: Path) -> None:
    """What the template itself says is not cut by halving the limits."""
    error = refused(folder, "{% for a in view.statements[:3] %}" + "x" * 800_000 + "{% endfor %}")
    assert str(error.location) == str(folder)
    assert "even with the least that is shown; the most are 2,000,000" in error.message


PIECES = (
    "{{", "}}", "{%", "%}", "{#", "#}", "view", ".facts", ".statements", "[0]", "[", "]", "(", ")", "|", "href", "safe", "for ",
    "if ", "in ", "end", "endfor", "set ", "x", " = ", "~", "+", "'a'", "include ", "'page.html.j2'", "macro ", "<", ">", "<a href='",
    "<script>", "</", "'", '"', "\n", "-", "is ", "loop", "1", "import ", "as ", "with ",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=60))
@example("{% for x in view.facts %}{{ x }}{% endfor %}")
@example("{{ view.facts[0].term[::0] }}")
@example("{{ -view.facts }}")
@example(r"{{ '\ud800' }}")
@example(r"<a class='{{ '\x27\x3cscript>' }}'>")
@example("{{ view.facts < 1 }}")
def test_any_template_gives_a_page_or_an_error_with_its_place(text: str) -> None:
    """Never anything else, whatever stands in it."""
    mine = Templates(Path("mine"), ((SECTION, text),))
    try:
        made = report_html(clean(), around=Around(mine))
    except DocumentError as error:
        assert str(error.location).startswith("mine")  # noqa: PT017 - either outcome is right
    else:
        assert made.startswith("<!doctype html>")
        assert made.count("<script>") == 1


# What a page may hold

REFRESH = "<meta http-equiv='refresh' content='0;url=https://evil.example/'>"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<p style='color: red'>x</p>", "attribute 'style'"),
        ("<p\nOnClick=x>x</p>", "attribute 'onclick'"),
        ("<script>alert(1)</script>", "no script but the one of the report"),
        ("<script src=https://evil.example/x.js></script>", "attribute 'src'"),
        ("<style>p {}</style>", "one style element"),
        ("<svg><style>p {}</style></svg>", "one style element"),
        ("<form action=https://evil.example><input></form>", "element 'form'"),
        ("<input formaction=https://evil.example>", "attribute 'formaction'"),
        ("<iframe src='data:text/html,x'></iframe>", "element 'iframe'"),
        ("<object data=x></object>", "element 'object'"),
        ("<embed src=x>", "element 'embed'"),
        ("<link rel=stylesheet href=https://evil.example/x.css>", "element 'link'"),
        ("<base href=https://evil.example>", "element 'base'"),
        ("<meta http-equiv=refresh content='0; url=https://evil.example'>", "another http-equiv"),
        ("<meta http-equiv=content-security-policy content=''>", "does not begin with the content security policy"),
        ("<img src=https://evil.example/x.png>", "attribute 'src'"),
        ("<img srcset=https://evil.example/x.png>", "attribute 'srcset'"),
        ("<a href=javascript:alert(1)>x</a>", "attribute 'href'"),
        ("<a href=http://evil.example>x</a>", "attribute 'href'"),
        ("<a href=https://good.example ping=https://evil.example>x</a>", "attribute 'ping'"),
        ("<svg><use href=https://evil.example/x.svg#a></use></svg>", "element 'use'"),
        ("<svg><a xlink:href=javascript:alert(1)>x</a></svg>", "attribute 'xlink:href'"),
        ("<svg><rect fill='url(https://evil.example/x#a)'/></svg>", "attribute 'fill'"),
        ("<svg><foreignObject></foreignObject></svg>", "element 'foreignobject'"),
        ("<p class=a class=b>x</p>", "has an attribute twice"),
        ("<{{ 'script' }}>alert(1)</{{ 'script' }}>", "no script but the one of the report"),
        ("<!--><script>alert(1)</script>-->", "no comment"),
        ("<!-- a -->", "no comment"),
        ("<?php a ?>", "no comment"),
        ("<svg><![CDATA[<script>alert(1)</script>]]></svg>", "no comment"),
        ("<!doctype svg>", "no second document type"),
        ("<title><p title='</title><script>alert(1)</script>'>", "none in a title"),
        ("<svg><title><script>alert(1)</script></title></svg>", "none in a title"),
        ("<a href='<script>", "no tag that is not finished"),
        ("<!--", "no tag that is not finished"),
        ("<title>", "begun and not ended"),
        ("<svg><title><script>alert(1)</script>", "begun and not ended"),
        ("a < b", "no tag that is not finished"),
        (f'<p title== "x>{REFRESH}">a</p>', 'the form name="value"'),
        (f"<p>a</p x=\"><p title='\">{REFRESH}'>b</p>", 'the form name="value"'),
        ("<p title=a>x</p>", 'the form name="value"'),
        ("<p title='a'\N{NO-BREAK SPACE}>x</p>", 'the form name="value"'),
        ("<p title='a'\v>x</p>", "no control character"),
        ("<p>\x1b$B</p>", "no control character"),
        ("<p>\0</p>", "no control character"),
        ("<meta charset='iso-2022-jp'>", "attribute 'charset'"),
        (r"<svg><rect mask='u\72l(https://evil.example/x#a)'/></svg>", "attribute 'mask'"),
        ("<svg><rect mask='image-set(\"https://evil.example/x\" 1x)'/></svg>", "attribute 'mask'"),
    ],
)
def test_a_page_with_what_no_report_may_hold_is_refused(folder: Path, text: str, said: str) -> None:
    """Whatever the policy would have made of it in a browser."""
    error = refused(folder, text)
    assert said in error.message
    assert str(error.location).startswith(str(folder))


def test_what_is_allowed_passes(folder: Path) -> None:
    """Https links, pictures as data, shapes, references inside of the page."""
    put(folder, SECTION, '<p class="a"><a href="https://wiki.example/run">x</a><img alt="" src="data:image/png;base64,AA==">'
        '<em>y</em></p><svg role="img"><defs><pattern id="p"></pattern></defs><polyline points="0,0 1,1" fill="url(#p)" '
        'stroke="teal"/></svg>')  # fmt: skip
    assert "https://wiki.example/run" in page(folder)


def test_the_place_is_the_first_line_with_it(folder: Path) -> None:
    """The page is looked at as a whole, and the culprit is searched in the user's own files."""
    error = refused(folder, "<p>a</p>\n\n<form></form>")
    assert str(error.location) == f"{folder}/{SECTION}:3"
    put(folder, PAGE, shipped()[PAGE])  # which has the word style, but not as an attribute
    error = refused(folder, "<p>a</p>\n<p style='x'>b</p>")
    assert str(error.location) == f"{folder}/{SECTION}:2"


def test_a_page_says_that_it_is_utf_8(folder: Path) -> None:
    """Else a browser guesses, and reads another page than the one that was looked at."""
    error = refused(folder, shipped()[PAGE].replace('<meta charset="utf-8">', ""), PAGE)
    assert error.message == "a page says its encoding once, as utf-8."
    put(folder, PAGE, shipped()[PAGE].replace('charset="utf-8"', "charset = 'UTF-8'"))
    assert "charset = 'UTF-8'" in page(folder)


@pytest.mark.parametrize("end", ["</ style>", "</style >", "</style x>", "</style/>"])
def test_a_style_ends_where_a_browser_ends_it(folder: Path, end: str) -> None:
    """What follows an end that a browser does not know would be style to it, until an attribute holds one."""
    text = shipped()[PAGE].replace("</style>", end)
    put(folder, SECTION, f'<p title="</style>{REFRESH}">x</p>')
    assert str(refused(folder, text, PAGE).location).startswith(str(folder))


HEAD = '<meta http-equiv="Content-Security-Policy" content="{{ view.policy }}">'


@pytest.mark.parametrize(
    "change",
    [
        (HEAD, ""),
        (HEAD, HEAD.replace("{{ view.policy }}", "default-src *")),
        (HEAD, HEAD.replace("{{ view.policy }}", "{{ view.policy }}; script-src *")),
        (HEAD, HEAD + HEAD),
        (HEAD, "<title>first</title>" + HEAD),
        (HEAD, "text" + HEAD),
        (HEAD, "</head>" + HEAD),
        ("<!doctype html>", ""),
        ("<!doctype html>", "<!doctype html><body>"),
        ("<!doctype html>", "text<!doctype html>"),
        ("<!doctype html>", "<!doctype html>\N{NO-BREAK SPACE}"),
        ("<!doctype html>", "<p></p><!doctype html>"),
        ("<head>", "<head/>"),
        ("<head>", "<!--<head>-->"),
        ("<head>", "&nbsp;<head>"),
        ("<head>", "&#120;<head>"),
    ],
    ids=range(16),
)
def test_a_page_that_does_not_begin_with_the_policy_is_refused(folder: Path, change: tuple[str, str]) -> None:
    """A browser heeds a policy only in the head, and only for what comes after it."""
    before, after = change
    text = shipped()[PAGE]
    assert before in text
    error = refused(folder, text.replace(before, after), PAGE)
    assert error.message == "the page does not begin with the content security policy of the report."
    assert str(error.location) == f"{folder}/{PAGE}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("p { background: url(https://evil.example/x) }", "load nothing"),
        ("p { background: URL( 'https://evil.example/x') }", "load nothing"),
        ("@import 'https://evil.example/x.css';", "load nothing"),
        (r"p { background: u\72l(https://evil.example/x) }", "load nothing"),
        (r"p { background: \000075rl(https://evil.example/x) }", "load nothing"),
        (r"@\69 mport 'https://evil.example/x.css';", "load nothing"),
        ("p { background: -webkit-image-set('https://evil.example/x' 1x) }", "load nothing"),
        ("p { background: url(\N{NO-BREAK SPACE}#x) }", "load nothing"),
        ("@font-face { src: url(data:font/woff2;base64,AA) }", "load nothing"),
        (f"/* {REFRESH} */", "one style element"),
        ("</style><script>alert(1)</script><style>", "one style element"),
        ("p::after { content: '{{ 7 * 7 }}' }", "may not use Mul"),
        ("{{ view.policy }}", "there is no name 'view'"),
    ],
)
def test_a_style_that_loads_or_ends_is_refused(folder: Path, text: str, said: str) -> None:
    """A style is a template too; what it may refer to lies in the page."""
    error = refused(folder, text, "style.css")
    assert said in error.message
    assert str(error.location).startswith(f"{folder}/style.css")


def test_text_of_the_inputs_stays_text_in_templates_of_ones_own(folder: Path) -> None:
    """Every attack of the hostile case, through a template that prints it in the body and in attributes."""
    put(folder, "sections/rejects.html.j2", '{% for row in view.rows.items %}<p class="{{ row.reason }}" data-x="{{ row.text }}">'
        "{{ row.text }}</p>{% endfor %}{{ view.rows.note }}{{ view.summary }}{% if view.reasons %}{% endif %}")  # fmt: skip
    text = page(folder, "hostile")
    tags = Tags(text).found
    assert set(tags) <= set(Tags(report_html(CASES["hostile"]())).found)
    assert tags.count("script") == 1


# The layers


def test_the_environment_is_a_sandbox_that_escapes(folder: Path) -> None:
    """Immutable values, escaping for every name, and no global of jinja2's."""
    put(folder, "style.css", "p {}")
    made = sandbox(read_templates(folder))
    assert isinstance(made, ImmutableSandboxedEnvironment)
    assert made.autoescape is True
    assert set(made.globals) == {"styles"}
    assert not {"safe", "xmlattr", "tojson", "map", "attr"} & set(made.filters)


def test_there_is_one_environment_per_folder_and_the_packages_own_stays(folder: Path) -> None:
    """Made once, and the shipped templates are compiled once whatever a user brings."""
    own = environment()
    put(folder, "style.css", "p {}")
    first = sandbox(read_templates(folder))
    assert sandbox(read_templates(folder)) is first
    put(folder, "style.css", "p { color: teal }")
    assert sandbox(read_templates(folder)) is not first
    assert environment() is own
    assert report_html(demo()) == report_html(demo(), around=Around())


# The contract


def test_the_contract_names_exactly_the_fields() -> None:
    """Every view with its fields, in their order; no other view and no other field."""
    told = {view.name: [field.name for field in view.fields] for view in contract.views()}
    assert told == {name: [field.name for field in fields(item)] for name, item in VIEWS.items()}


def test_every_template_is_told_with_what_it_reads() -> None:
    """All shipped files; but for the macros and styles each has a name from outside and a view."""
    told = {template.name: template for template in contract.templates()}
    assert set(told) == set(shipped())
    silent = {name for name, template in told.items() if not template.view}
    assert silent == {name for name in shipped() if name.endswith(".css")} | {"macros.html.j2", "quoted.html.j2"}
    assert (told["sections/hops.html.j2"].reads, told["sections/hops.html.j2"].view) == ("view", "HopsView")
    assert (told["charts/spent.html.j2"].reads, told["charts/spent.html.j2"].view) == ("chart", "SpentChart")
    assert (told["stages.html.j2"].reads, told["stages.html.j2"].view) == ("stages", "list of Stage")
    assert told["trace/summary.html.j2"].view == "TraceSummaryView"
    assert told[PAGE].view == "PageView"
    assert "table(data, class)" in told["macros.html.j2"].macros


def test_the_view_of_a_template_has_what_it_reads() -> None:
    """Both ways: each attribute that a template takes of its name from outside is a field of the view told for it."""
    views = {view.name: {field.name for field in view.fields} for view in contract.views()}
    for template in contract.templates():
        if template.view and not template.view.startswith("list of "):
            read = {
                node.attr
                for node in environment().parse(shipped()[template.name]).find_all(nodes.Getattr)
                if isinstance(node.node, nodes.Name) and node.node.name == template.reads
            }
            assert read == views[template.view], template.name


def test_a_meaning_is_taken_from_the_docstring() -> None:
    """Alone, for several names at once, and with a semicolon in front of a name without one."""
    views = {view.name: view for view in contract.views()}
    source = {field.name: field.meaning for field in views["SourceRow"].fields}
    assert views["SourceRow"].says == "One source."
    assert source["zone"] == source["clock"] == "how its times were read"
    assert source["balance"] == "whether that adds up"
    kinds = {field.name: field.kind for field in views["HopsView"].fields}
    assert kinds == {
        "chart": "WaterfallChart", "spent": "SpentView or nothing", "hops": "list of Stage", "note": "text",
        "ids": "Listing of text",
    }  # fmt: skip
    assert {field.name: field.meaning for field in views["LayerItem"].fields}["claims"] == "why"
