"""The requests that every server gets: known to the byte, each with a name of its own."""

from __future__ import annotations

import base64
from typing import Any

from servers._lines import OneOf
from servers._wire import Ask, Exchange, Visit

AGENT = ("User-Agent", "conformance/1.0 (+https://agent.example/)")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
TEXTS = {
    "plain": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
    "double quotes": 'say "hello" to "them"',
    "one double quote": 'half "open',
    "only a double quote": '"',
    "backslash": "C:\\temp\\new",
    "backslash at the end": "ends with \\",
    "backslash before a quote": 'a\\"b',
    "two backslashes before a quote": 'a\\\\"b',
    "written escape": "a\\x22b \\t \\u0041",
    "single quotes": "it's 'fine'",
    "umlauts": "Müller Straße",
    "other scripts": "日本語 العربية 🙂",
    "bytes that are no UTF-8": "caf\udce9 \udcff",
    "tab": "one\ttwo",
    "dash": "-",
    "two quotes": '""',
    "percent signs": "100 % %s %h %20",
    "brackets and braces": "[a] {b} (c) <d>",
    "pairs": "rt=9.999 status=599 urt=1",
    "commas and colons": "a, b: c; d | e ~ f",
    "looks like the end of a line": '" 599 77 "http://forged.example/" "forged',
    "escape that looks like the end": '\\" 599 77 \\"-\\" \\"forged',
    "JSON": '{"status": 599, "a": [1, "b"]}',
    "many blanks": "a  b   c",
    "long": "x" * 3000,
}
TARGETS = {
    "root": "/",
    "query": "/find?q=tool&page=2",
    "empty query": "/find?",
    "two question marks": "/find?a=b?c=d",
    "query of an address": "/go?to=https://other.example/a?b=c&d=%26",
    "percent-encoded": "/caf%C3%A9/%22quoted%22/%5C%20end",
    "lower case percent": "/%c3%bc",
    "lone percent": "/100%25?x=%",
    "raw UTF-8": "/straße/日本",
    "raw bytes": "/latin-\udce9",
    "single quote": "/it's",
    "double slash": "//double//slash",
    "dots": "/a/./b/../c",
    "semicolon": "/a;jsessionid=abc?x;y",
    "plus and tilde": "/~user/a+b",
    "comma and equals": "/a,b=c",
    "trailing colon": "/a:",
    "looks like pairs": "/a?rt=9.9&status=599",
    "asterisk in path": "/*",
    "long": "/long/" + "segment/" * 400,
}
# Not allowed by RFC 3986, yet sent; servers differ in what they do.
ODD_TARGETS = {
    "double quote": '/say"hello"',
    "backslash": "/back\\slash",
    "pipe and braces": "/a|b{c}[d]^e`",
    "angle brackets": "/<script>alert(1)</script>",
    "fragment": "/page#part",
    "blank": "/two words",
    "version inside": "/a HTTP/1.1 b",
    "two blanks": "/a  b",
    "percent percent": "/%%32%%",
    "percent zero": "/a%00b",
    "percent newline": "/a%0Ab",
}
FORWARDED = {
    "one": "203.0.113.7",
    "chain": "203.0.113.8, 198.51.100.3",
    "private first": "10.0.0.5, 203.0.113.9, 198.51.100.4",
    "no blanks": "192.168.1.1,203.0.113.10",
    "only private": "10.1.2.3, 192.168.7.7",
    "IPv6": "2001:db8::77",
    "IPv6 in brackets": "[2001:db8::78]",
    "IPv6 with port": "[2001:db8::79]:4711, 10.0.0.1",
    "IPv4 with port": "203.0.113.11:5060",
    "mapped IPv4": "::ffff:203.0.113.12",
    "unknown": "unknown, 203.0.113.13",
    "only unknown": "unknown",
    "nothing": "",
}
# What the facts sheet asks for: the first public address from the left, else the first.
FORWARDED_CLIENT = {
    "one": "203.0.113.7",
    "chain": "203.0.113.8",
    "private first": "203.0.113.9",
    "no blanks": "203.0.113.10",
    "only private": "10.1.2.3",
    "IPv6": "2001:db8::77",
    "IPv6 in brackets": "2001:db8::78",
    "IPv6 with port": "2001:db8::79",
    "IPv4 with port": "203.0.113.11",
    "mapped IPv4": "203.0.113.12",
    "unknown": "203.0.113.13",
}
USERS = {
    "plain": "frank",
    "blanks": "john smith",
    "umlaut": "jörg",
    "double quote": 'o"brien',
    "bracket": "a[b] c",
    "dash": "-",
    "mail": "frank@mail.example",
    "backslash": "corp\\frank",
}
METHODS = ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "MKCOL", "REPORT", "LINK")


def basic(user: str, password: str = "secret") -> tuple[str, str]:
    """The header that carries a name and a password (RFC 7617)."""
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def single(*asks: Ask, tls: str | None = None) -> list[Visit]:
    """One connection for each."""
    return [Visit((ask,), tls=tls) for ask in asks]


def ordinary(prefix: str = "") -> list[Visit]:
    """Requests that every server understands; prefix is the path of a place that answers all of them."""
    methods = [
        Ask(f"method {method}", f"{prefix}/method", method, headers=(AGENT,), body=b"a=1" if method[0] == "P" else b"")
        for method in METHODS
    ]
    methods.append(Ask("method HEAD", f"{prefix}/head", "HEAD", headers=(AGENT,)))
    targets = [Ask(f"target: {name}", prefix + target, headers=(AGENT,)) for name, target in TARGETS.items()]
    agents = [Ask(f"agent: {name}", f"{prefix}/agent", headers=(("User-Agent", text),)) for name, text in TEXTS.items()]
    referrers = [
        Ask(f"referrer: {name}", f"{prefix}/r", headers=(AGENT, ("Referer", text))) for name, text in TEXTS.items()
    ]
    return single(*methods, *targets, *agents, *referrers, *_plain(prefix)) + connections(prefix)


def _plain(prefix: str) -> list[Ask]:
    uuid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    return [
        Ask("no agent", f"{prefix}/bare"),
        Ask("empty agent", f"{prefix}/bare", headers=(("User-Agent", ""),)),
        Ask("empty referrer", f"{prefix}/bare", headers=(AGENT, ("Referer", ""))),
        Ask("a number in the path", f"{prefix}/orders/12345", headers=(AGENT,), route=f"{prefix}/orders/{{id}}"),
        Ask("a UUID in the path", f"{prefix}/items/{uuid}/lines", headers=(AGENT,), route=f"{prefix}/items/{{id}}/lines"),
        Ask("HTTP/1.0", f"{prefix}/old", version="HTTP/1.0", headers=(AGENT,)),
        Ask("HTTP/1.0 without a host", f"{prefix}/old", version="HTTP/1.0", headers=(AGENT,), host=None),
        Ask("host with a port", f"{prefix}/host", headers=(AGENT,), host="app.example:8080"),
        Ask("host in capitals", f"{prefix}/host", headers=(AGENT,), host="APP.Example"),
        Ask("host with a default port", f"{prefix}/host", headers=(AGENT,), host="app.example:80"),
        Ask("cookie", f"{prefix}/cookie", headers=(AGENT, ("Cookie", 'session="a b"; x=1'))),
        Ask("upload", f"{prefix}/upload", "POST", headers=(AGENT,), body=b"u" * 100_000),
        Ask("chunked upload", f"{prefix}/upload", "POST", headers=(AGENT, ("Transfer-Encoding", "chunked")),
            body=b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
        Ask("expects 100", f"{prefix}/upload", "POST", headers=(AGENT, ("Expect", "100-continue")), body=b"e" * 500),
    ]  # fmt: skip


def connections(prefix: str) -> list[Visit]:
    """Several requests on one connection, one after the other and all at once."""
    kept = tuple(Ask(f"kept {n}", f"{prefix}/kept/{word}", headers=(AGENT,)) for n, word in enumerate("abcdef", 1))
    piped = tuple(Ask(f"piped {n}", f"{prefix}/piped/{word}", headers=(AGENT,)) for n, word in enumerate("abcde", 1))
    mixed = (
        Ask("mixed 1", f"{prefix}/mixed", "HEAD", headers=(AGENT,)),
        Ask("mixed 2", f"{prefix}/mixed", "POST", headers=(AGENT,), body=b"x" * 70_000),
        Ask("mixed 3", f"{prefix}/mixed?last", headers=(AGENT,)),
    )
    return [Visit(kept), Visit(piped, pipelined=True), Visit(mixed)]


def odd(prefix: str = "") -> list[Visit]:
    """Targets that no browser sends, and absolute ones."""
    targets = [Ask(f"odd: {name}", prefix + target, headers=(AGENT,)) for name, target in ODD_TARGETS.items()]
    absolute = [
        Ask("absolute target", f"http://app.example{prefix}/absolute?x=1", headers=(AGENT,), route=f"{prefix}/absolute"),
        Ask("absolute target with a port", f"http://app.example:8080{prefix}/absolute", headers=(AGENT,),
            route=f"{prefix}/absolute"),
        Ask("absolute target without a path", "http://app.example", headers=(AGENT,), route="/"),
        Ask("asterisk", "*", "OPTIONS", headers=(AGENT,)),
    ]  # fmt: skip
    return single(*targets, *absolute)


def identified(prefix: str = "") -> list[Visit]:
    """Forwarded addresses and ids."""
    chains = [
        Ask(f"forwarded: {name}", f"{prefix}/forwarded", headers=(AGENT, ("X-Forwarded-For", value)))
        for name, value in FORWARDED.items()
    ]
    ids = [
        Ask("request id", f"{prefix}/id", headers=(AGENT, ("X-Request-ID", "req-7f3a.55"))),
        Ask("request id with a quote", f"{prefix}/id", headers=(AGENT, ("X-Request-ID", 'a"b c'))),
        Ask("request id as UUID", f"{prefix}/id", headers=(AGENT, ("X-Request-ID", "9D2DEE33-7803-485A-A2B1-2C7538E597EE"))),
        Ask("trace", f"{prefix}/trace", headers=(AGENT, ("traceparent", f"00-{TRACE}-{SPAN}-01"))),
        Ask("trace and id", f"{prefix}/trace", headers=(AGENT, ("X-Request-ID", "both"), ("traceparent", f"00-{TRACE}-{SPAN}-00"))),
    ]  # fmt: skip
    return single(*chains, *ids)


def users(path: str = "/user") -> list[Visit]:
    """Names as nobody chooses them, but somebody has them."""
    return single(*(Ask(f"user: {name}", path, headers=(AGENT, basic(user))) for name, user in USERS.items()))


def forwarded(exchange: Exchange) -> dict[str, Any]:
    """The client and the peer, where a chain of addresses was logged."""
    name = exchange.name.removeprefix("forwarded: ")
    if name == exchange.name:
        return {}
    found = FORWARDED_CLIENT.get(name)
    if found is None:
        return {"client_ip_from": OneOf((None, "peer"))}
    rule = "first of forwarded_for" if name == "only private" else "first public of forwarded_for"
    return {"client_ip": found, "peer_ip": exchange.client, "client_ip_from": rule}


def over_ipv6() -> Visit:
    """A request that is answered, and one whose server refuses the connection."""
    return Visit((Ask("IPv6", "/plain", headers=(AGENT,)), Ask("IPv6 refused", "/refusing/x", headers=(AGENT,))))


TLS_HELLO = (
    bytes.fromhex("16030100f1010000ed0303") + bytes(range(32)) + b"\x20" + bytes(range(64, 96)) + b"\x00\x08\x13\x02"
)
REMOTE_DESKTOP = (
    bytes.fromhex("0300002f2ae00000000000") + b"Cookie: mstshash=Administr\r\n" + bytes.fromhex("0100080003000000")
)


def broken() -> list[Visit]:
    """What scanners, wrong clients and wrong ports send."""
    pairs = f"Host: app.example\r\n{AGENT[0]}: {AGENT[1]}\r\nConnection: close\r\n"
    raws = {
        "bare word": b"hello\r\n\r\n",
        "two words": b"GET /nine\r\n",
        "no version": b"GET /noversion foo\r\n\r\n",
        "no target": b"GET\r\n\r\n",
        "only a version": b"HTTP/1.1\r\n\r\n",
        "empty lines": b"\r\n\r\n\r\n\r\n",
        "TLS on a plain port": TLS_HELLO + b"\r\n\r\n",
        "remote desktop": REMOTE_DESKTOP + b"\r\n\r\n",
        "SSH banner": b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n",
        "binary": bytes([0, 1, 2, 3, 0x80, 0xFF, 0x22, 0x5C]) + b"\r\n\r\n",
        "quotes": b'"GET / HTTP/1.1"\r\n\r\n',
        "wrong version": f"GET /version HTTP/9.9\r\n{pairs}\r\n".encode(),
        "strange version": f"GET /version HTTX/1.1\r\n{pairs}\r\n".encode(),
        "HTTP/2 without upgrade": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "header without a colon": f"GET /header HTTP/1.1\r\nnonsense\r\n{pairs}\r\n".encode(),
        "header with a blank name": f"GET /header HTTP/1.1\r\n: empty\r\n{pairs}\r\n".encode(),
        "header with a zero byte": f"GET /header HTTP/1.1\r\nX-Zero: a\0b\r\n{pairs}\r\n".encode(),
        "no host": b"GET /nohost HTTP/1.1\r\nConnection: close\r\n\r\n",
        "two hosts": f"GET /hosts HTTP/1.1\r\nHost: a.example\r\n{pairs}\r\n".encode(),
        "bad host": b"GET /host HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n",
        "bad length": f"POST /length HTTP/1.1\r\nContent-Length: many\r\n{pairs}\r\n".encode(),
        "lower case method": f"get /lower HTTP/1.1\r\n{pairs}\r\n".encode(),
        "bad method": f"P@TCH /bad HTTP/1.1\r\n{pairs}\r\n".encode(),
        "method with quotes": f'G"T /bad HTTP/1.1\r\n{pairs}\r\n'.encode(),
        "tab in the target": f"GET /a\tb HTTP/1.1\r\n{pairs}\r\n".encode(),
        "too long": f"GET /{'t' * 40_000} HTTP/1.1\r\n{pairs}\r\n".encode(),
        "too large a header": f"GET /large HTTP/1.1\r\nX-Large: {'l' * 70_000}\r\n{pairs}\r\n".encode(),
    }
    asks = [Ask(f"broken: {name}", raw=raw) for name, raw in raws.items()]
    nothing = Ask("broken: nothing sent", raw=b"", leave_after=0.1)
    half_line = Ask("broken: half a request line", raw=b"GET /half", leave_after=0.1)
    half_head = Ask("broken: half a head", raw=b"GET /halfhead HTTP/1.1\r\nHost: app.example\r\nUser-", leave_after=0.1)
    return single(*asks, nothing, half_line, half_head)
