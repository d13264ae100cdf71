"""What goes wrong on the way to a store is told after few tries, in our own words, and what was read before stays."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from object_stores import free_port

from analyzer.errors import InputError
from analyzer.sources import expand, open_streams
from analyzer.stores import _store

CONTENT = b"".join(b"line %06d\n" % number for number in range(20_000))  # 12 bytes each
TOKEN = "hunter2sesame"


@pytest.fixture
def faulty(clean_environment, monkeypatch):
    """Gives a function that starts an S3 server whose answers to GET are scripted; it notes the requests."""
    servers = []
    monkeypatch.setattr(_store, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(_store, "RANGE_BYTES", 40_000)

    def start(answer):
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self):
                self.send(200, b"", {"Content-Length": len(CONTENT), "ETag": '"1"'})

            def do_GET(self):
                asked.append(self.headers["Range"])
                begin, end = self.headers["Range"].removeprefix("bytes=").split("-")
                answer(self, int(begin), int(end), len(asked))

            def send(self, status, body, headers=()):
                self.send_response(status)
                for name, value in {"Content-Length": len(body), **dict(headers)}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def part(self, begin, end, size=None):
                told = {"Content-Range": f"bytes {begin}-{end}/{len(CONTENT)}", "ETag": '"1"'}
                self.send(206, CONTENT[begin : end + 1][:size], told)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": TOKEN,
            "AWS_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        return asked

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def read(name="s3://bucket/a.log"):
    """Gives the bytes, the lines and the problem of an input."""
    stream = next(streams := open_streams(name))
    lines = sum(block.height for block in stream.blocks())
    found = stream.size, lines, stream.problem
    streams.close()
    return found


def test_the_ranges_are_the_object_and_nothing_is_asked_twice(faulty):
    asked = faulty(lambda handler, begin, end, _: handler.part(begin, end))
    assert read() == (240_000, 20_000, None)
    assert asked == [f"bytes={begin}-{begin + 39_999}" for begin in range(0, 240_000, 40_000)]


def test_a_range_that_fails_once_is_asked_for_again(faulty):
    def answer(handler, begin, end, count):
        if count == 2:
            handler.send(503, b"")
        else:
            handler.part(begin, end)

    asked = faulty(answer)
    assert read() == (240_000, 20_000, None)
    assert len(asked) == 7


@pytest.mark.parametrize("status", [500, 503])
def test_a_store_that_breaks_down_is_asked_three_times(faulty, status):
    """What was read before stays; the words of the store are not repeated."""

    def answer(handler, begin, end, _):
        if begin < 80_000:
            handler.part(begin, end)
        else:
            handler.send(status, f"<Error><Code>Odd</Code><Message>{TOKEN}</Message></Error>".encode())

    asked = faulty(answer)
    size, lines, problem = read()
    assert size == 80_000
    assert lines == 6_667  # the last of which is cut
    assert "could be read" in str(problem)
    assert str(problem).startswith("s3://bucket/a.log:6667: cannot be read further: ")
    assert TOKEN not in str(problem)
    assert len(asked) == 2 + 3


def test_an_object_that_is_shorter_than_it_was_said_to_be_is_told(faulty):
    faulty(lambda handler, begin, end, _: handler.part(begin, end, None if begin < 80_000 else 100))
    size, _, problem = read()
    assert size == 80_000
    assert problem is not None


def test_a_store_that_never_answers_is_not_waited_for(faulty, monkeypatch):
    """A server that keeps the connection open and says nothing holds up a run for the limits' time only."""
    monkeypatch.setattr(_store, "_RANGE_SECONDS", 0.2)
    ended = threading.Event()
    asked = faulty(lambda *_: ended.wait())
    try:
        size, _, problem = read()
    finally:
        ended.set()
    assert size == 0
    assert "the store cannot be reached" in str(problem)
    assert len(asked) == 3


def test_a_store_that_cannot_be_reached_is_given_up(clean_environment, monkeypatch):
    """Thousands of names do not mean thousands of waits: after three in a row nothing is asked."""
    monkeypatch.setattr(_store, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", TOKEN)
    told = [str(problem) for problem in expand([f"s3://bucket/{number}.log" for number in range(5)]).problems]
    assert len([text for text in told if "the store cannot be reached. Check the network" in text]) == 3
    assert len([text for text in told if "so it was not asked again" in text]) == 2
    with pytest.raises(InputError, match="not asked again"):
        next(open_streams("s3://bucket/9.log"))
