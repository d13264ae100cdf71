"""What a container costs from one port to another, with a flat or a per-lane surcharge."""

from __future__ import annotations

FLAT_SURCHARGE = 140
LANE_SURCHARGES = {"NLRTM": 95, "DEHAM": 110, "SGSIN": 210, "BEANR": 100}


class TariffMissingError(Exception):
    """A port that the tariff table does not know."""


def price(origin: str, destination: str, containers: int, *, lane_tariffs: bool) -> int:
    """Euros for the whole shipment."""
    surcharge = lane_surcharge(destination) if lane_tariffs else FLAT_SURCHARGE
    return containers * (base_rate(origin, destination) + surcharge)


def base_rate(origin: str, destination: str) -> int:
    """Euros per container before surcharges; any number that depends on the lane will do."""
    return 900 + sum(map(ord, origin + destination)) % 700


def lane_surcharge(port: str) -> int:
    """Euros per container; raises TariffMissingError."""
    try:
        return LANE_SURCHARGES[port]
    except KeyError as missing:
        raise TariffMissingError(f"no lane tariff for port {port}") from missing
