"""Plays the clients: one thread each, with habits, tokens and now and then a change."""

from __future__ import annotations

import json
import random
import secrets
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from lab.addresses import IDENTITY_HOST
from lab.clients import ACTIONS, UNCHANGED, Action, Client
from lab.exchange import Exchange
from lab.outgoing import Outgoing
from lab.signing import signed_token
from lab.wire import Wire

FORM = "application/x-www-form-urlencoded"
# after a refresh that did not help, a client waits this long before the next
REFRESH_PAUSE = 7.0


@dataclass(slots=True)
class Floor:
    """What the threads share.

    `rush` makes some hurry, `changed` brings every client's own change about; `hosts` names another host by action,
    `addresses` where a host is reached, `headers` what a client (by address) sends besides its own, `notes` what
    it adds to its orders.
    """

    trust: ssl.SSLContext
    api_key: str
    begun: float = field(default_factory=time.monotonic)
    over: threading.Event = field(default_factory=threading.Event)
    rush: threading.Event = field(default_factory=threading.Event)
    changed: threading.Event = field(default_factory=threading.Event)
    seen: list[Exchange] = field(default_factory=list)
    hosts: Mapping[str, str] = field(default_factory=dict)
    addresses: dict[str, tuple[str, int]] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def trust(*certificates: Path) -> ssl.SSLContext:
    """Accepts these certificates, as authorities of their own, and no other."""
    context = ssl.create_default_context(cafile=str(certificates[0]))
    for one in certificates[1:]:
        context.load_verify_locations(cafile=str(one))
    return context


class Player(threading.Thread):
    """One client until the floor closes."""

    def __init__(self, client: Client, floor: Floor, seed: int) -> None:
        super().__init__(name=client.address, daemon=True)
        self._client = client
        self._floor = floor
        self._chance = random.Random(f"{client.address} {seed}")
        self._wire = Wire(client.address, floor.trust, floor.seen, floor.addresses)
        self._token: str | None = None
        self._refresh_token: str | None = None
        self._expires = float("inf")
        self._refreshed = 0.0
        self._change = UNCHANGED
        self._appointments = list(client.appointments)

    def run(self) -> None:
        if not self._floor.over.wait(self._chance.uniform(0, 3)):
            self._log_in()
            while not self._floor.over.wait(self._pause()):
                self._follow_change()
                self._act(self._next_action())
        self._wire.close()

    def _pause(self) -> float:
        if self._client.hurry and self._floor.rush.is_set():
            return self._client.hurry * self._chance.uniform(0.8, 1.2)
        return self._client.pace * self._chance.uniform(0.5, 1.5)

    def _follow_change(self) -> None:
        change = self._client.change if self._floor.changed.is_set() else UNCHANGED
        if change is not self._change:
            again = change.log_in or self._change.log_in
            self._change = change
            if again:
                self._log_in()

    def _next_action(self) -> str:
        age = time.monotonic() - self._floor.begun
        if self._appointments and age >= self._appointments[0][0]:
            return self._appointments.pop(0)[1]
        habits = self._change.habits or self._client.habits
        return self._chance.choices(list(habits), list(habits.values()))[0]

    def _act(self, name: str) -> None:
        if name == "wrong password":
            self._log_in(mistyped=True)
            return
        if self._renews() == "early" and time.monotonic() > self._expires - REFRESH_PAUSE and self._may_refresh():
            self._refresh()
        action = replace(ACTIONS[name], host=self._floor.hosts.get(name, ACTIONS[name].host))
        target = action.target(self._chance)
        status = self._call(action, target)
        if status == 401 and self._renews() == "late" and self._may_refresh():
            self._refresh()
            status = self._call(action, target)
        for _ in range(self._change.retries):
            if (status and status < 500 and status != 429) or self._floor.over.wait(self._change.retry_pause):
                break
            status = self._call(action, target)

    def _renews(self) -> str:
        return self._change.refreshes or self._client.refreshes

    def _may_refresh(self) -> bool:
        return time.monotonic() - self._refreshed > REFRESH_PAUSE

    def _call(self, action: Action, target: str) -> int | None:
        headers = {
            "User-Agent": self._change.agent or self._client.agent,
            **self._floor.headers.get(self._client.address, {}),
        }
        request = Outgoing(action.method, action.host, target, headers, None, action.patience)
        request = self._authorise(request)
        if self._client.traces:
            request = request.with_header("traceparent", f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01")
        if action.body:
            request = self._fill(request, action.body)
        return self._wire.send(self._change.rewrite(request) if self._change.rewrite else request)[0]

    def _authorise(self, request: Outgoing) -> Outgoing:
        if self._client.signs:
            token = signed_token(self._floor.api_key, "kestrel-sync", time.time() + self._change.clock)
            return request.with_header("Authorization", f"Bearer {token}")
        if self._client.api_key:
            target = f"{request.target}?{urlencode({'api_key': self._floor.api_key})}"
            return replace(request, target=target)
        if self._token and request.host != IDENTITY_HOST:
            return request.with_header("Authorization", f"Bearer {self._token}")
        return request

    def _fill(self, request: Outgoing, fields: tuple[str, ...]) -> Outgoing:
        shipment = {"origin": "NLRTM", "destination": self._chance.choice(self._client.destinations), "containers": 2}
        note = self._floor.notes.get(self._client.address)
        body = json.dumps({name: shipment[name] for name in fields} | ({"note": note} if note else {}))
        return replace(request.with_header("Content-Type", "application/json"), body=body)

    def _log_in(self, *, mistyped: bool = False) -> None:
        person = self._client.account
        if person:
            password = person.password[::-1] if mistyped else person.password
            self._keep(self._grant(grant_type="password", username=person.username, password=password))

    def _refresh(self) -> None:
        self._refreshed = time.monotonic()
        self._keep(self._grant(grant_type="refresh_token", refresh_token=self._refresh_token or ""))

    def _grant(self, **form: str) -> tuple[int | None, str]:
        headers = {"User-Agent": self._change.agent or self._client.agent, "Content-Type": FORM}
        body = urlencode({**form, **self._change.grant})
        return self._wire.send(Outgoing("POST", IDENTITY_HOST, "/oauth/token", headers, body, 10))

    def _keep(self, answer: tuple[int | None, str]) -> None:
        status, body = answer
        if status == 200:
            tokens = json.loads(body)
            self._token, self._refresh_token = tokens["access_token"], tokens["refresh_token"]
            self._expires = time.monotonic() + tokens["expires_in"]
