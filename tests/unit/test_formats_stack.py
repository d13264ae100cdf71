"""Stack traces: each language's exception, its innermost frame, and what a line that goes on looks like."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.formats import _events, _stack

PYTHON = """Traceback (most recent call last):
  File "/srv/a.py", line 3, in f
    g()
  File "/srv/b.py", line 7, in g
    raise KeyError("CH")
KeyError: 'CH'"""
PYTHON_CHAIN = f"""{PYTHON}

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/c.py", line 9, in <module>
    raise app.errors.OrderError("no")
app.errors.OrderError: no: stock"""
PYTHON_GROUP = """  + Exception Group Traceback (most recent call last):
  |   File "/srv/a.py", line 1, in <module>
  |     f()
  | ExceptionGroup: two (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/b.py", line 5, in g
    |     raise ValueError(1)
    | ValueError: 1
    +------------------------------------"""
PYTHON_SYNTAX = """Traceback (most recent call last):
  File "/srv/a.py", line 3
    f(
     ^
SyntaxError: '(' was never closed"""
JAVA = """java.lang.IllegalStateException: outer: said
\tat com.example.A.a(A.java:1)
\tat com.example.B.b(B.java:2)
Caused by: java.sql.SQLException: middle
\tat org.db.C.c(C.java:3)
\t... 2 more
Caused by: java.net.ConnectException: Connection refused
\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)
\t... 5 more"""
JAVA_SUPPRESSED = """com.example.Broken
\tat com.example.A.a(A.java:1)
\tSuppressed: java.io.IOException: closing
\t\tat com.example.R.close(R.java:9)
\tCaused by: java.lang.Error: of the suppressed one"""
JAVA_ROOT_FIRST = """java.io.IOException: root
\tat com.example.C.c(C.java:3)
Wrapped by: java.lang.RuntimeException: outer
\tat com.example.A.a(A.java:1)"""
DOTNET = """System.AggregateException: One or more errors occurred. (boom)
 ---> System.InvalidOperationException: boom
   at Shop.Orders.Load(Int32 id) in C:\\src\\Orders.cs:line 12
   --- End of inner exception stack trace ---
   at Shop.Program.Main(String[] args)
 ---> (Inner Exception #0) System.InvalidOperationException: boom
   at Shop.Orders.Load(Int32 id) in C:\\src\\Orders.cs:line 12"""
DOTNET_PLAIN = """Npgsql.NpgsqlException (0x80004005): Failed to connect
   at Npgsql.Connector.Open(Timeout t)
   at B.C()"""
GO = """panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.(*Server).handle(0xc000010000, {0x1, 0x2})
\t/app/main.go:12 +0x1d
main.main()
\t/app/main.go:5 +0x20
exit status 2"""
GO_HTTP = """goroutine 34 [running]:
net/http.(*conn).serve.func1()
\t/usr/local/go/src/net/http/server.go:1898 +0xbe
panic({0x6d1c20?, 0x7a4c50?})
\t/usr/local/go/src/runtime/panic.go:770 +0x132
runtime.goPanicIndex(0x5, 0x3)
\t/usr/local/go/src/runtime/panic.go:114 +0x74
main.handler({0x7a7f60, 0xc0000d40e0}, 0xc0000b6240)
\t/app/main.go:20 +0x25

goroutine 1 [IO wait]:
other.thing()
\t/app/other.go:1 +0x1"""
ZAP = "main.load\n\t/app/main.go:31\nmain.main\n\t/app/main.go:12"
NODE = """TypeError: Cannot read properties of undefined (reading 'id')
    at async loadOrder (/app/routes.js:12:7)
    at /app/x.js:1:2"""
NODE_CAUSE = """Error: outer
    at /app/a.js:5:9 {
  code: 1,
  [cause]: RangeError [ERR_OUT_OF_RANGE]: bad
      at load (file:///app/b.mjs:8:1)
}"""
PHP = """PHP Fatal error:  Uncaught App\\NotFound: no row in /srv/a.php:12
Stack trace:
#0 /srv/b.php(10): App\\Repo->find('x')
#1 {main}
  thrown in /srv/a.php on line 12"""
PHP_CHAIN = """PHP Fatal error:  Uncaught PDOException: root in /srv/db.php:3
Stack trace:
#0 [internal function]: query()
#1 {main}

Next RuntimeException: outer in /srv/a.php:12
Stack trace:
#0 {main}
  thrown in /srv/a.php on line 12"""
RUBY = "app.rb:3:in `divide': divided by 0 (ZeroDivisionError)\n\tfrom app.rb:7:in `<main>'"
RAILS = "NoMethodError (undefined method 'id' for nil):\n  \napp/models/a.rb:3:in 'Order#load'\nx.rb:1:in 'y'"


def filled(message):
    frame = pl.DataFrame({"line": [1, 2], "message": [message, "one line"]})
    found = _stack.fill(frame)
    assert found["message"][1] == "one line"
    assert found.select(pl.nth(range(2, found.width))).row(1) == (None,) * (found.width - 2)
    return found.row(0, named=True)


def told(message):
    row = filled(message)
    return row["exception_type"], row["exception_message"], row["top_frame"]


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        (PYTHON, ("KeyError", "'CH'", "g (/srv/b.py:7)")),
        (PYTHON_CHAIN, ("app.errors.OrderError", "no: stock", "<module> (/srv/c.py:9)")),
        (PYTHON_GROUP, ("ValueError", "1", "g (/srv/b.py:5)")),
        (PYTHON_SYNTAX, ("SyntaxError", "'(' was never closed", "/srv/a.py:3")),
        (JAVA, ("java.net.ConnectException", "Connection refused", "java.base/sun.nio.ch.Net.pollConnect (Native Method)")),
        (JAVA_SUPPRESSED, ("com.example.Broken", None, "com.example.A.a (A.java:1)")),
        (JAVA_ROOT_FIRST, ("java.io.IOException", "root", "com.example.C.c (C.java:3)")),
        (DOTNET, ("System.InvalidOperationException", "boom", "Shop.Orders.Load (C:\\src\\Orders.cs:12)")),
        (DOTNET_PLAIN, ("Npgsql.NpgsqlException", "Failed to connect", "Npgsql.Connector.Open")),
        (GO, ("runtime error", "index out of range [5] with length 3", "main.(*Server).handle (/app/main.go:12)")),
        (ZAP, (None, None, "main.load (/app/main.go:31)")),
        (NODE, ("TypeError", "Cannot read properties of undefined (reading 'id')", "loadOrder (/app/routes.js:12:7)")),
        (NODE_CAUSE, ("RangeError", "bad", "load (file:///app/b.mjs:8:1)")),
        (RUBY, ("ZeroDivisionError", "divided by 0", "divide (app.rb:3)")),
    ],
)  # fmt: skip
def test_the_exception_and_the_innermost_frame_of_each_language(trace, expected):
    """Python tells its last exception, Java and .NET the root cause, and everybody the frame where it happened."""
    row = filled(f"could not load order 17\n{trace}")
    assert (row["exception_type"], row["exception_message"], row["top_frame"]) == expected
    assert row["message"] == "could not load order 17"
    assert row["stack_trace"] == trace


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f"http: panic serving 192.0.2.1:50000: no order\n{GO_HTTP}", ("panic", "no order", "main.handler (/app/main.go:20)")),
        ("panic: boom [recovered]\n\tpanic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:1", ("panic", "boom", "main.main (/a.go:1)")),
        ("fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n\t/a.go:1",
         ("fatal error", "all goroutines are asleep - deadlock!", "main.main (/a.go:1)")),
        (PHP, ("App\\NotFound", "no row", "App\\Repo->find (/srv/a.php:12)")),
        (PHP_CHAIN, ("PDOException", "root", "query (/srv/db.php:3)")),
        (RAILS, ("NoMethodError", "undefined method 'id' for nil", "Order#load (app/models/a.rb:3)")),
        ("failed: java.io.IOException: no space\n\tat a.B.c(B.java:1)", ("java.io.IOException", "no space", "a.B.c (B.java:1)")),
    ],
)  # fmt: skip
def test_the_exception_may_stand_in_the_message_above_the_frames(message, expected):
    """Where the trace holds frames only, the line above tells type and message, and stays the message."""
    assert told(message) == expected
    assert filled(message)["message"] == message.split("\n", 1)[0]


def test_a_trace_without_a_message_gives_the_exception_as_message():
    """Nothing is said above the trace: the message is the exception, not the title of the trace."""
    assert filled(PYTHON)["message"] == "KeyError: 'CH'"
    assert filled(NODE)["message"] == NODE.split("\n", 1)[0]


@pytest.mark.parametrize(
    "message",
    [
        "query took long\nSELECT a\n  FROM orders\n WHERE at = 1",
        "one\ntwo\n\n  three",
        "see you\nat noon (maybe)\n",
        "a list:\n#1 first\n#2 second",
        "Warning: two lines\nof text",
    ],
)
def test_several_lines_of_text_are_no_stack_trace(message):
    """SQL, lists and prose stay the message."""
    row = filled(message)
    assert row["message"] == message
    assert row.get("stack_trace") is None
    assert row.get("exception_type") is None


def test_an_arrow_in_a_message_is_no_inner_exception():
    """Only an exception behind the arrow is .NET's inner one."""
    assert told("x\njava.lang.Error: from a ---> b\n\tat a.B.c(B.java:1)")[:2] == ("java.lang.Error", "from a ---> b")


def test_what_a_record_names_itself_is_kept():
    """A trace in a field of its own is read, and leaves message and exception as the record has them."""
    frame = pl.DataFrame(
        {
            "line": [1, 2],
            "message": ["failed", "two\nlines"],
            "stack_trace": [JAVA, None],
            "exception_type": ["Mine", None],
        }
    )
    row = _stack.fill(frame).row(0, named=True)
    assert row["exception_type"] == "Mine"
    assert row["exception_message"] == "Connection refused"
    assert row["message"] == "failed"
    assert row["stack_trace"] == JAVA
    assert _stack.fill(frame)["message"][1] == "two\nlines"


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("AH01071: Got error 'PHP message: PHP Fatal error:  Uncaught ", ""),
        ("AH01071: Got error 'PHP message: ", ""),
        ('FastCGI sent in stderr: "PHP message: PHP Fatal error:  Uncaught ', '" while reading response header'),
    ],
)
def test_php_is_read_inside_a_server_s_sentence(before, behind):
    """Neither Apache's code nor the rest of nginx's sentence is taken for the exception."""
    said = f"{before}App\\NoStock: no stock: 17 in /srv/a.php:3{behind}"
    row = _stack.fill(pl.DataFrame({"message": [f"{said}\nStack trace:\n#0 /srv/b.php(9): load()\n#1 {{main}}"]})).row(
        0, named=True
    )
    assert (row["exception_type"], row["exception_message"]) == ("App\\NoStock", "no stock: 17")
    assert row["top_frame"] == "load (/srv/a.php:3)"


def test_events_of_one_line_are_left_alone():
    """No row needs it: the frame is given back as it came."""
    frame = pl.DataFrame({"line": [1], "message": ["KeyError: 1"]})
    assert _stack.fill(frame) is frame
    assert _stack.fill(frame.drop("message")).columns == ["line"]


def test_building_events_fills_traces_for_every_format():
    """_events.build is where all formats pass."""
    texts = pl.DataFrame({"line": [1], "raw": ["x"], "message": [f"x\n{PYTHON}"]})
    assert _events.build(texts, marks=None)["top_frame"].to_list() == ["g (/srv/b.py:7)"]


@pytest.mark.parametrize(
    "trace", [PYTHON, PYTHON_CHAIN, PYTHON_GROUP, JAVA, JAVA_ROOT_FIRST, DOTNET, NODE, NODE_CAUSE, GO_HTTP]
)
def test_lines_of_traces_go_on(trace):
    """Each line of a trace, its first apart, looks like one that goes on with the event above."""
    lines = [line for line in trace.split("\n")[1:] if line not in {"", "}"}]
    kept = pl.DataFrame({"raw": lines}).filter(~_stack.continues(pl.col("raw")))
    assert kept["raw"].to_list() == []


def test_lines_of_logs_begin():
    """Lines with a time, a level or prose go on with nothing, and those with a time begin, read or not."""
    lines = [
        "2026-11-22 16:14:14,123 - orders - ERROR - x",
        "[Sun Nov 22 16:14:14.123456 2026] [core:error] [pid 1] x",
        "2026/11/22 16:14:14 [error] 31#31: *1 x",
        "ERROR 2026-02-30 16:14:14 x",
        "[22/Nov/2026:16:14:14 +0000] x",
        "ERROR:root:x",
        "Attention: the disk is full",
        "at the end of the day",
        '192.0.2.1 - - [22/Nov/2026:16:14:14 +0000] "GET / HTTP/1.1" 200 5',
    ]
    frame = pl.DataFrame({"raw": lines})
    assert frame.filter(_stack.continues(pl.col("raw")))["raw"].to_list() == []
    assert frame.filter(_stack.begins(pl.col("raw")))["raw"].to_list() == lines[:5]


_PARTS = st.sampled_from(
    [
        *(line for trace in (PYTHON, JAVA, DOTNET, GO, NODE, PHP, RUBY) for line in trace.split("\n")),
        "\n",
        "Caused by: ",
        " ---> ",
        "panic(",
        "é\U0001f600",
        "goroutine ",
    ]
)


@given(st.lists(st.lists(_PARTS | st.text(max_size=20), max_size=8).map("\n".join), min_size=1, max_size=5))
def test_no_text_breaks_it_and_no_line_is_lost(messages):
    """Any text: the same rows come back, and message and trace together still hold each line that was there."""
    frame = pl.DataFrame({"line": range(len(messages)), "message": messages})
    found = _stack.fill(frame)
    assert found["line"].to_list() == frame["line"].to_list()
    for row, message in zip(found.iter_rows(named=True), messages, strict=True):
        trace = row.get("stack_trace")
        if trace is None:
            assert row["message"] == message
        else:
            words = f"{row['message']} {trace}"
            assert all(word in words for word in message.split())
