"""What is found in the configurations of nginx, Apache, Tomcat and lighttpd; their syntax is that of their documentation."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import formats
from analyzer.errors import AnalyzerError, FormatError, InputError

NGINX = """
user www-data;  # log_format commented '$status';
http {
    include mime.types;
    include /etc/nginx/conf.d/*.conf;
    log_format main '$remote_addr - $remote_user [$time_local] "$request" '  # in pieces
                    '$status $body_bytes_sent';
    log_format json escape=json '{"t":"$time_iso8601","s":$status}';
    access_log off;
    error_log /var/log/nginx/error.log warn;
    content_by_lua_block { ngx.say("}'") -- it's { a comment
      --[[ and "this ]] local s = [[ } ]]
    }
    server {
        access_log /var/log/nginx/${host}-access.log main buffer=32k if=$loggable;
        access_log syslog:server=192.0.2.1,tag=nginx json;
        location ~ "^/[0-9]{3}/" { access_log /var/log/nginx/numbers.log; }
        location /b { access_log "/var/log/nginx/b.json" json; access_log /var/log/nginx/c.log lost; }
    }
}
stream {
    log_format main '$remote_addr [$time_local] $protocol $status $bytes_sent $session_time';
    access_log /var/log/nginx/stream.log main;
}
"""
APACHE = r"""
# LogFormat "%h" commented \
LogFormat "%h" carried_on
LogFormat "%h %l %u %t \"%r\" \
 %>s %b" shop
LogFormat "%h %>s"
Define SITE shop
ErrorLog ${APACHE_LOG_DIR}/error.log
Include conf/extra.conf
<VirtualHost *:80>
  CustomLog ${APACHE_LOG_DIR}/${SITE}.log shop env=!dontlog
  CustomLog "|/usr/bin/rotatelogs -l /var/log/httpd/rot.%Y%m%d.log 86400" combined
</VirtualHost>
<VirtualHost *:81>
  LogFormat "%v %h %t %>s" shop
  customlog "logs/other shop.log" shop
  TransferLog logs/transfer.log
</VirtualHost>
GlobalLog logs/inline.log "%h %t %>s"
CustomLog logs/lost.log lost
"""
TOMCAT = """<?xml version="1.0"?>
<Server><Service><Engine><Host name="localhost">
  <!-- <Valve className="org.apache.catalina.valves.AccessLogValve" pattern="%h %Z"/> -->
  <Valve className="org.apache.catalina.valves.RemoteIpValve" />
  <Valve className="org.apache.catalina.valves.AccessLogValve" directory="logs"
         prefix="localhost_access_log" suffix=".txt"
         pattern="%h %l %u %t &quot;%r&quot; %s %b" />
  <Valve className='org.apache.catalina.valves.AccessLogValve' prefix='plain.log' rotatable='false' pattern='combined'/>
  <Valve className="org.apache.catalina.valves.JsonAccessLogValve" prefix="json" pattern="%h"/>
</Host></Engine></Service></Server>
"""
LIGHTTPD = """
# accesslog.format = "%Z"
var.log_root = "/var/log/lighttpd"
server.errorlog = log_root + "/error.log"
accesslog.filename = log_root + "/access.log"
$HTTP["host"] == "a.example" {
  accesslog.format = "%h %t \\"%r\\" %>s %D"
  accesslog.filename = var.log_root + "/a.log"
}
include "modules.conf"
"""


def read(text, name="x.conf"):
    return formats.read_configuration(text, name)


def files(configuration):
    return [(log.path, log.format.name if log.format else None, log.line) for log in configuration.files]


def test_nginx_definitions_belong_to_the_logs_that_name_them():
    """Comments, pieces, blocks of Lua, braces in names and quotes are read as nginx reads them."""
    found = read(NGINX, "nginx.conf")
    assert files(found) == [
        ("/var/log/nginx/error.log", None, 10),
        ("/var/log/nginx/*-access.log", "main", 15),
        ("/var/log/nginx/numbers.log", "combined", 17),
        ("/var/log/nginx/b.json", "json", 18),
        ("/var/log/nginx/c.log", None, 18),
        ("/var/log/nginx/stream.log", "main", 23),
    ]
    assert [form.name for form in found.formats] == ["main", "json", "main", "combined"]
    assert found.format_for("stream.log") is not found.format_for("h-access.log")
    assert list(found.notes) == [
        "nginx.conf:5:5: include /etc/nginx/conf.d/*.conf is not followed.",
        "nginx.conf:16:9: access_log syslog:server=192.0.2.1,tag=nginx is no file.",
        "nginx.conf:18:64: log_format lost is not defined in this file.",
    ]


def test_what_nginx_prints_holds_its_included_files():
    """`nginx -T` puts them there, so that nothing says that they were not followed."""
    text = "# configuration file /etc/nginx/nginx.conf:\ninclude conf.d/*.conf;\naccess_log logs/access.log;\n"
    assert read(text).notes == ()
    assert len(read(text.partition("\n")[2]).notes) == 1


def test_apache_definitions_belong_to_the_logs_of_their_virtual_host():
    """A nickname of a virtual host goes before the server's; comments and lines are carried on by a backslash."""
    found = read(APACHE, "httpd.conf")
    assert files(found) == [
        ("*/error.log", None, 8),
        ("*/shop.log", "shop", 11),
        ("/var/log/httpd/rot.*.log", "combined", 12),
        ("logs/other shop.log", "shop", 16),
        ("logs/transfer.log", "LogFormat", 17),
        ("logs/inline.log", "CustomLog", 19),
        ("logs/lost.log", None, 20),
    ]
    assert found.format_for("shop.log") is not found.format_for("other shop.log")
    assert [note.partition(": ")[0] for note in found.notes] == ["httpd.conf:9:1", "httpd.conf:12:3", "httpd.conf:20:1"]
    assert "carried_on" not in [form.name for form in found.formats]


def test_a_log_that_apache_writes_without_any_format_is_in_common_format():
    """TransferLog without a LogFormat before it writes the Common Log Format."""
    found = read("TransferLog logs/access.log\n")
    assert files(found) == [("logs/access.log", "common", 1)]


def test_valves_of_tomcat_are_found_with_the_names_of_their_files():
    """The date stands between prefix and suffix, unless the log is not rotated; comments hold no Valves."""
    found = read(TOMCAT, "server.xml")
    assert files(found) == [
        ("logs/localhost_access_log*.txt", "pattern", 5),
        ("logs/plain.log", "combined", 8),
        ("logs/json*", None, 9),
    ]
    assert found.format_for("localhost_access_log.2026-11-22.txt").product == "tomcat"
    assert list(found.notes) == ["server.xml:9:3: JsonAccessLogValve writes JSON, whose keys say what they hold."]


def test_lighttpd_formats_hold_in_their_block_and_its_default_elsewhere():
    """Variables are joined with a plus sign; a condition's format does not reach out of it."""
    found = read(LIGHTTPD, "lighttpd.conf")
    assert [(path, line) for path, _, line in files(found)] == [
        ("/var/log/lighttpd/error.log", 4),
        ("/var/log/lighttpd/access.log", 5),
        ("/var/log/lighttpd/a.log", 8),
    ]
    usual, own = found.format_for("access.log"), found.format_for("a.log")
    assert usual is not own
    assert {usual.product, own.product} == {"lighttpd"}
    assert list(found.notes) == ["lighttpd.conf:10:1: include modules.conf is not followed."]


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("access.log", "/var/log/nginx/access.log"),
        ("./logs/access.log", "/var/log/nginx/access.log"),
        ("access.log.1", "/var/log/nginx/access.log"),
        ("access.log.2.gz", "/var/log/nginx/access.log"),
        ("access.log-20261122.gz", "/var/log/nginx/access.log"),
        ("access.log-20261122-1795364054.zst", "/var/log/nginx/access.log"),
        ("access.log.2026-11-22T16", "/var/log/nginx/access.log"),
        ("access-20261122.log", "/var/log/nginx/access.log"),
        ("access.1.log.bz2", "/var/log/nginx/access.log"),
        ("access.log.old", "/var/log/nginx/access.log"),
        ("x.tar.gz!var/log/nginx/access.log", "/var/log/nginx/access.log"),
        ("x.zip!access.log.3.gz", "/var/log/nginx/access.log"),
        (r"C:\nginx\logs\access.log", "/var/log/nginx/access.log"),
        ("api-access.log", "/var/log/nginx/*-access.log"),
        ("access-8080.log", "/var/log/nginx/access-8080.log"),
        ("access-80.log", None),
        ("myaccess.log", None),
        ("error.log", None),
        ("error.log.1", None),
        ("-", None),
        ("", None),
    ],
)
def test_a_source_is_known_by_its_name_however_it_was_rotated(source, path):
    """Rotation, compression and archives change a name; the log that remains of it is the one that is meant."""
    paths = ["access.log", "access-8080.log", "$host-access.log"]
    names = ["a", "b", "c"]
    text = "".join(f"log_format {name} '$status {name}';\n" for name in names)
    text += "".join(f"access_log /var/log/nginx/{p} {n};\n" for p, n in zip(paths, names, strict=True))
    text += "access_log /var/log/nginx/$server_name b; error_log /var/log/nginx/error.log;"
    found = read(text)
    form = found.format_for(source)
    expected = next((log.format for log in found.files if log.path == path), None)
    assert form is expected
    assert (form is None) is (path is None)


def test_logs_of_one_name_are_told_apart_by_their_folders_or_not_at_all():
    """Nothing is guessed: without a folder that decides, detection among the formats has the word."""
    text = """log_format a '$status'; log_format b '$status $msec';
        access_log /srv/a/access.log a; access_log /srv/b/access.log b; access_log /x/two.log a; access_log /x/two.log b;"""
    found = read(text)
    assert found.format_for("bundle.zip!srv/b/access.log.1").name == "b"
    assert found.format_for("a/access.log").name == "a"
    assert found.format_for("access.log") is None
    assert found.format_for("two.log") is None


def test_a_name_that_is_only_a_variable_fits_no_source():
    """It would fit every file."""
    found = read("access_log /var/log/nginx/$host;")
    assert found.format_for("access.log") is None
    assert [note for note in found.notes if "has no name" in note]


def test_formats_that_would_read_any_line_are_no_candidates_for_detection():
    """Apache's agent and referer formats have neither time nor status; their own files are read all the same."""
    found = read('LogFormat "%{User-agent}i" agent\nLogFormat "%h %t" short\nCustomLog logs/agent_log agent\n')
    assert [form.name for form in found.formats] == ["short"]
    assert found.format_for("agent_log").name == "agent"


def test_one_broken_format_costs_only_itself():
    """The note says where it is and what is wrong; without any other it is the error."""
    found = read('LogFormat "%h %Z" broken\nLogFormat "%h %>s" good\n', "httpd.conf")
    assert [form.name for form in found.formats] == ["good"]
    (note,) = found.notes
    assert note.startswith("httpd.conf:1:15: %Z is no directive of LogFormat.")
    assert note.endswith("This format is left out.")


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", None, None, "No log format"),
        ("hello", None, None, "No log format"),
        ("http {\n  log_format x '$status;\n}", 2, 16, "not closed"),
        ("log_format x escape=foo '$status';", 1, 14, "escape=foo"),
        ("http {\n  log_format x '$ ';\n}", 2, 17, "without the name of a variable"),
        ('<VirtualHost>\n LogFormat "%h', 2, 12, "not closed"),
        ('\nLogFormat "%h \\\n %Z" x', 3, 2, "%Z is no directive"),
        ('LogFormat "%h \\\r\n %Z" x', 2, 2, "%Z is no directive"),
        ('LogFormat "%h" a\r\nLogFormat "%Z %h" b', None, None, None),
        ('<Valve className="AccessLogValve" pattern="%h', 1, 43, "not closed"),
        ('<Valve className="AccessLogValve"\n pattern="&quot;%Z"/>', 2, 17, "%Z is no directive"),
        ('accesslog.format = "%h', 1, 20, "not closed"),
        ('accesslog.format = "%h" + "%Z"', 1, 28, "%Z is no directive"),
    ],
)
def test_an_error_says_where_it_is_in_the_file(text, line, column, words):
    """Line and column are those of the file that was given, and a hint says what to write."""
    if words is None:
        assert "x.conf:2:12: %Z" in read(text).notes[0]
        return
    with pytest.raises(FormatError, match=words) as caught:
        read(text)
    assert (caught.value.location.path, caught.value.location.line, caught.value.location.column) == (
        "x.conf",
        line,
        column,
    )
    assert caught.value.hint


def test_a_file_that_is_too_large_is_no_configuration():
    """Somebody named the log instead of the configuration."""
    with pytest.raises(InputError, match="too large"):
        read("x" * 2_000_001)


@pytest.mark.parametrize(
    "part",
    ["include x;\n", "access_log x;\n", "access_log ${", "'a' ", "<Valve ", "<Valve a='", "<!--", "\\\n", "{", "[[",
     'CustomLog a "%h %s"\n', "accesslog.filename = a + ", "a + ", 'accesslog.filename = "a"\n', "$", "#\n"],
)  # fmt: skip
def test_a_file_of_one_piece_is_read_or_refused(part):
    """60 KB of anything, whichever server it is taken for; benchmarks/growth.py says that the time is linear."""
    for head in ("access_log x;", "LogFormat \n", 'accesslog.filename = "a"\nvar.a = "b"\n', "<Valve a='b'>"):
        text = head + part * (60_000 // len(part))
        with contextlib.suppress(AnalyzerError):
            assert all(log.line <= text.count("\n") + 1 for log in read(text).files)


_PARTS = [
    "log_format ", "access_log ", "error_log ", "include ", "x ", "'", '"', "$status", "$", "${", "}", "{", ";", "#", "\n",
    "\\", " ", "LogFormat ", "CustomLog ", "TransferLog ", "GlobalLog ", "<VirtualHost *>", "</VirtualHost>", "Define ",
    "%h", "%t", "%Z", "%{", "|", "<Valve ", "className='AccessLogValve' ", "pattern=", "prefix=", "/>", "<!--", "-->",
    "&quot;", "&#9;", "accesslog.format = ", "accesslog.filename = ", "+", "var.a = ", "a", "/var/log/", "*", "é", "\x00",
    "_by_lua_block", "[[", "--", "combined",
]  # fmt: skip


@given(
    st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_PARTS), max_size=25).map("".join)), st.text(max_size=30)
)
def test_any_text_is_a_configuration_or_an_error_with_a_place(text, source):
    """Whatever a file holds: formats and logs, or an error of ours; and any name of a source has an answer."""
    try:
        found = read(text)
    except AnalyzerError as problem:
        if problem.location.path != "x.conf":
            raise
        return
    assert all(log.path and 1 <= log.line <= text.count("\n") + 1 for log in found.files if log.path)
    assert found.format_for(source) is None or found.files
