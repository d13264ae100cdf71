"""W3C Extended Log Files: each trap of IIS, HTTPERR and CloudFront, directives across blocks, and the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lines_by_hand import frame

from analyzer import formats, values
from analyzer.formats import _fields_directive, _fields_rows
from analyzer.formats._fields_directive import Header
from analyzer.formats._plugin import Remembering
from analyzer.formats._reader import Reader

FORMATS = formats.line_formats()
W3C, HTTPERR, CLOUDFRONT = FORMATS["w3c"], FORMATS["httperr"], FORMATS["cloudfront"]
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "logs" / "crowdsec-hub"
PAIRS = Path(__file__).parents[1] / "data" / "formats"
IIS = "#Software: Microsoft Internet Information Services 10.0"
ROW = "2026-03-01 10:00:05 192.0.2.10 GET /a - 443 - 198.51.100.7 curl/8.5.0 - 200 0 0 31"
HTTPERR_ROW = "2026-03-01 10:00:05 198.51.100.7 52111 192.0.2.10 443 HTTP/1.1 GET /a - 503 1 AppOffline Pool1"
CLOUDFRONT_ROW = CLOUDFRONT.samples[0]


def parse(*lines, form=W3C, zone="UTC"):
    return form.parse(frame(lines), zone)


def only(*lines, form=W3C, zone="UTC"):
    """Gives the only event of the lines."""
    parsed = parse(*lines, form=form, zone=zone)
    assert parsed.rejects.is_empty(), parsed.rejects.rows()
    assert parsed.events.height == 1
    return parsed.events.row(0, named=True)


def at(*when):
    return datetime(*when, tzinfo=UTC)


def times(parsed):
    return parsed.events["stamped_at"].to_list()


# -- directives


def test_fields_may_come_in_the_middle_and_change():
    """Each row is read by the names that stand above it; directives and comments are counted, not rejected."""
    parsed = parse(
        IIS,
        "#Fields: date time cs-method cs-uri-stem sc-status",
        "# a comment after the directives",
        "2026-03-01 10:00:00 GET /first 200",
        "#Fields: date time sc-status cs-uri-stem cs-method",
        "2026-03-01 10:00:01 404 /second HEAD",
        "#Fields: date time cs-method cs-uri-stem sc-status",
        "2026-03-01 10:00:02 GET /third 500",
    )
    assert parsed.directives == 5
    assert parsed.rejects.is_empty()
    assert parsed.events.select("line", "path", "status").rows() == [
        (4, "/first", 200),
        (6, "/second", 404),
        (8, "/third", 500),
    ]


def test_blank_lines_between_directives_do_not_part_them():
    """What stands above a blank line still holds below it."""
    lines = [IIS, "", "#Fields: date time cs-uri-stem sc-status time-taken", "", "2026-03-01 10:00:00 /a 200 1500"]
    block = formats.read_block(frame(lines), [W3C], "UTC")
    assert (block.ledger.directives, block.ledger.blank, block.ledger.rejects) == (2, 2, 0)
    assert block.events["duration_us"].to_list() == [1_500_000]


def test_names_count_in_any_letter_case_and_spacing():
    """#FIELDS with tabs and other letters is the same."""
    event = only("#FIELDS:\tDate  Time\tCS-Method cs-URI-stem SC-Status", "2026-03-01 10:00:00 GET /a 204")
    assert (event["method"], event["path"], event["status"]) == ("GET", "/a", 204)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01 10:00:05", at(2026, 3, 1, 10, 0, 5)),
        ("2026-03-01T10:00:05.123Z", at(2026, 3, 1, 10, 0, 5)),
        ("2026-03-01", at(2026, 3, 1)),
        ("12-Jan-1996 00:00:00", at(1996, 1, 12)),  # the draft's own example
        ("01/Mar/2026:10:00:05 +0000", at(2026, 3, 1, 10, 0, 5)),
        ("Sun, 01 Mar 2026 10:00:05 GMT", at(2026, 3, 1, 10, 0, 5)),
        ("Sun Mar  1 10:00:05 2026", at(2026, 3, 1, 10, 0, 5)),
        ("03/01/2026 1:02:03 PM", at(2026, 3, 1, 13, 2, 3)),
        ("13/01/2026 12:00:00 AM", at(2026, 1, 13)),
        ("30-Foo-2026 10:00:00", None),
        ("2026-02-30 10:00:00", None),
        ("yesterday", None),
    ],
)
def test_date_directives_in_the_forms_that_programs_write(text, moment):
    """#Date is no promise of ISO 8601; what is no date is none."""
    assert _fields_directive.moment(text) == (moment and moment.replace(tzinfo=None))


def test_a_comment_alone_is_no_directive():
    """A file of another program may hold comments: without any #Fields above, they are not ours."""
    parsed = parse("# comment", "#comment two")
    assert parsed.directives == 0
    assert parsed.rejects["reason"].to_list() == ["a comment, and no #Fields stands above it"] * 2


def test_directives_and_rows_of_another_family_are_left_to_it():
    """In one file of three families each format takes its own directives and rows, and nothing is lost."""
    lines = [
        IIS, "#Fields: date time cs-method cs-uri-stem sc-status", "2026-03-01 10:00:00 GET /a 200",
        "#Software: Microsoft HTTP API 2.0", "#Version: 1.0",
        "#Fields: date time c-ip sc-status s-reason", "2026-03-01 10:00:01 198.51.100.7 503 QueueFull",
        "#Version: 1.0", "#Fields: date time x-edge-location sc-status x-edge-result-type",
        "2026-03-01\t10:00:02\tLHR50\t200\tHit",
    ]  # fmt: skip
    block = formats.read_block(frame(lines), [W3C, HTTPERR, CLOUDFRONT], "UTC")
    assert block.events["format"].to_list() == ["w3c", "httperr", "cloudfront"]
    assert {use.name: use.lines for use in block.used} == {"w3c": 3, "httperr": 4, "cloudfront": 3}
    assert block.rejects.is_empty()


def test_more_layouts_than_any_server_writes_are_rejects_not_work():
    """A file that changes its #Fields on every line is read up to a limit."""
    lines = [text for n in range(200) for text in (f"#Fields: date time x{n} sc-status", "2026-03-01 10:00:00 a 200")]
    parsed = parse(*lines)
    assert (parsed.directives, parsed.events.height, parsed.rejects.height) == (200, 64, 136)


# -- rows


def test_a_row_with_fewer_values_than_names_has_nulls():
    """Missing trailing values are null, and that is noted."""
    parsed = parse(
        IIS, "#Fields: date time cs-method cs-uri-stem sc-status time-taken", "2026-03-01 10:00:00 GET /a 503"
    )
    assert parsed.events["status"].to_list() == [503]
    assert parsed.events["duration_us"].to_list() == [None]
    assert parsed.notes == ("Some rows end before the last name of #Fields: what they lack is unknown.",)


def test_a_row_with_more_values_than_names_keeps_the_named_ones():
    """Values that have no name are not read, and that is noted."""
    parsed = parse("#Fields: date time cs-method cs-uri-stem sc-status", "2026-03-01 10:00:00 GET /a 503 - more")
    assert parsed.events["status"].to_list() == [503]
    assert parsed.notes == ("Some rows hold more values than #Fields has names: the rest is not read.",)


def test_fifteen_values_under_six_names_are_read_as_the_default_of_iis():
    """A #Fields that does not belong to its rows gives way to the default that fits in every column."""
    event = only("#Fields: date time c-ip cs-method cs-uri-stem sc-status", ROW)
    assert (event["client_ip"], event["server_ip"], event["status"]) == ("198.51.100.7", "192.0.2.10", 200)
    assert event["duration_us"] == 31_000


def test_a_row_that_fits_neither_names_nor_default_names_field_and_column():
    """The reject says which field stopped the reading, and where it begins."""
    parsed = parse("#Fields: date time cs-method cs-uri-stem sc-status", "2026-03-01 10:00:00  GET /a x200")
    assert parsed.rejects.rows() == [
        (2, "the sc-status cannot be read at column 29", "2026-03-01 10:00:00  GET /a x200")
    ]


@pytest.mark.parametrize(
    "row",
    ["2026-03-01   10:00:00 GET  /a 200", "2026-03-01\t10:00:00\tGET\t/a\t200", "2026-03-01\t\t10:00:00 GET\t /a 200 ",
     " 2026-03-01 10:00:00 GET /a 200"],
)  # fmt: skip
def test_blanks_and_tabs_in_any_number_part_values(row):
    """Several blanks, tabs, and both mixed are one separator."""
    event = only("#Fields: date time cs-method cs-uri-stem sc-status", row)
    assert (event["method"], event["path"], event["status"]) == ("GET", "/a", 200)


def test_tabs_part_values_that_hold_blanks():
    """Forefront TMG parts values by tabs and writes blanks as they are."""
    event = only(
        "#Software: Microsoft Forefront Threat Management Gateway",
        "#Fields: date\ttime\tc-agent\tcs-uri\tsc-status",
        "2026-03-01\t10:00:00\tMozilla/4.0 (compatible; MSIE+7)\thttp://www.example.com/a b\t200",
    )
    assert event["user_agent"] == "Mozilla/4.0 (compatible; MSIE+7)"
    assert (event["host"], event["path"]) == ("www.example.com", "/a b")


def test_quoted_values_may_hold_blanks_and_quotes():
    """Advanced Logging and CDNs quote values; a doubled quote is one."""
    event = only(
        "#Fields: date time cs-method cs-uri-stem sc-status cs(User-Agent) cs(Referer)",
        '2026-03-01 10:00:00 "GET" "/a b" "200" "Mozilla/5.0 (a, ""b"")" "-"',
    )
    assert (event["path"], event["status"], event["referrer"]) == ("/a b", 200, None)
    assert event["user_agent"] == 'Mozilla/5.0 (a, "b")'


def test_a_short_row_with_a_quoted_blank_is_not_taken_for_a_full_one():
    """The blank inside quotes does not make up for a missing value."""
    event = only("#Fields: date time cs(User-Agent) sc-status sc-bytes", '2026-03-01 10:00:00 "x 404" 200')
    assert (event["user_agent"], event["status"], event["response_bytes"]) == ("x 404", 200, None)


def test_stray_quotes_of_a_client_do_not_join_values():
    """IIS does not quote: quotes that a client sends stay inside their value."""
    row = '2026-03-01 10:00:05 192.0.2.10 GET /a - 443 - 198.51.100.7 "Moz x"y 200 0 0 31'
    event = only(IIS, "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
                      "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken", row)  # fmt: skip
    assert (event["user_agent"], event["referrer"], event["status"]) == ('"Moz', 'x"y', 200)


def test_white_space_of_unicode_belongs_to_the_value():
    """A user agent in UTF-8 may hold U+00A0 and U+3000, which separate nothing."""
    names = "#Fields: date time cs(User-Agent) sc-status"
    assert only(names, "2026-03-01  10:00:00 B\u00fccher\u00a0\u3000x 200")["user_agent"] == "B\u00fccher\u00a0\u3000x"
    assert only(names, "2026-03-01 10:00:00 B\u00fccher\u00a0\u3000x 200")["status"] == 200


def test_commas_part_the_values_of_exchange():
    """Exchange writes #Fields and rows with commas, and the names once more in front."""
    names = "DateTime,RequestId,HttpStatus,UrlStem,UserAgent,ErrorCode"
    parsed = parse(names, "#Software: Microsoft Exchange Server", f"#Fields: {names}",
                   '2026-03-01T10:00:00.123Z,6f9c,503,/ews,"a, ""b""",', "2026-03-01T10:00:00.123Z,6f9d,200,/owa,,")  # fmt: skip
    assert parsed.rejects.is_empty()
    assert parsed.directives == 3
    assert parsed.events.select("request_id", "status", "path", "user_agent", "error").rows() == [
        ("6f9c", 503, "/ews", 'a, "b"', None),
        ("6f9d", 200, "/owa", None, None),
    ]
    assert times(parsed)[0] == at(2026, 3, 1, 10, 0, 0, 123_000)


def test_a_record_of_exchange_without_a_request_is_an_application_record():
    """Message tracking shares the directives but knows no method, path or status."""
    row = "2026-03-01T10:00:00.123Z,198.51.100.7,SMTP,RECEIVE"
    event = only("#Software: Microsoft Exchange Server", "#Fields: date-time,client-ip,source,event-id", row)
    assert (event["kind"], event["client_ip"], event["message"]) == ("application", "198.51.100.7", row)


# -- values


def test_status_substatus_and_win32_status_are_all_kept():
    """401.1 with 2148074254 (SEC_E_LOGON_DENIED ...) is more than 401; the last one needs 64 bits."""
    event = only(ROW.replace("200 0 0", "401 1 2148074254"))
    assert (event["status"], event["substatus"], event["win32_status"]) == (401, 1, 2_148_074_254)


def test_a_plus_is_a_blank_in_user_agents_only():
    """IIS writes blanks as +; a path and a referrer keep theirs, and a user agent with blanks does too."""
    names = "#Fields: date time cs-uri-stem cs(User-Agent) cs(Referer) sc-status"
    event = only(names, "2026-03-01 10:00:00 /a+b Mozilla/5.0+(X11;+Linux) https://example.com/c+d 200")
    assert event["user_agent"] == "Mozilla/5.0 (X11; Linux)"
    assert (event["path"], event["referrer"]) == ("/a+b", "https://example.com/c+d")
    assert only(names, '2026-03-01 10:00:00 /a "C++ client" - 200')["user_agent"] == "C++ client"


@pytest.mark.parametrize("name", ["cs(Referer)", "cs(Referrer)", "cs(referrer)"])
def test_both_spellings_of_referrer(name):
    """Documentation and IIS do not agree on the letter r."""
    assert only(f"#Fields: date time sc-status {name}", "2026-03-01 10:00:00 200 https://a.example/")["referrer"] == (
        "https://a.example/"
    )


@pytest.mark.parametrize(
    ("software", "names", "value", "microseconds"),
    [
        ("Microsoft Internet Information Services 10.0", "time-taken", "1500", 1_500_000),
        ("SGOS 6.7.4.1", "time-taken", "1500", 1_500_000),
        ("Example Server", "time-taken", "1.5", 1_500_000),
        ("Example Server", "TimeTakenMS", "1500", 1_500_000),
        ("", "sc-substatus time-taken", "0 1500", 1_500_000),
        ("", "time-taken", "2", 2_000_000),
        ("Microsoft Internet Information Services 10.0", "time-taken", "-", None),
    ],
)
def test_the_unit_of_time_taken_follows_from_who_writes(software, names, value, microseconds):
    """The draft says seconds; Microsoft and Blue Coat write milliseconds; other names say their unit."""
    lines = [f"#Software: {software}"] if software else []
    event = only(*lines, f"#Fields: date time cs-uri-stem sc-status {names}", f"2026-03-01 10:00:05 /a 200 {value}")
    assert event["duration_us"] == microseconds
    assert event["stamped_at"] == at(2026, 3, 1, 10, 0, 5)
    assert event["stamp_marks"] == "end"
    assert (event["stamped_at"] - event["timestamp"]).total_seconds() * 1e6 == (microseconds or 0)


def test_a_new_software_ends_what_the_last_one_said():
    """Logs put behind each other: the unit and the offset of the first do not hold for the second."""
    parsed = parse(
        IIS, "#GMT-Offset: +0200", "#Fields: date time cs-uri-stem sc-status time-taken", "2026-03-01 12:00:02 /a 200 2",
        "#Software: Example CDN", "#Fields: date time cs-uri-stem sc-status time-taken", "2026-03-01 12:00:02 /a 200 2",
    )  # fmt: skip
    assert parsed.events["duration_us"].to_list() == [2_000, 2_000_000]
    assert times(parsed) == [at(2026, 3, 1, 10, 0, 2), at(2026, 3, 1, 12, 0, 2)]
    assert any("Example CDN is not known to write milliseconds" in note for note in parsed.notes)


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "x_forwarded_for", "OriginalIP", "cs(X-Forwarded-For)", "True-Client-IP"]
)
@pytest.mark.parametrize("last", [True, False])
def test_custom_columns_of_forwarded_addresses(name, last):
    """They have many names and stand anywhere; IIS writes the blank behind the comma as a plus."""
    names, row = ("c-ip sc-status", "10.0.0.5 200")
    names, row = (
        (f"{names} {name}", f"{row} 10.1.2.3,+203.0.113.9")
        if last
        else (f"{name} {names}", f"10.1.2.3,+203.0.113.9 {row}")
    )
    event = only(f"#Fields: date time {names}", f"2026-03-01 10:00:00 {row}")
    assert (event["client_ip"], event["peer_ip"]) == ("203.0.113.9", "10.0.0.5")


def test_ids_hosts_and_tls_of_custom_columns():
    """Request headers, CRYPT_PROTOCOL and server names have columns of their own."""
    event = only(
        IIS,
        "#Fields: date time s-sitename s-computername cs-host s-ip s-port cs(X-Request-ID) cs(traceparent) sc-bytes cs-bytes "
        "sc-status crypt-protocol crypt-cipher sc(X-Azure-Ref)",
        "2026-03-01 10:00:00 W3SVC1 WEB1 Shop.example.com:443 2001:db8::1%4 443 6f9c "
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 512 -1 200 400 6610 20260301T100000Z-abc",
    )
    assert (event["process"], event["host_name"], event["host"]) == ("W3SVC1", "WEB1", "shop.example.com")
    assert (event["server_ip"], event["request_id"]) == ("2001:db8::1", "6f9c")
    assert event["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert (event["response_bytes"], event["request_bytes"]) == (512, None)
    assert (event["tls_version"], event["tls_cipher"]) == ("TLSv1.2", "6610")
    assert event["edge_id"] == "20260301T100000Z-abc"


def test_application_request_routing_leaves_its_id_in_the_query():
    """X-ARR-LOG-ID joins the front end's line with the one behind; SERVER-STATUS is what that one answered."""
    log_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
    event = only(ROW.replace("/a -", f"/a x=1&X-ARR-CACHE-HIT=0&X-ARR-LOG-ID={log_id}&SERVER-STATUS=502"))
    assert (event["request_id"], event["upstream_status"]) == (log_id, [502])


@pytest.mark.parametrize(
    ("names", "row", "message", "win32"),
    [
        ("date time s-sitename cs-method cs-uri-stem sc-status sc-win32-status",
         "2026-03-01 10:00:00 MSFTPSVC1 [7]PASS - 530 1326", "reply 530", 1326),
        ("date time c-ip cs-method cs-uri-stem sc-status sc-win32-status x-session x-fullpath",
         "2026-03-01 10:00:00 198.51.100.7 RETR /a.txt 550 2 6f9c -", "reply 550", 2),
        ("date time s-sitename cs-method cs-uri-stem sc-status sc-win32-status",
         "2026-03-01 10:00:00 SMTPSVC1 RCPT - 550 0", "reply 550", 0),
    ],
)  # fmt: skip
def test_replies_of_ftp_and_smtp_are_no_http_statuses(names, row, message, win32):
    """A 530 of FTP is a wrong password, no broken server: it stays out of the status column."""
    event = only("#Software: Microsoft Internet Information Services 6.0", f"#Fields: {names}", row)
    assert (event["kind"], event["status"], event["message"], event["win32_status"]) == (
        "application",
        None,
        message,
        win32,
    )
    assert event["method"] in {"PASS", "RETR", "RCPT"}


def test_the_session_of_old_ftp_logs_is_the_connection():
    """IIS 6 writes the session in front of the command."""
    event = only("#Fields: time cs-method cs-uri-stem sc-status", "10:00:00 [7]USER ann 331")
    assert (event["method"], event["connection"]) == ("USER", 7)


def test_errors_of_windows_sockets_in_the_status_column_of_tmg():
    """TMG writes 10060 where no status came: it is kept as the Windows error."""
    event = only("#Software: Microsoft Forefront Threat Management Gateway", "#Fields: date time cs-protocol cs-uri sc-status",
                 "2026-03-01 10:00:00 SSL-tunnel https://www.example.com/ 10060")  # fmt: skip
    assert (event["status"], event["win32_status"], event["kind"]) == (None, 10_060, "request")
    assert event["scheme"] == "https"


# -- times


def test_times_are_utc_whatever_the_zone_of_the_run():
    """IIS writes UTC: --tz does not move it."""
    assert only(ROW, zone="Asia/Tokyo")["stamped_at"] == at(2026, 3, 1, 10, 0, 5)


def test_local_columns_are_read_in_the_zone_of_the_run():
    """date-local and time-local carry no zone."""
    lines = ("#Fields: date-local time-local cs-uri-stem sc-status", "2026-03-01 10:00:00.250 /a 200")
    assert only(*lines, zone="Asia/Tokyo")["stamped_at"] == at(2026, 3, 1, 1, 0, 0, 250_000)
    assert only(*lines)["stamped_at"] == at(2026, 3, 1, 10, 0, 0, 250_000)
    assert only("#GMT-Offset: -05:00", *lines, zone="Asia/Tokyo")["stamped_at"] == at(2026, 3, 1, 15, 0, 0, 250_000)


def test_utc_columns_win_over_local_ones():
    """Where both are there, the zone of the run and #GMT-Offset change nothing."""
    lines = ("#GMT-Offset: +0900", "#Fields: date time date-local time-local cs-uri-stem sc-status",
             "2026-03-01 10:00:00 2026-03-01 19:00:00 /a 200")  # fmt: skip
    assert only(*lines, zone="America/Lima")["stamped_at"] == at(2026, 3, 1, 10, 0, 0)


@pytest.mark.parametrize("offset", ["+0530", "+05:30", "+5:30", "05:30"])
def test_gmt_offset_moves_rows_without_local_columns(offset):
    """Times below #GMT-Offset are of that zone."""
    event = only(f"#GMT-Offset: {offset}", "#Fields: date time cs-uri-stem sc-status", "2026-03-01 15:30:00 /a 200")
    assert event["stamped_at"] == at(2026, 3, 1, 10, 0, 0)


def test_dates_that_are_not_iso_and_minutes_without_seconds():
    """The draft allows hh:mm; other programs write the date their way."""
    names = "#Fields: date time cs-uri-stem sc-status"
    parsed = parse(names, "2026/03/01 10:00:05 /a 200", "01-Mar-2026 10:00 /a 200", "2026-03-01 10:00:05.5 /a 200")
    assert times(parsed) == [at(2026, 3, 1, 10, 0, 5), at(2026, 3, 1, 10, 0), at(2026, 3, 1, 10, 0, 5, 500_000)]


def test_a_time_that_does_not_exist_is_a_reject():
    """30 February is in no calendar."""
    assert parse("#Fields: date time sc-status", "2026-02-30 10:00:00 200").rejects["reason"].to_list() == [
        "the date is not a time that exists at column 1"
    ]


TIME_ONLY = ("#Date: 2026-03-01 22:00:00", "#Fields: time cs-uri-stem sc-status")


def test_midnight_is_found_in_rows_with_a_time_of_day_only():
    """Times that go back by hours are of the next day, seconds are only late writing, on both sides of midnight."""
    clock = ["22:00:01", "23:59:59", "23:59:58", "00:00:01", "23:59:59", "00:00:02", "20:00:00", "03:00:00"]
    parsed = parse(*TIME_ONLY, *(f"{time} /a 200" for time in clock))
    assert [f"{stamp:%d %H:%M:%S}" for stamp in times(parsed)] == [
        "01 22:00:01", "01 23:59:59", "01 23:59:58", "02 00:00:01", "01 23:59:59", "02 00:00:02", "02 20:00:00",
        "03 03:00:00",
    ]  # fmt: skip


def test_the_first_row_below_a_date_may_be_of_the_next_day_or_the_one_before():
    """#Date is written at some moment near the first row, which may lie on the other side of midnight."""
    names = "#Fields: time sc-status"
    assert only("#Date: 2026-03-01 23:59:59", names, "00:00:01 200")["stamped_at"] == at(2026, 3, 2, 0, 0, 1)
    assert only("#Date: 2026-03-02 00:00:01", names, "23:59:59 200")["stamped_at"] == at(2026, 3, 1, 23, 59, 59)


def test_a_new_date_starts_anew_and_a_change_of_names_does_not():
    """The day that was reached goes on below a #Fields without a #Date."""
    parsed = parse(*TIME_ONLY, "23:00:00 /a 200", "01:00:00 /a 200", "#Fields: sc-status time", "200 02:00:00",
                   "#Date: 2026-04-01 05:00:00", "200 06:00:00")  # fmt: skip
    assert times(parsed) == [at(2026, 3, 1, 23), at(2026, 3, 2, 1), at(2026, 3, 2, 2), at(2026, 4, 1, 6)]


def test_a_time_of_day_without_any_date_is_a_row_of_unknown_day():
    """The line is kept, nothing is invented, and it is said."""
    parsed = parse("#Fields: time cs-uri-stem sc-status", "10:00:00 /a 500")
    assert parsed.events.select("stamped_at", "status").rows() == [(None, 500)]
    assert parsed.notes == ("Rows have a time of day only, and no #Date stands above them: their day is unknown.",)


# -- blocks


def read_in_blocks(lines, size, chain=(W3C,)):
    reader = Reader(chain, (), "UTC", at(2026, 1, 1))
    blocks = [reader.read(frame(lines[n : n + size], n + 1)) for n in range(0, len(lines), size)]
    return pl.concat([block.events for block in (*blocks, reader.finish())])


STORY = [
    IIS, "#Version: 1.0", "#Date: 2026-03-01 22:00:00", "#Fields: time cs-uri-stem sc-status time-taken", "",
    "22:00:01 /a 200 5", "23:59:59 /a 200 5", "", "00:00:01 /a 200 5", "00:00:00 /a 200 5", "23:00:00 /a 500 5",
    "01:00:00 /a 200 5", "#Software: Microsoft HTTP API 2.0", "#Fields: date time c-ip sc-status s-reason",
    "2026-03-02 10:00:00 198.51.100.7 503 QueueFull", IIS, "#Date: 2026-03-05 10:00:00",
    "#Fields: date time cs-uri-stem sc-status time-taken", "2026-03-05 10:00:00 /b 200 7",
]  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 19])
def test_blocks_do_not_change_what_is_read(size):
    """Names, software, date, midnight and family go on in the next block, wherever the cut falls."""
    whole = formats.read_block(frame(STORY), [W3C, HTTPERR], "UTC").events
    assert whole.height == 8
    assert read_in_blocks(STORY, size, (W3C, HTTPERR)).equals(whole)
    assert whole.filter(pl.col("format") == "w3c")["stamped_at"].dt.day().to_list() == [1, 1, 2, 2, 2, 3, 5]
    assert isinstance(W3C, Remembering)


def test_what_is_remembered_is_a_value():
    """after gives another format and leaves the first as it was."""
    then = W3C.after(frame([IIS, "#Fields: date time cs-uri-stem sc-status"]))
    assert then.header.names == ("date", "time", "cs-uri-stem", "sc-status")
    assert W3C.header == Header()
    assert then.parse(frame(["2026-03-01 10:00:00 /a 200"]), "UTC").events["path"].to_list() == ["/a"]


# -- defaults and detection

NAMES = {
    "IIS 5.1": "2026-03-01 10:00:05 198.51.100.7 - 192.0.2.10 80 GET /a - 200 curl/8.5.0",
    "IIS 6": "2026-03-01 10:00:05 W3SVC1 192.0.2.10 GET /a - 80 - 198.51.100.7 curl/8.5.0 200 0 0",
    "IIS 7": "2026-03-01 10:00:05 192.0.2.10 GET /a - 80 - 198.51.100.7 curl/8.5.0 200 0 0 31",
    "IIS 8 to 10": ROW,
    "IIS 8 to 10, with X-Forwarded-For added": f"{ROW} 203.0.113.9,+10.0.0.1",
    "Azure App Service": "2026-03-01 10:00:05 MYAPP GET /a X-ARR-LOG-ID=x 443 - 198.51.100.7 curl/8.5.0 - - "
    "myapp.example.com 200 0 0 512 1024 31",
    "IIS with all fields": "2026-03-01 10:00:05 W3SVC1 WEB1 192.0.2.10 GET /a - 443 - 198.51.100.7 HTTP/1.1 curl/8.5.0 "
    "- - example.com 200 0 0 512 1024 31",
}


@pytest.mark.parametrize("title", NAMES)
def test_rows_without_fields_are_read_by_the_default_that_fits(title):
    """The number of values and the shape of each tell the version, and it is noted."""
    parsed = parse(NAMES[title])
    event = parsed.events.row(0, named=True)
    assert (event["client_ip"], event["path"], event["status"]) == ("198.51.100.7", "/a", 200)
    assert event["user_agent"] == "curl/8.5.0"
    assert parsed.notes[0] == f"Rows that no #Fields fits are read as {title} writes them by default."


@pytest.mark.parametrize(
    "wrong", [("10:00:05", "10-00-05"), ("GET", "{GET}"), ("/a", "a"), ("200", "2000"), ("192.0.2.10", "host")]
)
def test_a_default_must_fit_in_every_column_of_a_known_shape(wrong):
    """One value that cannot be what the default says is enough to refuse the row."""
    assert parse(ROW.replace(*wrong)).events.is_empty()


@pytest.mark.parametrize("name", ["w3c", "httperr", "cloudfront", "cloudfront_json"])
def test_a_file_is_recognised_from_any_of_its_lines(name):
    """From the head, one row, and the last 20 lines with the first of them cut in half."""
    rows = {"w3c": ROW, "httperr": HTTPERR_ROW, "cloudfront": CLOUDFRONT_ROW,
            "cloudfront_json": FORMATS["cloudfront_json"].samples[0]}  # fmt: skip
    head = {
        "w3c": [IIS, "#Version: 1.0", "#Fields: date time cs-method cs-uri-stem sc-status"],
        "httperr": ["#Software: Microsoft HTTP API 2.0", "#Version: 1.0", "#Fields: date time c-ip sc-status s-reason"],
        "cloudfront": ["#Version: 1.0", "#Fields: date time x-edge-location sc-bytes c-ip"],
        "cloudfront_json": [],
    }[name]
    row = rows[name]
    for lines in ([*head, row], [row], [row[len(row) // 2 :], *[row] * 20]):
        assert formats.detect(lines, "UTC").formats[0].name == name


def test_the_event_log_xml_of_iis_is_another_format():
    """An event of Microsoft-IIS-Logging in XML is no row."""
    path = SHARED / "iis-xml-logs" / "iis-logs.log"
    if not path.exists():
        pytest.skip("the shared data are not here")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert parse(*lines).events.is_empty()
    assert parse(*lines).directives == 0


# -- HTTPERR


@pytest.mark.parametrize("row", [HTTPERR_ROW, *HTTPERR.samples])
def test_httperr_rows_are_errors_with_their_reason(row):
    """The reason phrase is the error, times are UTC in any zone, and a site's request columns are kept."""
    event = only(row, form=HTTPERR, zone="Asia/Tokyo")
    assert event["kind"] == "error"
    assert event["error"] in {"AppOffline", "Timer_ConnectionIdle", "URL"}
    assert event["stamped_at"] == at(2026, 3, 1, 10, 0, 5)


def test_httperr_with_nearly_nothing_but_a_reason():
    """Dashes are nulls, and an address loses its IPv6 zone id."""
    event = only("2026-03-01 10:00:05 fe80::7%4 52111 2001:db8::1%4 80 - - - - - - Timer_HeaderWait -", form=HTTPERR)
    assert (event["client_ip"], event["server_ip"], event["error"]) == ("fe80::7", "2001:db8::1", "Timer_HeaderWait")
    assert [event[name] for name in ("method", "path", "status", "upstream_name")] == [None] * 4


# -- CloudFront


def cloudfront(**changed):
    names = "date time x-edge-location c-ip sc-status cs-uri-stem x-edge-result-type x-edge-detailed-result-type"
    row = dict(
        zip(names.split(), ["2026-03-01", "10:00:05", "LHR50", "198.51.100.7", "200", "/a", "Hit", "Hit"], strict=True)
    )
    row |= {name.replace("_", "-"): value for name, value in changed.items()}
    return only(f"#Fields: {' '.join(row)}", "\t".join(row.values()), form=CLOUDFRONT)


@pytest.mark.parametrize(
    ("status", "result", "detail", "error"),
    [
        ("200", "Hit", "Hit", None),
        ("404", "Error", "Error", None),
        ("504", "Error", "OriginCommError", "OriginCommError"),
        ("200", "Error", "Error", "Error"),
        ("200", "Error", "ClientCommError", "ClientCommError"),
        ("000", "Error", "ClientHungUpRequest", "ClientHungUpRequest"),
        ("503", "CapacityExceeded", "CapacityExceeded", None),
    ],
)
def test_the_type_error_tells_what_the_status_does_not(status, result, detail, error):
    """Error with 200 means that the client left; a detailed type names the layer; 000 is no status."""
    event = cloudfront(sc_status=status, x_edge_result_type=result, x_edge_detailed_result_type=detail)
    assert (event["result"], event["error"]) == (result, error)
    assert event["status"] == (int(status) or None)


@pytest.mark.parametrize(
    ("written", "agent"),
    [
        ("Mozilla/5.0%20(X11)", "Mozilla/5.0 (X11)"),
        ("Mozilla/5.0%2520(X11)", "Mozilla/5.0 (X11)"),
        ("B%C3%BCcher+x", "B\u00fccher+x"),
        ("100%25", "100%"),
        ("bad%FF%20x", "bad%FF%20x"),
        ("a%zz%4", "a%zz%4"),
    ],
)
def test_user_agents_are_percent_decoded(written, agent):
    """Once, or twice as older logs encode a percent sign again; what is no UTF-8 stays as it is."""
    assert cloudfront(**{"cs(User-Agent)": written})["user_agent"] == agent


def test_paths_stay_as_written_and_ids_are_edge_ids():
    """The path is compared with other logs; the request id equals the header x-amz-cf-id."""
    event = cloudfront(cs_uri_stem="/a%20b%2520c", x_edge_request_id="AbC_-12==", x_host_header="www.example.com",
                       **{"cs(Host)": "d1.cloudfront.net", "x-forwarded-for": "203.0.113.9,%2010.0.0.1"})  # fmt: skip
    assert (event["path"], event["edge_id"], event["host"]) == ("/a%20b%2520c", "AbC_-12==", "www.example.com")
    assert event.get("request_id") is None
    assert (event["client_ip"], event["client_ip_from"]) == ("198.51.100.7", "peer")


def test_the_time_is_the_end_and_durations_are_seconds():
    """time: when the server finished responding; time-to-first-byte and the origin's last byte have columns."""
    event = cloudfront(time_taken="30.5", time_to_first_byte="30.1", origin_lbl="29.9")
    assert event["duration_us"] == 30_500_000
    assert event["timestamp"] == at(2026, 3, 1, 9, 59, 34, 500_000)
    assert (event["wait_us"], event["upstream_us"]) == (30_100_000, [29_900_000])


@pytest.mark.parametrize("count", [12, 15, 18, 19, 20, 23, 24, 26, 33, 35])
def test_cloudfront_rows_of_every_age_are_read_without_fields(count):
    """Columns were added at the end: the ones a row lacks are null, the ones beyond the 33rd have no name."""
    row = "\t".join([*CLOUDFRONT_ROW.split("\t"), "0.363", "0.364"][:count])
    parsed = parse("#Version: 1.0", row, form=CLOUDFRONT) if count < 35 else None
    if parsed is None:
        names = "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status"
        parsed = parse(names, row, form=CLOUDFRONT)
    event = parsed.events.row(0, named=True)
    assert (event["status"], event["path"], event["client_ip"]) == (504, "/a", "198.51.100.7")


def test_the_recorded_lines_of_cloudfront_are_read():
    """Two rows of the public test data: 33 values, a browser that got 400."""
    path = SHARED / "aws-cloudfront-logs" / "aws-cloudfront-logs.log"
    if not path.exists():
        pytest.skip("the shared data are not here")
    parsed = parse(*path.read_text(encoding="utf-8").splitlines(), form=CLOUDFRONT)
    assert parsed.rejects.is_empty()
    assert parsed.events["status"].to_list() == [400, 400]
    assert parsed.events["content_type"].to_list() == ["text/plain; charset=utf-8"] * 2
    assert parsed.events["query"].to_list() == ["query_param=42"] * 2


# -- promises

_NASTY = st.sampled_from(
    [IIS, ROW, HTTPERR_ROW, CLOUDFRONT_ROW, "#Fields:", "#Fields: time time time", "#Fields: a,b,c", "#Date: 9999-12-31",
     "#Fields: date time cs-uri-stem sc-status", "#Fields: time sc-status", "#Date: 2026-03-01 10:00:00", "#", "#:",
     "#GMT-Offset: +99:99", "00:00:00 200", "2026-03-01 10:00:00 /a 200", "a,b,c", '"a,"",b', "#Fields: date,time,sc-status",
     '2026-03-01 10:00:00 "/a b" 200', "#Fields: s-reason", "#Fields: x-edge-location", "\t\t\t", "9999-12-31 23:59:59 /a 200",
     "23:59:59 200", "#Start-Date: 0001-01-01", "# c", "#Fields: timestamp sc-status", "99999999999999999999 200"]
)  # fmt: skip
_LINES = st.lists(
    _NASTY | st.text(max_size=40) | st.builds(lambda text, end: text[:end], _NASTY, st.integers(0, 60)), max_size=12
)


@given(_LINES, st.sampled_from(["w3c", "httperr", "cloudfront", "cloudfront_json"]), st.integers(1, 4))
@example(["#Fields: time time time", "#Start-Date: 0001-01-01", "23:59:59 200"], "w3c", 1)  # Python has no year 0
def test_nothing_raises_and_the_ledger_adds_up(lines, name, size):
    """Any lines in any order and any blocks: each is an event, a directive, a reject or blank."""
    block = formats.read_block(frame(lines), [FORMATS[name]], "Europe/Berlin")
    assert block.ledger.adds_up
    assert block.ledger.rejects == block.rejects.height
    assert not set(block.rejects["line"]) & set(block.events["line"])
    assert block.rejects["reason"].null_count() == 0
    if isinstance(FORMATS[name], Remembering):
        read_in_blocks(lines, size, (FORMATS[name],))


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters='\t "\n'), min_size=1, max_size=8),
        min_size=1,
        max_size=9,
    )
)
def test_values_are_split_as_python_splits_them(texts):
    """One blank, one tab or quotes around values with blanks give the same values."""
    count = len(texts)
    rows = [" ".join(texts), "\t".join(texts), "  ".join(texts), " ".join(f'"{text}"' for text in texts)]
    found = _fields_rows.split(frame(rows), count, " ").sort("line").select(_fields_rows.names_of(count)).rows()
    assert found == [(*texts, None)] * 4


@given(st.text(max_size=20))
def test_percent_decoding_undoes_encoding(text):
    """Whatever was encoded byte by byte comes back."""
    encoded = "".join(f"%{byte:02X}" for byte in text.encode("utf-8", errors="replace"))
    expected = text.encode("utf-8", errors="replace").decode()
    found = pl.DataFrame({"text": [encoded]}, schema={"text": pl.String}).select(values.percent_decoded(pl.col("text")))
    assert found.item() == expected
