"""Plays the clients: one thread and one source address each, keep-alive connections over TLS, everything seen kept."""

from __future__ import annotations

import http.client
import json
import random
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from lab.addresses import EDGE, IDENTITY_HOST
from lab.clients import ACTIONS, Action, Client
from lab.exchange import Exchange, problem, trace_id

FORM = "application/x-www-form-urlencoded"
# after a refresh that did not help, a client waits this long before the next
REFRESH_PAUSE = 7.0


@dataclass(slots=True)
class Floor:
    """What the threads share.

    `hosts` names another host by action, `addresses` where a host is reached, `headers` what a client (by address) sends
    besides its own, `notes` what it adds to its bodies.
    """

    trust: ssl.SSLContext
    api_key: str
    begun: float = field(default_factory=time.monotonic)
    over: threading.Event = field(default_factory=threading.Event)
    rush: threading.Event = field(default_factory=threading.Event)
    seen: list[Exchange] = field(default_factory=list)
    hosts: Mapping[str, str] = field(default_factory=dict)
    addresses: dict[str, tuple[str, int]] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def trust(certificate: Path) -> ssl.SSLContext:
    """Accepts the recording's own certificate and no other."""
    return ssl.create_default_context(cafile=str(certificate))


class EdgeConnection(http.client.HTTPSConnection):
    """Connects to nginx by address, from the client's own address, under the host's name."""

    def __init__(self, host: str, source: str, floor: Floor) -> None:
        super().__init__(host, timeout=10, context=floor.trust)
        self._source = source
        self._trust = floor.trust
        self._addresses = floor.addresses
        self._reached = EDGE

    def connect(self) -> None:
        self._reached = self._addresses.get(self.host, EDGE)
        plain = socket.create_connection(self._reached, timeout=5, source_address=(self._source, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)

    def leave_old_address(self) -> None:
        """Closes a kept connection to where the host is no longer reached."""
        if self._reached != self._addresses.get(self.host, EDGE):
            self.close()


class Player(threading.Thread):
    """One client until the floor closes."""

    def __init__(self, client: Client, floor: Floor, seed: int) -> None:
        super().__init__(name=client.address, daemon=True)
        self._client = client
        self._floor = floor
        self._chance = random.Random(f"{client.address} {seed}")
        self._connections: dict[str, EdgeConnection] = {}
        self._token: str | None = None
        self._refresh_token: str | None = None
        self._cookie: str | None = None
        self._refreshed = 0.0
        self._appointments = list(client.appointments)

    def run(self) -> None:
        if not self._floor.over.wait(self._chance.uniform(0, 3)):
            self._log_in()
            while not self._floor.over.wait(self._pause()):
                self._act(self._next_action())
        for connection in self._connections.values():
            connection.close()

    def _pause(self) -> float:
        if self._client.hurry and self._floor.rush.is_set():
            return self._client.hurry
        return self._client.pace * self._chance.uniform(0.5, 1.5)

    def _next_action(self) -> str:
        age = time.monotonic() - self._floor.begun
        if self._appointments and age >= self._appointments[0][0]:
            return self._appointments.pop(0)[1]
        names = list(self._client.habits)
        return self._chance.choices(names, [self._client.habits[name] for name in names])[0]

    def _act(self, name: str) -> None:
        if name == "wrong password":
            self._log_in(mistyped=True)
            return
        action = ACTIONS[name]
        action = replace(action, host=self._floor.hosts.get(name, action.host))
        target = action.target(self._chance)
        status = self._call(action, target)
        if status == 401 and time.monotonic() - self._refreshed > REFRESH_PAUSE:
            self._refreshed = time.monotonic()
            self._refresh()
            self._call(action, target)

    def _call(self, action: Action, target: str) -> int | None:
        headers = dict(self._floor.headers.get(self._client.address, {}))
        if self._client.api_key:
            target += "?" + urlencode({"api_key": self._floor.api_key})
        elif self._token and action.host != IDENTITY_HOST:
            headers["Authorization"] = f"Bearer {self._token}"
        if self._cookie:
            headers["Cookie"] = "; ".join(filter(None, (self._cookie, headers.get("Cookie"))))
        if self._client.traces:
            headers["traceparent"] = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
        body = None
        if action.body:
            headers["Content-Type"] = "application/json"
            order = {"origin": "NLRTM", "destination": self._chance.choice(self._client.destinations), "containers": 2}
            note = self._floor.notes.get(self._client.address)
            body = json.dumps(order | ({"note": note} if note else {}))
        return self._send(action.method, action.host, target, headers, body, patience=action.patience)[0]

    def _log_in(self, *, mistyped: bool = False) -> None:
        person = self._client.account
        if person:
            password = person.password[::-1] if mistyped else person.password
            self._keep(self._grant(grant_type="password", username=person.username, password=password))

    def _refresh(self) -> None:
        self._keep(self._grant(grant_type="refresh_token", refresh_token=self._refresh_token or ""))

    def _grant(self, **form: str) -> tuple[int | None, str]:
        return self._send("POST", IDENTITY_HOST, "/oauth/token", {"Content-Type": FORM}, urlencode(form), patience=10)

    def _keep(self, answer: tuple[int | None, str]) -> None:
        status, body = answer
        if status == 200:
            tokens = json.loads(body)
            self._token, self._refresh_token = tokens["access_token"], tokens["refresh_token"]

    def _send(
        self, method: str, host: str, target: str, headers: dict[str, str], body: str | None, *, patience: float
    ) -> tuple[int | None, str]:
        connection = self._connections.setdefault(host, EdgeConnection(host, self._client.address, self._floor))
        every = {"User-Agent": self._client.agent, **headers}

        def send() -> None:
            connection.request(method, target, body=body, headers=every)

        started, status, request_id, text, error = time.time(), None, None, "", None
        try:
            started, response = self._exchange(connection, send, patience)
            text = response.read().decode("utf-8", "replace")
            status, request_id = response.status, response.getheader("X-Request-ID")
            self._cookie = (response.getheader("Set-Cookie") or self._cookie or "").partition(";")[0] or None
        except (OSError, http.client.HTTPException) as failure:
            error = type(failure).__name__
            connection.close()
        path = target.partition("?")[0]
        seen = Exchange(
            client=self._client.address, host=host, method=method, path=path, status=status, started=started,
            ended=time.time(), request_id=request_id, problem=problem(status, text), error=error,
            trace_id=trace_id(headers),
        )  # fmt: skip
        self._floor.seen.append(seen)
        return status, text

    def _exchange(
        self, connection: EdgeConnection, send: Callable[[], None], patience: float
    ) -> tuple[float, http.client.HTTPResponse]:
        """The answer and when its request began; a kept connection that the server has closed meanwhile is opened anew."""
        connection.leave_old_address()
        kept = connection.sock is not None
        if not kept:
            connection.connect()
        started = time.time()
        try:
            connection.sock.settimeout(patience)
            send()
            return started, connection.getresponse()
        except (ConnectionError, ssl.SSLEOFError, http.client.BadStatusLine):
            connection.close()
            if not kept:
                raise
        return self._exchange(connection, send, patience)
