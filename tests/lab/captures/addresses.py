"""Where the failures are: loopback only, fixed ports, so that two recordings differ in little but their times."""

from __future__ import annotations

ADDRESS = "127.0.0.1"
PAGE_PORT, API_PORT, TLS_PORT, UNTRUSTED_PORT, CLOSED_PORT = 8601, 8602, 8643, 8644, 8699

# Browsers trust http on loopback as much as https, so what is mixed content needs names; the drivers map them.
SHOP_HOST, MEDIA_HOST = "shop.example", "media.example"
UNKNOWN_HOST = "no-such-host.invalid"

PAGE = f"http://{ADDRESS}:{PAGE_PORT}"
API = f"http://{ADDRESS}:{API_PORT}"
SOCKET = f"ws://{ADDRESS}:{PAGE_PORT}"
SHOP = f"https://{SHOP_HOST}:{TLS_PORT}"
MEDIA = f"http://{MEDIA_HOST}:{PAGE_PORT}"
UNTRUSTED = f"https://{ADDRESS}:{UNTRUSTED_PORT}"
CLOSED = f"http://{ADDRESS}:{CLOSED_PORT}"
UNKNOWN = f"http://{UNKNOWN_HOST}"
