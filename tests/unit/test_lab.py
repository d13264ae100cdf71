"""The lab's own parts: what a recording's truth is made of, and the networks that it breaks."""

from __future__ import annotations

import errno
import socket

import pytest
from lab import names, truth
from lab.balancer import as_line
from lab.exchange import Exchange
from lab.relay import Relay

QUESTION = (
    bytes.fromhex("1234 0100 0001 0000 0000 0000")
    + b"\x08bookings\x06harbor\x08internal\x00"
    + bytes.fromhex("0001 0001")
)


def exchange(client, started, status, endpoint="/v2/quotes"):
    return Exchange(client, "api.harbor.example", "POST", endpoint, status, started, started + 0.1, "id", None)


@pytest.fixture
def place():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()


@pytest.fixture
def relay(place):
    with socket.create_server(("127.0.0.1", 0)) as target, Relay(place, target.getsockname()) as running:
        yield running


def attempt(place):
    with socket.create_connection(place, timeout=1) as connection:
        connection.settimeout(0.5)
        return connection.recv(1)


def test_a_refusing_relay_refuses_and_carries_again(relay, place):
    """After refuse() nobody listens, after carry() somebody does."""
    relay.refuse()
    with pytest.raises(ConnectionRefusedError):
        attempt(place)
    relay.carry()
    with pytest.raises(TimeoutError):
        attempt(place)


def test_a_resetting_relay_accepts_and_resets(relay, place):
    """The connection stands, and ends with RST instead of FIN."""
    relay.reset()
    with pytest.raises(OSError, match="reset") as raised:
        attempt(place)
    assert raised.value.errno == errno.ECONNRESET


def test_a_dropping_relay_leaves_a_syn_without_an_answer(relay, place):
    """The attempt times out before a connection stands."""
    relay.drop()
    with socket.socket() as connection:
        connection.settimeout(0.7)
        with pytest.raises(TimeoutError):
            connection.connect(place)


def test_after_dropping_a_relay_carries_at_once(relay, place):
    """The listener is the same, so nobody is refused in between."""
    relay.drop()
    relay.carry()
    with pytest.raises(TimeoutError):
        attempt(place)


def test_the_name_server_knows_one_name():
    """The answer repeats the question and gives one address of class IN with a lifetime of a second (RFC 1035, 4.1)."""
    expected = (
        bytes.fromhex("1234 8180 0001 0001 0000 0000")
        + QUESTION[12:]
        + bytes.fromhex("c00c 0001 0001 00000001 0004 7f1e000a")
    )
    assert names.answer(QUESTION) == expected


def test_any_other_name_does_not_exist():
    """The response code is 3, name error, without an answer."""
    other = QUESTION.replace(b"bookings", b"blue-one")
    assert names.answer(other) == bytes.fromhex("1234 8183 0001 0000 0000 0000") + other[12:]


def test_extent_counts_who_failed_and_who_did_not():
    """Two of three clients fail, one of them now and then: some, intermittent."""
    failing = [exchange("a", 10.0, 500), exchange("b", 12.0, 500)]
    alike = [*failing, exchange("a", 11.0, 200), exchange("c", 11.5, 200), exchange("c", 13.0, 200)]
    extent = truth._extent(failing, alike)
    assert (extent["scope"], extent["pattern"]) == ("some", "intermittent")
    assert (extent["failed"], extent["succeeded_meanwhile"], extent["clients_on_endpoints"]) == (2, 2, 3)
    assert (extent["started"], extent["ended"]) == ("1970-01-01T00:00:10.000Z", "1970-01-01T00:00:12.100Z")


@pytest.mark.parametrize(
    ("failing", "working", "scope", "pattern"),
    [("a", "b", "one", "constant"), ("ab", "", "all", "constant"), ("a", "", "one", "constant")],
)
def test_scope_and_pattern(failing, working, scope, pattern):
    """One is one client, all is everybody who asked; constant is no success of the failing ones."""
    failures = [exchange(client, 10.0 + number, 500) for number, client in enumerate(failing)]
    alike = [*failures, *(exchange(client, 10.0, 200) for client in working)]
    extent = truth._extent(failures, alike)
    assert (extent["scope"], extent["pattern"]) == (scope, pattern)


@pytest.mark.parametrize(
    ("datagram", "line"),
    [
        (b"<134>Nov  9 08:12:10 lb01 haproxy[7]: a b\n", b"Nov  9 08:12:10 lb01 haproxy[7]: a b\n"),
        (
            b"<134>1 2026-11-09T08:12:10.5+01:00 lb01 haproxy 7 - - a b",
            b"2026-11-09T08:12:10.5+01:00 lb01 haproxy[7]: a b\n",
        ),
    ],
)
def test_the_syslog_daemon_writes_lines_as_rsyslog_does(datagram, line):
    """RSYSLOG_TraditionalFileFormat and RSYSLOG_FileFormat: time, host, tag, message."""
    assert as_line(datagram) == line
