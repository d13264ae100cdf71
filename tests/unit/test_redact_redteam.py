"""What a reviewer got out who had not written the redactor, and what it destroyed; each test failed first."""

from __future__ import annotations

import json

import polars as pl
import pytest

from analyzer.redact import Redactor
from analyzer.redact.capture import clean_capture, learn_capture

KEY = b"k" * 32
SECRET = "q7Rt2mLx9"


def clean(*texts: str) -> list[str]:
    redactor = Redactor(KEY)
    column = pl.Series("text", texts, dtype=pl.String)
    redactor.learn(column)
    return redactor.replace(column).to_list()


def placed(before: str, after: str = "") -> str:
    return f"2026-11-22T16:14:14Z ERROR app {before}{SECRET}{after}"


@pytest.mark.parametrize(
    "name",
    [
        "contraseña", "contrasena", "clave", "kennwort", "mot_de_passe", "wachtwoord", "senha", "parola", "hasło", "heslo",
        "lösenord", "salasana", "jelszó", "şifre", "пароль", "Пароль", "密码", "パスワード", "비밀번호", "credenciales",
        "pw", "psk", "tkn", "creds", "bearer", "hmac", "recovery_codes", "backup_code", "JWT_SIGNING_KEY", "X-Insert-Key",
        "Fastly-Key", "DD-APPLICATION-KEY", "CB-ACCESS-SIGN", "X-Hub-Signature-256", "X-SSO-Ticket",
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["{}={}", '{{"{}":"{}"}}', "{}: {}", "{} = {}", "map[{}:{} id:4]", "('{}', '{}')"])
def test_names_of_secrets_in_other_languages_and_of_other_vendors(name, form):
    """In a query, in JSON, as a header, in a sentence, in a map of Go, in a pair of Python."""
    assert SECRET not in clean(form.format(name, SECRET))[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
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
    ],
)  # fmt: skip
def test_secrets_in_maps_pairs_statements_commands_and_sentences(before, after):
    """What surrounds the secret stays readable to its last words."""
    shown = clean(placed(before, after))[0]
    assert SECRET not in shown
    assert shown.startswith("2026-11-22T16:14:14Z ERROR app ")


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
