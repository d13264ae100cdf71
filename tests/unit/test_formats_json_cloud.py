"""JSON records of edges, load balancers and proxies: what each field means there, and what a zero or a dash means."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from lines_by_hand import filled, only_event, read_with

from analyzer import formats

TIME = "2026-11-22T16:14:14Z"
START = datetime(2026, 11, 22, 16, 14, 14, tzinfo=UTC)


def block(record, name):
    return read_with(formats.line_formats()[name], json.dumps(record))


def row(record, name):
    """Gives the filled columns of the only event."""
    return filled(only_event(block(record, name)))


def reason(record, name):
    return block(record, name).rejects["reason"][0]


# -- Cloudflare


def cloudflare(**fields):
    return row({"EdgeStartTimestamp": TIME, "EdgeResponseStatus": 200, **fields}, "cloudflare")


@pytest.mark.parametrize("written", [TIME, 1_795_364_054, 1_795_364_054_000_000_000, "1795364054000000000"])
def test_cloudflare_writes_times_in_three_forms(written):
    """timestamp_format is rfc3339, unix or unixnano, and EdgeStartTimestamp is the start."""
    event = cloudflare(EdgeStartTimestamp=written)
    assert (event["timestamp"], event["stamp_marks"]) == (START, "start")


def test_cloudflare_tells_the_duration_by_start_and_end():
    """No field holds the duration; what lies between whole seconds is told only from two seconds on."""
    assert cloudflare(EdgeEndTimestamp="2026-11-22T16:14:14.250Z")["duration_us"] == 250_000
    assert "duration_us" not in cloudflare(EdgeEndTimestamp="2026-11-22T16:14:15Z")
    assert cloudflare(EdgeEndTimestamp="2026-11-22T16:14:44Z")["duration_us"] == 30_000_000
    assert "duration_us" not in cloudflare(EdgeEndTimestamp="2026-11-22T16:14:13.5Z")


def test_cloudflare_with_the_end_alone_is_stamped_at_the_end():
    """The customer chooses the fields, and may have chosen the end only."""
    event = row({"EdgeEndTimestamp": TIME, "RayID": "a"}, "cloudflare")
    assert (event["stamped_at"], event["stamp_marks"]) == (START, "end")


def test_cloudflare_that_asked_no_origin_has_none():
    """OriginResponseStatus 0 means that no request was made to the origin: neither a status nor a time of 0."""
    event = cloudflare(OriginIP="", OriginResponseStatus=0, OriginResponseDurationMs=0, OriginResponseTime=0)
    assert not {"upstream", "upstream_status", "upstream_us"} & set(event)


def test_cloudflare_whose_origin_did_not_answer_keeps_the_origin():
    """Beside the origin's address, status 0 is a server that was asked and gave no answer, as with 522."""
    event = cloudflare(EdgeResponseStatus=522, OriginIP="198.51.100.3", OriginResponseStatus=0)
    assert (event["status"], event["upstream"], event["upstream_status"]) == (522, ["198.51.100.3"], [None])


def test_cloudflares_newer_origin_time_wins():
    """OriginResponseDurationMs replaces OriginResponseTime, which is in nanoseconds."""
    asked = {"OriginIP": "198.51.100.3", "OriginResponseStatus": 200}
    assert cloudflare(**asked, OriginResponseTime=7_000_000)["upstream_us"] == [7_000]
    both = cloudflare(**asked, OriginResponseTime=7_000_000, OriginResponseDurationMs=8)
    assert both["upstream_us"] == [8_000]


@pytest.mark.parametrize(
    ("action", "result"), [("block", "block"), ("managedChallenge", "managedChallenge"), ("", "hit"), ("log", "hit")]
)
def test_cloudflares_firewall_says_more_than_its_cache(action, result):
    """A terminating action decides on the answer; one that lets the request pass does not."""
    assert cloudflare(CacheCacheStatus="hit", SecurityAction=action)["result"] == result


def test_cloudflare_without_tls_has_no_version():
    """ClientSSLProtocol is `none` for plain HTTP."""
    assert "tls_version" not in cloudflare(ClientSSLProtocol="none", ClientSSLCipher="NONE")
    assert cloudflare(ClientSSLProtocol="TLSv1.2")["tls_version"] == "TLSv1.2"


def test_cloudflares_ids_and_custom_headers_are_kept():
    """RayID is the edge's id, and header names chosen by the customer are those of everywhere else."""
    event = cloudflare(
        RayID="3a6050bcbe121a87", RequestHeaders={"x-request-id": "r"}, ResponseHeaders={"retry-after": "5"}
    )
    assert (event["edge_id"], event["request_id"], event["retry_after"]) == ("3a6050bcbe121a87", "r", "5")


# -- Fastly


def test_fastly_calls_the_method_request_and_counts_microseconds():
    """`request` is the method in Fastly's default format, and time_elapsed is in microseconds."""
    record = {"timestamp": "2026-11-22T16:14:14", "time_elapsed": "750123", "is_tls": "true", "client_ip": "192.0.2.7",
              "geo_city": "berlin", "request": "GET", "host": "www.example.com", "url": "/a?b", "cache_status": "HIT"}  # fmt: skip
    event = row(record, "fastly_json")
    assert (event["method"], event["duration_us"], event["result"]) == ("GET", 750_123, "HIT")
    assert (event["url"], event["stamp_marks"]) == ("https://www.example.com/a?b", "start")


# -- Google Cloud

GOOGLE = "type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry"


def google(payload=None, **request):
    about = {"requestMethod": "GET", "requestUrl": "https://h.example/a", **request}
    return {"httpRequest": about, "timestamp": TIME, "jsonPayload": {"@type": GOOGLE, **(payload or {})}}


def test_google_samples_and_says_so():
    """The share of requests that is logged is a setting: whoever reads counts must know."""
    assert block(google(), "gcp_load_balancer").notes == ("Google's load balancer may sample: counts are not totals.",)
    other = {"httpRequest": {}, "timestamp": TIME, "jsonPayload": {"message": "x"}}
    assert block(other, "gcp_load_balancer").notes == ()


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"statusDetails": "backend_timeout"}, "backend_timeout"),
        ({"statusDetails": "response_sent_by_backend"}, None),
        ({"statusDetails": "response_from_cache_validated"}, None),
        ({"statusDetails": "byte_range_caching"}, None),
        ({"proxyStatus": 'error="connection_terminated"; details="backend_connection_closed"'}, "backend_connection_closed"),
        ({"proxyStatus": "error=http_request_error"}, "http_request_error"),
        ({}, None),
    ],
)  # fmt: skip
def test_googles_reason_is_an_error_unless_the_answer_went_as_it_should(payload, error):
    """statusDetails tells the reason, newer load balancers put it into Proxy-Status."""
    assert row(google(payload, status=502), "gcp_load_balancer").get("error") == error


def test_google_has_no_status_where_the_client_left():
    """The status is missing or 0, and the request is a row nevertheless, with its latency."""
    payload = {"statusDetails": "client_disconnected_before_any_response"}
    for request in ({}, {"status": 0}):
        event = row(google(payload, latency="3.000001s", **request), "gcp_load_balancer")
        assert "status" not in event
        assert (event["kind"], event["duration_us"]) == ("request", 3_000_001)


def test_googles_trace_joins_with_that_of_the_application():
    """trace is a resource name whose last part is the id."""
    record = google() | {"trace": "projects/p/traces/d7d21a887f81fe1af174ed158622f5a2", "spanId": "903fc7e24f93843b"}
    event = row(record, "gcp_load_balancer")
    assert (event["trace_id"], event["span_id"]) == ("d7d21a887f81fe1af174ed158622f5a2", "903fc7e24f93843b")


# -- Azure


def gateway(time="2026-11-22T16:14:14+00:00", **properties):
    return {"timeStamp": time, "category": "ApplicationGatewayAccessLog", "properties": properties}


@pytest.mark.parametrize(
    ("instance", "taken", "duration"),
    [("appgw_2", 0.034, 34_000), ("appgw_2", 30, 30_000_000), ("ApplicationGatewayRole_IN_0", 205, 205_000)],
)
def test_application_gateway_changed_the_unit_of_time(instance, taken, duration):
    """timeTaken is in seconds in version 2 and in milliseconds in version 1, which its instances' names tell."""
    assert row(gateway(instanceId=instance, timeTaken=taken), "azure_application_gateway")["duration_us"] == duration


def test_application_gateway_of_version_1_hides_the_backend_in_the_query():
    """requestQuery is no query there: it holds backend, its status and the id of the request."""
    query = "X-AzureApplicationGateway-CACHE-HIT=0&SERVER-ROUTED=10.4.0.4&X-AzureApplicationGateway-LOG-ID=874f&SERVER-STATUS=404"
    event = row(gateway(requestUri="/a", requestQuery=query), "azure_application_gateway")
    assert (event["target"], event["request_id"]) == ("/a", "874f")
    assert (event["upstream"], event["upstream_status"]) == (["10.4.0.4"], [404])


def test_application_gateway_that_tried_two_servers_lists_both():
    """Backends, statuses and times stand in parallel lists."""
    tried = {
        "serverRouted": "10.0.0.4:443, 10.0.0.5:443",
        "serverStatus": "502, 504",
        "serverResponseLatency": "0.1, -",
    }
    event = row(gateway(**tried), "azure_application_gateway")
    assert event["upstream"] == ["10.0.0.4:443", "10.0.0.5:443"]
    assert (event["upstream_status"], event["upstream_us"]) == ([502, 504], [100_000, None])


@pytest.mark.parametrize(
    ("written", "error"),
    [("ERRORINFO_NO_ERROR", None), ("ERRORINFO_UPSTREAM_TIMED_OUT", "ERRORINFO_UPSTREAM_TIMED_OUT")],
)
def test_application_gateway_says_when_there_is_no_error(written, error):
    """ERRORINFO_NO_ERROR is the absence of one."""
    assert row(gateway(error_info=written), "azure_application_gateway").get("error") == error


def test_the_clients_host_counts_not_the_one_sent_to_the_backend():
    """host is what header rewriting made of it, originalHost is what the client asked for."""
    event = row(gateway(host="10.0.0.4", originalHost="www.example.com"), "azure_application_gateway")
    assert event["host"] == "www.example.com"


@pytest.mark.parametrize(
    ("name", "category", "properties"),
    [
        ("azure_application_gateway", "ApplicationGatewayFirewallLog",
         {"clientIp": "192.0.2.7", "requestUri": "/a", "ruleId": "949110", "message": "Score", "action": "Blocked"}),
        ("azure_front_door", "FrontDoorWebApplicationFirewallLog",
         {"clientIP": "192.0.2.7", "requestUri": "https://h.example/a", "ruleName": "Score", "action": "Blocked"}),
        ("azure_front_door", "FrontdoorWebApplicationFirewallLog",
         {"clientIP": "192.0.2.7", "requestUri": "https://h.example/a", "ruleName": "Score", "action": "Blocked"}),
    ],
)  # fmt: skip
def test_firewall_records_are_no_requests(name, category, properties):
    """The access log has the request; the firewall's record tells why it was refused."""
    event = row({"time": TIME, "category": category, "properties": properties}, name)
    assert (event["kind"], event["result"], event["path"]) == ("error", "Blocked", "/a")
    assert event["message"].startswith("Score")


def door(**properties):
    return row({"time": TIME, "category": "FrontDoorAccessLog", "properties": properties}, "azure_front_door")


def test_front_door_counts_seconds_and_ends_with_the_record():
    """timeTaken is in seconds, and time is when the edge had delivered the answer."""
    event = door(timeTaken="30.598", httpStatusCode="504")
    assert (event["duration_us"], event["stamp_marks"]) == (30_598_000, "end")
    assert event["timestamp"] == datetime(2026, 11, 22, 16, 13, 43, 402_000, tzinfo=UTC)


def test_front_doors_status_0_is_an_origin_that_timed_out():
    """HttpStatusCode is 0 where the request to the origin timed out: there was no status."""
    event = door(httpStatusCode="0", errorInfo="OriginTimeout")
    assert "status" not in event
    assert event["error"] == "OriginTimeout"
    assert "error" not in door(errorInfo="NoError")


def test_front_door_knows_client_and_peer():
    """clientIp comes from X-Forwarded-For, socketIp is who spoke to the edge."""
    event = door(clientIp="192.0.2.7", socketIp="198.51.100.9", trackingReference="08Q3", httpVersion="2.0.0.0")
    assert (event["client_ip"], event["peer_ip"]) == ("192.0.2.7", "198.51.100.9")
    assert (event["edge_id"], event["protocol"]) == ("08Q3", "HTTP/2")


def test_front_door_with_a_cached_answer_asked_nobody():
    """N/A stands for an origin that was not asked; a missing address leaves the origin's name."""
    assert "upstream" not in door(originIp="N/A", originName="N/A")
    assert door(originIp="", originName="origin.example.com")["upstream"] == ["origin.example.com"]


def test_a_failed_probe_of_front_door_has_the_origins_status():
    """No client saw it: the status belongs to the origin, and the times are in milliseconds."""
    properties = {"result": "OriginError", "httpStatusCode": "400", "originIP": "203.0.113.4:80",
                  "totalLatencyMilliseconds": "141", "connectionLatencyMilliseconds": "68"}  # fmt: skip
    event = row({"time": TIME, "category": "FrontDoorHealthProbeLog", "properties": properties}, "azure_front_door")
    assert (event["kind"], event["upstream_status"]) == ("error", [400])
    assert "status" not in event
    assert (event["upstream_us"], event["upstream_connect_us"]) == ([141_000], [68_000])


def test_a_batch_of_azure_is_read_if_it_holds_one_record():
    """One line is one event: several records are refused with the command that puts each on a line."""
    single = gateway(httpStatus=200, requestUri="/one")
    assert row({"records": [single]}, "azure_application_gateway")["path"] == "/one"
    expected = "JSON, but records holds 2 records: give each a line (jq -c '.records[]'), at column 2"
    assert reason({"records": [single, single]}, "azure_application_gateway") == expected
    assert reason({"records": [single, single]}, "json") == expected


# -- Envoy


def envoy(**fields):
    record = {"start_time": TIME, "method": "GET", "path": "/a", "response_code": 200, "response_flags": "-", **fields}
    return row(record, "envoy_json")


def test_envoy_receives_the_request_and_sends_the_response():
    """bytes_received is the size of the request's body, bytes_sent that of the response's."""
    event = envoy(bytes_received=12, bytes_sent=95, duration=3, upstream_service_time="2")
    assert (event["request_bytes"], event["response_bytes"]) == (12, 95)
    assert (event["duration_us"], event["upstream_us"]) == (3_000, [2_000])
    assert (event["timestamp"], event["stamp_marks"]) == (START, "start")


@pytest.mark.parametrize(
    ("written", "flags"), [("UF,URX", ["UF", "URX"]), (["UF", "URX"], ["UF", "URX"]), ("UAEX", ["UAEX"]), ("-", None)]
)
def test_envoys_flags_are_a_list(written, flags):
    """Flags are separated by commas, and a dash is none."""
    assert envoy(response_flags=written).get("response_flags") == flags


def test_envoys_code_0_is_no_answer():
    """Code 0 means that no response was begun; the request is one nevertheless."""
    event = envoy(response_code=0, response_flags="DC")
    assert "status" not in event
    assert event["kind"] == "request"


@pytest.mark.parametrize(("flags", "kind"), [("UF", "error"), ("-", "application")])
def test_a_tcp_connection_is_no_request(flags, kind):
    """A TCP proxy has neither method nor code; a connection that broke is an error, one that did not is none."""
    assert envoy(method=None, path=None, response_code=0, response_flags=flags)["kind"] == kind


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({":authority": "h.example"}, "host", "h.example"),
        ({"authority": "h.example:8443", "requested_server_name": "sni.example"}, "host", "h.example:8443"),
        ({"requested_server_name": "sni.example"}, "host", "sni.example"),
        ({"x-request-id": "r"}, "request_id", "r"),
        ({"path": None, "x-envoy-origin-path": "/b?c"}, "target", "/b?c"),
        ({"x-envoy-upstream-service-time": "11"}, "upstream_us", [11_000]),
        ({"upstream_cluster": "outbound|80||a.b.svc"}, "upstream_name", "outbound|80||a.b.svc"),
        ({"upstream_transport_failure_reason": "delayed connect error: 111"}, "error", "delayed connect error: 111"),
        ({"connection_termination_details": "rbac_denied"}, "error", "rbac_denied"),
        ({"response_code_details": "route_not_found"}, "result", "route_not_found"),
        ({"downstream_remote_address": "192.0.2.9:1"}, "client_ip", "192.0.2.9"),
        ({"downstream_remote_address": "10.0.0.1:1", "x_forwarded_for": " [2001:db8::9]:443 , 10.0.0.2"}, "client_ip",
         "2001:db8::9"),
        ({"downstream_tls_version": "TLSv1.3"}, "tls_version", "TLSv1.3"),
    ],
)  # fmt: skip
def test_envoys_names_are_those_of_istio_and_of_envoy_gateway(fields, column, value):
    """The keys are chosen by whoever deploys Envoy; these are the two documented sets."""
    assert envoy(**fields)[column] == value


# -- ingress-nginx


def test_ingress_nginx_writes_the_client_beside_an_empty_peer():
    """remote_addr is empty without the PROXY protocol; duration is $request_time, in seconds."""
    record = {"time": TIME, "remote_addr": "", "x-forward-for": "192.0.2.7", "request_id": "r", "request_time": 0.3,
              "duration": 0.312, "status": 502, "vhost": "_", "request_proto": "HTTP/2.0", "method": "GET"}  # fmt: skip
    event = row(record, "ingress_nginx_json")
    assert (event["client_ip"], event["client_ip_from"]) == ("192.0.2.7", "first public of forwarded_for")
    assert (event["duration_us"], event["protocol"]) == (300_000, "HTTP/2")
    assert "host" not in event


@pytest.mark.parametrize(
    "name",
    ["cloudflare", "fastly_json", "gcp_load_balancer", "azure_application_gateway", "azure_front_door", "envoy_json",
     "ingress_nginx_json"],
)  # fmt: skip
def test_a_record_of_another_product_is_refused_with_what_it_lacks(name):
    """Each of them reads only its own: the reason names the product and the missing key."""
    title = formats.line_formats()[name].title
    assert reason({"time": TIME, "message": "hello"}, name).startswith(f"JSON, but no {title} record: it has no ")
