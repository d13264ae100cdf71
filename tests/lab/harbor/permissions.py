"""What a role and a token's scope allow, route by route."""

from __future__ import annotations

from collections.abc import Collection

from harbor.settings import WatchedFile

EVERYBODY = [
    "bookings:read", "bookings:write", "quotes:write", "tracking:read", "invoices:read", "reports:read", "tariffs:read",
]  # fmt: skip
ROLES = {"viewer": EVERYBODY, "planner": EVERYBODY, "admin": [*EVERYBODY, "users:read"]}
SCOPES = [*EVERYBODY, "users:read"]

NEEDED = {
    "list_bookings": "bookings:read",
    "show_booking": "bookings:read",
    "create_booking": "bookings:write",
    "amend_booking": "bookings:write",
    "quote": "quotes:write",
    "track": "tracking:read",
    "show_invoice": "invoices:read",
    "show_tariffs": "tariffs:read",
    "report_volume": "reports:read",
    "list_users": "users:read",
}


class NotPermittedError(Exception):
    """A known caller who may not do this; `missing_scope` where it is the token's scope that does not suffice."""

    def __init__(self, reason: str, *, missing_scope: str | None = None) -> None:
        super().__init__(reason)
        self.missing_scope = missing_scope


class Permissions:
    """The roles file and the check."""

    def __init__(self) -> None:
        self._roles = WatchedFile("roles.json", announce="roles reloaded", default=ROLES)

    def check(self, route: str, role: str, scope: Collection[str]) -> None:
        """Raises NotPermittedError; a route that is not in the table is open to every caller."""
        needed = NEEDED.get(route)
        if needed is None:
            return
        if needed not in scope:
            raise NotPermittedError(f"the token lacks the scope {needed}", missing_scope=needed)
        if needed not in self._roles.read().get(role, []):
            raise NotPermittedError(f"role {role} does not have the permission {needed}")
