"""Names whose values are secret, compared without regard to how they are written."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from analyzer.redact._names import secret_name

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_PARTS = (
    "token", "secret", "passw", "pwd", "passphrase", "passcode", "apikey", "accesskey", "privatekey", "accountkey",
    "subscriptionkey", "writekey", "readkey", "publishablekey", "masterkey", "sharedkey", "servicekey", "serverkey",
    "clientkey", "appkey", "licensekey", "licencekey", "consumerkey", "functionskey", "encryptionkey", "signingkey",
    "authkey", "passkey", "accesskeyid", "sessionid", "sessid", "csrf", "xsrf", "signature", "credential",
    "assertion", "samlrequest", "samlresponse", "codeverifier", "authorization", "cardnumber", "cookie", "clientcert",
    "securitycode", "recoverycode", "backupcode", "onetimecode",
)  # fmt: skip
_WHOLE = frozenset({
    "sid", "session", "auth", "authentication", "sig", "svsig", "hmac", "jwt", "bearer", "otp", "totp", "pin", "cvv",
    "cvc", "ssn", "iban", "pan", "apiauth", "xauth", "code2fa", "mfacode", "pass", "privkey", "dsn", "kerberos",
})  # fmt: skip
_PERSONAL = frozenset({
    "username", "loginname", "userlogin", "email", "emailaddress", "mail", "phone", "phonenumber", "mobile", "msisdn",
    "user", "login", "firstname", "lastname", "fullname", "displayname", "realname", "givenname", "familyname",
    "surname", "birthdate", "birthday", "dateofbirth", "dob", "telephone", "postcode", "zipcode", "streetaddress",
    # Headers by which proxies tell an application who logged in (oauth2-proxy, Authelia, Grafana, Google IAP, ALB).
    "remoteuser", "remotename", "remoteemail", "xremoteuser", "xforwardeduser", "xforwardedemail",
    "xforwardedpreferredusername", "xwebauthuser", "xauthrequestuser", "xauthrequestemail",
    "xauthrequestpreferredusername", "xgoogauthenticateduseremail", "xgoogauthenticateduserid", "xamznoidcidentity",
    "xauthenticateduser", "xauthuser", "xusername", "xuseremail", "xuserlogin", "xcustomername",
    "xmsclientprincipalname",
})  # fmt: skip
# `token_type`, `tokens_used`, `password_expired`: said of a secret, and none.
_SAID_OF_ONE = (
    "type", "expires", "expiresin", "expiresat", "expiration", "expiry", "expired", "endpoint", "url", "uri", "count",
    "used", "limit", "length", "status", "policy", "required", "enabled", "algorithm", "method", "mode", "version",
    "valid", "tokens", "issuer", "present", "missing", "alg", "signatures",
)  # fmt: skip
# OAuth 2.0 (RFC 6749, 4.1.2) and OpenID Connect; words and short numbers under these names are something else.
_OF_FLOWS = frozenset({"code", "state", "nonce", "key", "ticket", "invite", "otc", "hash"})
_SHORTEST_OF_FLOW = 6


@lru_cache(maxsize=50_000)
def folded(name: str) -> str:
    """Gives the name in lower-case letters and digits only, percent-decoded twice and JSON-unescaped."""
    if "%" in name:
        name = unquote(unquote(name))
    if "\\" in name:
        name = _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), name)
    return _NOT_IN_NAMES.sub("", name.lower())


@lru_cache(maxsize=50_000)
def secret_kind(name: str) -> str | None:
    """Gives the kind of secret that stands under a name: secret, user or None."""
    plain = folded(name)
    if plain in _WHOLE:
        return "secret"
    if plain in _PERSONAL:
        return "email" if "mail" in plain else "user"
    if any(part in plain for part in _PARTS):
        return None if plain.endswith(_SAID_OF_ONE) else "secret"
    return secret_name(name)


def flow_kind(name: str, value: str) -> str | None:
    """Gives the kind of a value in a query, fragment or form, where `code` and `state` mean those of OAuth."""
    kind = secret_kind(name)
    if kind is None and folded(name) in _OF_FLOWS:
        word = value.isalpha() and (value.islower() or value.isupper() or value.istitle()) and len(value) < 16
        return None if word or len(value) < _SHORTEST_OF_FLOW else "secret"
    return kind
