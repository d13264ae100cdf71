"""Names the profiles: who the outputs are for, which decides what becomes of addresses."""

from __future__ import annotations

from typing import Literal, get_args

# internal: addresses stay; vendor: clients' public ones become fakes; public: all become fakes.
Profile = Literal["internal", "vendor", "public"]
PROFILES: tuple[Profile, ...] = get_args(Profile)
