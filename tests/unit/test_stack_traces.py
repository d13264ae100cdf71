"""Stack traces: which line is the exception, which frames are the application's own, by hand from real runtimes."""

from __future__ import annotations

import pytest
from report_cases import JAVA_TRACE, PYTHON_TRACE

from analyzer.wording.quoting import clip_middle
from analyzer.wording.stack_traces import stack_trace

NODE = """\
TypeError: Cannot read properties of undefined (reading 'id')
    at total (/srv/app/cart.js:14:22)
    at Layer.handle [as handle_request] (/srv/app/node_modules/express/lib/router/layer.js:95:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async /srv/app/server.js:31:9"""
DOTNET = """\
System.InvalidOperationException: Sequence contains no elements
   at System.Linq.ThrowHelper.ThrowNoElementsException()
   at Shop.Quotes.Pricing.First(List`1 rows) in /src/Pricing.cs:line 41
   at Shop.Quotes.Api.Post(Quote quote) in /src/Api.cs:line 12"""
GO = """\
panic: runtime error: index out of range [3] with length 3

goroutine 34 [running]:
main.price({0xc000014090, 0x3})
\t/srv/quotes/price.go:23 +0x1d
net/http.HandlerFunc.ServeHTTP(0xc000118000)
\t/usr/local/go/src/net/http/server.go:2136 +0x29"""
RUBY = """\
app/models/quote.rb:12:in `total': undefined method `id' for nil (NoMethodError)
\tfrom /usr/local/bundle/gems/rack-3.0.8/lib/rack/etag.rb:29:in `call'
\tfrom app/controllers/quotes_controller.rb:7:in `create'"""
PHP = """\
PHP Fatal error:  Uncaught DivisionByZeroError: Division by zero in /srv/shop/Price.php:9
Stack trace:
#0 /srv/shop/vendor/slim/App.php(40): Price->of()
#1 /srv/shop/index.php(3): run()
#2 {main}"""


@pytest.mark.parametrize(
    ("text", "exceptions", "own"),
    [
        (NODE, ("TypeError: Cannot read properties of undefined (reading 'id')",), ("cart.js:14", "server.js:31")),
        (DOTNET, ("System.InvalidOperationException: Sequence contains no elements",), ("Pricing.cs", "Api.cs")),
        (GO, ("panic: runtime error: index out of range [3] with length 3",), ("price.go:23",)),
        (RUBY, (), ("quote.rb:12", "quotes_controller.rb:7")),
        (
            PHP,
            ("PHP Fatal error:  Uncaught DivisionByZeroError: Division by zero in /srv/shop/Price.php:9",),
            ("index.php(3)",),
        ),
        (PYTHON_TRACE, ("sqlalchemy.exc.TimeoutError: PoolTimeout: no connection within 5000 ms",), ("web.py",)),
        (
            JAVA_TRACE.partition("\n")[2],
            (
                "org.springframework.dao.DataAccessResourceFailureException: no connection",
                "Caused by: java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available",
            ),
            ("Pool.java:23", "QuoteStore.java:39"),
        ),
    ],
)
def test_exception_and_own_frames_are_found(text: str, exceptions: tuple[str, ...], own: tuple[str, ...]) -> None:
    """What was thrown, the root cause beside it, and the frames of no library that are nearest to it."""
    found = stack_trace(text)
    assert found is not None
    assert found.exceptions == exceptions
    assert len(found.own) == len(own)
    assert all(name in frame for name, frame in zip(own, found.own, strict=True)), found.own


def test_a_frame_of_python_keeps_its_source_line() -> None:
    """The line of code and its marks belong to the frame above."""
    found = stack_trace(PYTHON_TRACE)
    assert found is not None
    (frame,) = found.own
    assert frame.split("\n") == [
        '  File "/srv/shop/quotes/web.py", line 88, in handle',
        "    return await self.app(request)",
        "           ^^^^^^^^^^^^^^^^^^^^^^^",
    ]


def test_of_chained_tracebacks_the_last_one_is_what_was_thrown() -> None:
    """Python prints the cause first and what came of it last."""
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: 1\n\n'
        "During handling of the above exception, another exception occurred:\n\n"
        'Traceback (most recent call last):\n  File "b.py", line 2, in g\nValueError: no tariff'
    )
    found = stack_trace(text)
    assert found is not None
    assert found.exceptions == ("ValueError: no tariff",)


def test_equal_frames_are_equal_whatever_was_thrown() -> None:
    """Two failures of one place differ in the message alone."""
    one, other = (stack_trace(PYTHON_TRACE.replace("5000 ms", text)) for text in ("1 ms", "2 ms"))
    assert one is not None
    assert other is not None
    assert one.frames == other.frames
    assert one.exceptions != other.exceptions


@pytest.mark.parametrize(
    "text", ["", "one line", "SELECT *\n  FROM quotes\n  WHERE id = 1", "meet at noon (here\nand there", "\n\n"]
)
def test_other_lines_are_no_stack_trace(text: str) -> None:
    """Without two frames nothing is called a trace."""
    assert stack_trace(text) is None


def test_the_middle_is_cut_and_counted() -> None:
    """90 of 300 characters: 30 from the start, 60 from the end, 210 left out."""
    text = "a" * 100 + "b" * 100 + "c" * 100
    assert clip_middle(text, 90) == "a" * 30 + " … [210 more characters] … " + "c" * 60
    assert clip_middle("short", 90) == "short"


def test_a_trace_has_at_most_ten_thousand_lines() -> None:
    """A thousand lines of a megabyte each would take minutes to read, and nobody reads them."""
    text = "Traceback (most recent call last):\n" + "#1 x\n" * 4_998 + "#1 y\n" + " \n" * 5_000
    found = stack_trace(text)
    assert found is not None
    assert found.own == ("#1 x", "#1 y\n" + " \n" * 4_999 + " ")
    assert stack_trace(text + " \n") is None


def test_one_frame_below_pythons_title_is_a_stack_trace() -> None:
    """Python's title leaves no doubt; a lone frame without it may be any text."""
    text = 'Traceback (most recent call last):\n  File "/srv/a.py", line 4, in f\n    g()\na.TitleError: no title'
    found = stack_trace(text)
    assert found is not None
    assert (found.exceptions, found.own) == (
        ("a.TitleError: no title",),
        ('  File "/srv/a.py", line 4, in f\n    g()',),
    )
    assert stack_trace('  File "/srv/a.py", line 4, in f\n    g()') is None
