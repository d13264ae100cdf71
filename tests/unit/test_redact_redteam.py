"""What a reviewer got out who had not written the redactor, and what it destroyed; each test failed first."""

from __future__ import annotations

import json
import string

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.cli import group
from analyzer.redact import Redactor
from analyzer.redact.capture import clean_capture, learn_capture

WRAPPED = (
    lambda text: text,
    lambda text: json.dumps({"level": "error", "msg": text}),
    lambda text: json.dumps({"log": json.dumps({"msg": text}) + "\n", "stream": "stdout"}),
    lambda text: f"2026-11-22T16:14:14.1Z stdout F {text}",
    lambda text: f"Caused by: app.Error: {text}",
    lambda text: f"\x1b[31mERROR\x1b[0m {text}",
)
FORMS = (
    "{}={}",
    '{{"{}":"{}"}}',
    "{{'{}': '{}'}}",
    "{}: {}",
    "map[{}:{} id:4]",
    "(b'{}', b'{}')",
    "GET /x?{}={}&page=2",
)

KEY = b"k" * 32
SECRET = "q7Rt2mLx9"


def clean(*texts: str) -> list[str]:
    redactor = Redactor(KEY)
    column = pl.Series("text", texts, dtype=pl.String)
    redactor.learn(column)
    return redactor.replace(column).to_list()


NAMES = [
    "contraseña", "contrasena", "clave", "kennwort", "mot_de_passe", "wachtwoord", "senha", "parola", "hasło", "heslo",
    "lösenord", "salasana", "jelszó", "şifre", "пароль", "Пароль", "密码", "パスワード", "비밀번호", "credenciales",
    "pw", "psk", "tkn", "creds", "bearer", "hmac", "recovery_codes", "backup_code", "JWT_SIGNING_KEY", "X-Insert-Key",
    "Fastly-Key", "DD-APPLICATION-KEY", "CB-ACCESS-SIGN", "X-Hub-Signature-256", "X-SSO-Ticket",
]  # fmt: skip


@pytest.mark.parametrize("form", ["{}={}", '{{"{}":"{}"}}', "{}: {}", "{} = {}", "map[{}:{} id:4]", "('{}', '{}')"])
def test_names_of_secrets_in_other_languages_and_of_other_vendors(form):
    """In a query, in JSON, as a header, in a sentence, in a map of Go, in a pair of Python; each has its own secret."""
    texts = [form.format(name, f"{SECRET}n{at}") for at, name in enumerate(NAMES)]
    assert [text for text in clean(*texts) if SECRET in text] == []


PLACES = [
    ("token : ", ""), ("token -> ", ""), ("token => ", ""), ("token:", ""), ("token <", ">"), ("password=[", "]"),
    ("&{Password:", " Name:ann}"), ("{password:", ",user:ann}"), ('[["token", "', '"]]'), ("(b'x-api-key', b'", "')"),
    ("Invalid API key provided: ", "."), ("password for user ann is ", ""), ("jwt malformed: ", ""),
    ("CREATE USER app IDENTIFIED BY '", "'"), ("INSERT INTO users (id, password_hash, n) VALUES (7, '", "', 'x')"),
    ("DETAIL: Key (reset_token)=(", ") already exists."), ("crypt('", "', gen_salt('bf'))"),
    ("Authorization: Splunk ", ""), ("authorization: SharedKey acct:", "="),
    ('Authorization: Hawk id="d", ts="13", mac="', '"'), ("> AUTH PLAIN ", "=="), ("redis AUTH default ", ""),
    ("docker login -u ann -p ", " registry.example"), ("redis-cli -a ", " ping"), ("ldapsearch -x -w ", " -b dc=x"),
    ("mongo -u a -p ", ""), ("openssl rsa -passin pass:", ""), ("kubectl create --from-literal=key=", ""),
    ("https://hooks.zapier.com/hooks/catch/1234/", "/"), ('<add key="ApiToken" value="', '"/>'),
    ("GET /x?invite=", "a1&page=2"), ("GET /x?resourcekey=0-", "b"), ("GET /x?g-recaptcha-response=", "0"),
]  # fmt: skip


def test_secrets_in_maps_pairs_statements_commands_and_sentences():
    """What stands before the secret stays readable to its last words."""
    start = "2026-11-22T16:14:14Z ERROR app "
    texts = [f"{start}{before}{SECRET}n{at}{after}" for at, (before, after) in enumerate(PLACES)]
    shown = clean(*texts)
    assert [text for text in shown if SECRET in text] == []
    assert [text for text in shown if not text.startswith(start)] == []


@pytest.mark.parametrize(
    "text",
    [
        "upstream auth:8080 refused the connection", "image registry/auth:1.2.3-alpine started",
        "StandardSession:invalidate:42 called", "auth: 12ms, session: 0.9s", '"fields": ["password", "email"]',
        '"signing_key": "2026-09", "kid": "2026-09"', "PASS tests/a.test.js", "map[token_type:Bearer1 id:4]",
        "docker run -p 8080:80 shop", "INSERT INTO orders (id, state) VALUES (7, 'paid')", "authorization: failed for ann",
        "x-amz-id-2=OilKBYv+GZOe7ppy3PEIst0rpV1tvlAaUsgcveHeUs+CB7mLAoRhT5xgX2amoNHEgYrGMohtvPw= msg=x",
        '{"x-amz-id-2":"OilKBYv+GZOe7ppy3PEIst0rpV1tvlAaUsgcveHeUs+CB7mLAoRhT5xgX2amoNHEgYrGMohtvPw=","status":500}',
        "curl -H 'Authorization: Bearer '\"${CREDENTIALS_f43f6c03e850:?}\" 'https://h.example/?api_key='\"${SECRET_f43f6c03e850:?}\"",
    ],
)  # fmt: skip
def test_what_diagnosis_needs_stays(text):
    """Ports, versions, lines of source, durations, names of fields, key ids, ids in base64, our own variables."""
    assert clean(text) == [text]


def test_the_host_behind_a_password_stays():
    """`password@host.example` looks like an e-mail address; taken for one it cost the name of the database's host."""
    shown = clean("connect postgresql://app:pw_q7Rt2mLx9@db.shop.example:5432/orders, tell ann@mail.example")[0]
    assert shown.endswith("@db.shop.example:5432/orders, tell " + shown.rsplit(" ", 1)[1])
    assert "pw_q7Rt2mLx9" not in shown
    assert "ann@" not in shown


def cleaned(entry, page=None):
    """Gives the redacted capture as text; its one entry is overlaid with what is given."""
    request = {"method": "GET", "url": "https://api.example/v1/x", "httpVersion": "HTTP/1.1", "headers": []}
    request |= {"cookies": [], "queryString": [], "headersSize": -1, "bodySize": -1}
    response = {"status": 500, "statusText": "", "httpVersion": "HTTP/1.1", "headers": [], "cookies": []}
    response |= {"content": {"size": 0, "mimeType": ""}, "redirectURL": "", "headersSize": -1, "bodySize": -1}
    whole = {
        "startedDateTime": "2026-11-22T16:14:14.000Z",
        "time": 1,
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 0},
        **entry,
        "request": request | entry.get("request", {}),
        "response": response | entry.get("response", {}),
    }
    creator = {"name": "x", "version": "1"}
    document = {"log": {"version": "1.2", "creator": creator, "pages": [page] if page else [], "entries": [whole]}}
    redactor = Redactor(KEY)
    learn_capture(document, redactor)
    return json.dumps(clean_capture(document, redactor), ensure_ascii=False)


MAIL = "ann.lee@mail.example"
NAMED = [{"name": MAIL, "value": "x"}]


@pytest.mark.parametrize(
    ("entry", "page"),
    [
        ({}, {"id": MAIL, "title": "", "startedDateTime": "", "pageTimings": {}}),
        ({}, {"id": "p", "title": "", "startedDateTime": MAIL, "pageTimings": {}}),
        ({"startedDateTime": MAIL}, None),
        *(({"request": {field: MAIL}}, None) for field in ("method", "httpVersion")),
        ({"response": {"httpVersion": MAIL}}, None),
        *(({"request": {field: NAMED}}, None) for field in ("headers", "queryString", "cookies")),
        *(({"response": {field: NAMED}}, None) for field in ("headers", "cookies")),
        *(({"response": {"cookies": [{"name": "a", "value": "b", "path": MAIL}]}}, None),),
        ({"response": {"content": {"size": 0, "mimeType": MAIL, "text": "x"}}}, None),
        ({"request": {"postData": {"mimeType": MAIL, "text": "x"}}}, None),
        ({"request": {"postData": {"mimeType": "a/b", "params": [{"name": MAIL, "contentType": "x"}]}}}, None),
        ({"request": {"postData": {"mimeType": "a/b", "params": [{"name": "a", "contentType": MAIL}]}}}, None),
    ],
)
def test_detectors_look_at_every_name_id_and_type_of_a_capture(entry, page):
    """An e-mail address that stands only in a place which stays as it is, such as a page's id."""
    assert MAIL not in cleaned(entry, page)


@pytest.mark.parametrize(
    "name",
    [
        "Remote-User", "X-Forwarded-User", "X-WEBAUTH-USER", "X-Auth-Request-Preferred-Username", "From", "X-User-Name",
        "X-Ms-Client-Principal", "X-Amzn-Oidc-Data", "X-Amz-Meta-Owner", "Upload-Metadata", "Content-Disposition",
        "Sec-WebSocket-Protocol", "X-PW", "X-Contraseña", "Fastly-Key",
    ],
)  # fmt: skip
def test_headers_that_name_a_person_or_a_file_or_carry_a_key(name):
    """In requests and in responses."""
    value = f'attachment; filename="{SECRET}.pdf"' if name == "Content-Disposition" else f"{SECRET}ab12cd34"
    headers = {"headers": [{"name": name, "value": value}]}
    assert SECRET not in cleaned({"request": headers, "response": headers})


@pytest.mark.parametrize("name", ["user", "username", "first_name", "dob", "pw", "contraseña"])
def test_queries_that_name_a_person(name):
    """In the URL and in queryString, with values of their own."""
    request = {"url": f"https://api.example/x?{name}={SECRET}a", "queryString": [{"name": name, "value": f"{SECRET}b"}]}
    assert SECRET not in cleaned({"request": request})


@pytest.mark.parametrize(
    ("mime", "text"),
    [
        ("text/csv", "id,name\n1,{}"), ("application/javascript", "var x = '{}'"), ("application/yaml", "a: {}"),
        ("application/octet-stream", "{}"), ("application/json", '{{"a":"{}","b'), ("", '[{{"a":"{}'),
    ],
)  # fmt: skip
def test_the_answer_to_a_failure_stays_only_where_it_may_be_a_sentence(mime, text):
    """Files, scripts and JSON that a tool cut short are content, whatever the status was."""
    assert SECRET not in cleaned({"response": {"content": {"size": 9, "mimeType": mime, "text": text.format(SECRET)}}})
    told = {"size": 9, "mimeType": "text/plain", "text": "upstream connect error, reset before headers"}
    assert "upstream connect error, reset before headers" in cleaned({"response": {"content": told}})


def test_subprotocols_without_a_token_stay():
    """Names of the registry of WebSocket subprotocols are needed to see why an upgrade failed."""
    names = "graphql-transport-ws, mqtt, v4.channel.k8s.io"
    assert names in cleaned({"request": {"headers": [{"name": "Sec-WebSocket-Protocol", "value": names}]}})


def test_explaining_lines_without_an_address(tmp_path):
    """Polars refuses to search for an empty list of patterns; the command ended with 70 on such a log."""
    (tmp_path / "app.log").write_text("2026-11-22T16:14:14Z ERROR app password=hunter22x failed\n")
    (tmp_path / "key").write_text("ab" * 32)
    (tmp_path / "key").chmod(0o600)
    arguments = ["redact", str(tmp_path / "app.log"), "-o", str(tmp_path / "out"), "--explain", "--no-map"]
    result = CliRunner().invoke(group, [*arguments, "--redaction-key", str(tmp_path / "key")])
    assert result.exit_code == 0, result.output
    assert "named_value" in result.output
    assert "hunter22x" not in result.output


PLANTED = st.tuples(
    st.sampled_from(NAMES),
    st.text(string.ascii_letters + string.digits, min_size=8, max_size=24),
    st.sampled_from(FORMS),
    st.sampled_from(WRAPPED),
)


@given(st.lists(PLANTED, min_size=8, max_size=16))
@settings(max_examples=5, deadline=None)
def test_random_secrets_in_random_wrappers_go(planted):
    """Lines of a container runtime, JSON records within one, a stack trace, colours of a terminal."""
    secrets = [f"q{letters}{at}7" for at, (_, letters, _, _) in enumerate(planted)]
    lines = [wrap(form.format(name, secret)) for secret, (name, _, form, wrap) in zip(secrets, planted, strict=True)]
    shown = clean(*lines)
    assert [line for line, secret in zip(shown, secrets, strict=True) if secret in line] == []
