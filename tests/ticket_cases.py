"""Analyses and cases for the tests of the packet's checklist and tickets."""

from __future__ import annotations

from dataclasses import replace

from report_cases import APP, EDGE, HAR, POOL, at, demo, everywhere

from analyzer.model import Analysis, Identified, IncidentFacts, Ref, Told
from analyzer.packet import Case

# What an answer of each vendor carries; ids are made up in the shape that the vendor's pages show.
IDS = {
    "generic": (
        ("x-request-id", "7f3c00009b1e4d20"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ),
    "aws": (("x-amz-id-2", "Kx7/Example+HostId="), ("x-amz-request-id", "79104EXAMPLEB723")),
    "azure": (("x-ms-request-id", "d1c2e9a0-001e-0031-5b1a-000000000000"),),
    "gcp": (
        ("x-cloud-trace-context", "105445aa7843bc8bf206b12000100000/1;o=1"),
        ("x-guploader-uploadid", "AExample-upload_id"),
    ),
    "cloudflare": (("x-request-id", "7f3c00009b1e4d20"), ("cf-ray", "8f2a1b3c4d5e6f70-SJC")),
    "okta": (("x-okta-request-id", "ZzExampleRequestId0001"),),
    "stripe": (("request-id", "req_ExampleRequest01"),),
    "atlassian": (("atl-traceid", "0123456789abcdef0123456789abcdef"),),
    "github": (("x-github-request-id", "C0DE:1A2B:3C4D5E:6F7081:65A0B1C2"),),
}


def facts(vendor: str = "generic") -> IncidentFacts:
    """Gives what the failing requests of the pool incident tell, with ids as the vendor writes them."""
    edge, app, har = Ref(EDGE, 20417), Ref(APP, 8841), Ref(HAR, entry=87)
    return IncidentFacts(
        failing=41,
        working=55,
        told=(
            Told("user_agent", "ShopApp/4.2 (Android 15)", 30, 12, 2, edge),
            Told("user_agent", "curl/8.9.1", 11, 20, 2, edge),
            Told("user_agent", "ShopApp/4.1 (iOS 18)", 0, 23, 2, None),
            Told("host", "api.shop.example", 41, 55, 1, edge),
            Told("upstream", "10.3.0.17:8080", 41, 3, 1, edge),
            Told("protocol", "HTTP/2", 41, 55, 1, edge),
            Told("method", "POST", 41, 0, 1, edge),
            Told("route", "/v2/quotes", 36, 0, 2, edge),
            Told("query_names", "currency", 41, 0, 1, edge),
            Told("path", "/v2/quotes/Q-1881/items", 5, 0, 1, edge),
            Told("client_ip", "240.17.3.9", 26, 0, 2, edge),
            Told("client_ip", "240.17.3.12", 15, 0, 2, edge),
            Told("exception_type", "PoolTimeout", 41, 0, 1, app),
            Told("exception_message", "no connection within 5000 ms", 41, 0, 1, app),
            Told("scheme", "https", 1, 0, 1, har),
            Told("server_ip", "192.0.2.80", 1, 0, 1, har),
            Told("tls_version", "TLSv1.3", 1, 0, 1, har),
            Told("upstream_status", "500", 41, 0, 1, edge),
            Told("upstream_us", "5012000", 22, 0, 2, edge),
            Told("upstream_us", "5003000", 19, 0, 2, edge),
            Told("server", "nginx", 1, 0, 1, har),
            Told("answered_by", "application", 41, 0, 1, edge),
            Told("pop", "SJC", 1, 0, 1, har),
            Told("har_creator", "WebInspector 537.36", 1, 0, 1, har),
            Told("spared_endpoint", "GET /v2/rates/{id}", 0, 683, 3, None),
        ),
        identified=(
            Identified(har, at("16:32:13.170"), 500, IDS[vendor]),
            Identified(edge, at("16:32:13.204"), 500, (("request id", "7f3c00019b1e4d20"),)),
        ),
    )


def story(vendor: str = "generic") -> Analysis:
    """Gives the demo with what a packet tells beyond its findings."""
    return replace(demo(), facts={POOL.id: facts(vendor)})


def answered() -> Case:
    """Gives a case in which a person answered nearly everything."""
    return Case(
        "quotes-500",
        {
            "title": "Quotes fail: POST /v2/quotes answers 500 since 16:32 UTC",
            "expected": "POST /v2/quotes answers 201 within a second",
            "actual": "The page says 'try again later'",
            "severity": "production system impaired",
            "impact": "No quotes for 15 customers, about 40 lost",
            "steps": ("Open the basket", "Press Quote"),
            "repeatable": "4 of 10 tries failed",
            "account": ("account 012345670123",),
            "region": ("eu-central-1",),
            "product": "Relational Database Service, category Connectivity",
            "zone": "shop.example",
            "changes": ("16:31:58 worker 10.3.0.17 restarted with another pool_size",),
            "tried": (),
            "contact": "quotes on call, 08:00-18:00 Europe/Berlin",
        },
    )


def attacked(texts: tuple[str, ...]) -> tuple[Analysis, Case]:
    """Gives an analysis and a case with these texts wherever text from outside can stand; at least three texts."""
    whole = everywhere(texts)
    told = tuple(
        Told(name, text, 3, 0, len(texts), Ref(f"logs/{text}", 1))
        for name in dict.fromkeys(item.name for item in facts().told)
        for text in texts[:3]
    )
    ids = tuple(
        Identified(Ref(text, 1), None, 500, (("traceparent", text), ("x-request-id", text))) for text in texts[:3]
    )
    first = whole.findings.incidents[0]
    known = {"title", "expected", "severity", "steps", "account", "tried", "resources", "zone", "contact"}
    listed = {"steps", "account", "tried", "resources"}
    case = Case("attacked", {key: tuple(texts) if key in listed else texts[0] for key in sorted(known)})
    return replace(whole, facts={first.id: IncidentFacts(3, 0, told, ids)}), case
