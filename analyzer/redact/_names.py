"""Tells from a name whether its value is secret, and which words stand in a secret's place and are none."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What other languages call a password or a key; as patterns, in lower case.
_ABROAD = (
    "contrase[ñn]a", "clave", "kennwort", "mot[ _.-]?de[ _.-]?passe", "wachtwoord", "senha", "parola", "has[łl]o",
    "heslo", "l[öo]senord", "salasana", "jelsz[óo]", "lozinka", "[şs]ifre", "пароль", "密码", "密碼", "パスワード",
    "비밀번호", "jeton", "credencial",
)  # fmt: skip
# For patterns: fits whatever could be a secret name; secret_name() then decides.
NAME = (
    rf"[0-9A-Za-z_.-]*(?:{'|'.join(_ABROAD)}|pw|psk|ssn|creds|tkn|bearer|mnemonic|seed[_-]?phrase|principal|access[_-]?sign"
    r"|hmac|cvc|csc|pan|dsn|iban|jws|jwe|totp|ticket|salt"
    r"|(?:(?:jwt|token|cookie|session|webhook)[_.-]?signing|application|insert|ingest|admin|integration|routing|fastly|email|rest)[_.-]?key|token|secret|passw(?:or)?d|passphrase|passwd|pass|psw|pwd|(?:api|access|private|account|subscription"
    r"|write|read|publishable|master|shared|service|server|client|app|licen[cs]e|hmac|consumer|encryption"
    r"|functions|security|auth|secret|storage)[_.-]?key|session(?:[_.-]?id)?|jsessionid|phpsessid|csrf"
    r"|xsrf|signature|credentials?|client[_.-]?assertion|saml(?:request|response|art)|code[_.-]?verifier"
    r"|id[_.-]?token|otp|authkey|card[_.-]?number|cvv2?|cvc2?|sid|sig|passcode|jwt|connection[_.-]?string|pin"
    r"|auth|access[_.-]?key[_.-]?id|(?:mfa|sms|auth|authorization|verification|security|recovery|backup|activation|device|user)[_.-]?code)[0-9A-Za-z_.-]*"
)
# For what a pattern matched: its group 1 is the name, before the value begins.
NAMED = rf"(?i)({NAME})\]?(?:\\?[\"'])?\s*(?:=>|->|=|:|%3D)"
LITERALS = (
    "token", "secret", "pass", "psw", "pwd", "key", "session", "sessid", "csrf", "xsrf",
    "signature", "credential", "assertion", "saml", "verifier", "otp", "card", "cvv", "cvc", "sid", "jwt",
    "connection", "auth", "pin", "sig", "_code", "-code", "mfacode", "smscode", "verificationcode", "securitycode",
    "backupcode", "recoverycode", "activationcode", "devicecode", "usercode", "pw", "psk", "ssn", "cred", "tkn",
    "bearer", "mnemonic", "seed", "principal", "hmac", "csc", "pan", "dsn", "iban", "jws", "jwe", "ticket", "salt",
    "contrase", "clave", "kennwort", "wachtwoord", "senha", "parola", "haslo", "hasło", "heslo", "losenord", "lösenord",
    "salasana", "jelsz", "lozinka", "sifre", "şifre", "пароль", "Пароль", "ПАРОЛЬ", "密码", "密碼", "パスワード",
    "비밀번호", "jeton",
)  # fmt: skip
# Values that say something about a secret and are none.
HARMLESS = _words(
    """
    null none nil true false undefined expired invalid missing required bearer basic digest unknown refresh access
    active inactive default string object disabled enabled empty present absent valid redacted hidden masked filtered
    removed sanitized revoked rejected mismatch password token secret optional number boolean integer
    """
)

_ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN = re.compile(r"[\W_]+")
_LONGEST = 400
_LONGEST_FOLDED = 80  # longer ones are values in the wrong place


def _plain(text: str) -> str:
    """Gives letters without their marks: contraseña is contrasena, whichever way it is composed."""
    letters = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(one for one in letters if not unicodedata.combining(one)))


# What the name, without separators, says anywhere in it ...
_WITHIN = re.compile(
    rf"{'|'.join(_plain(word).replace('[ _.-]?', '') for word in _ABROAD if word not in ('clave', 'parola', 'jeton'))}"
    r"|seedphrase|clientprincipal"
    r"|passw(?:or)?d|passwd|passphrase|passwort|passcode|motdepasse|secret(?!ar)|apikey|privatekey|credential|sessid"
    r"|sessionid|codeverifier|clientassertion|samlrequest|samlresponse|samlart|connectionstring|authorization"
    r"|requestverificationtoken|authtoken|accesstoken|refreshtoken|bearertoken|securitytoken|sessiontoken"
)
# ... and what says it at its end only: token_type and signature_method are no secrets.
_AT_END = re.compile(
    r"(?:token|tokenacceso|jetondacces|(?:sso|auth|login)ticket|(?:user|db|my|new|old|root|admin|proxy)pwd?|session|signature|signature(?:256|512)|assertion|cookies?|cvv2|cvc2"
    r"|(?:api|access|account|subscription|write|read|publishable|master|shared|service|server|client|app|licen[cs]e"
    r"|hmac|consumer|functions|encryption|security|auth|storage|deploy|ssh|rsa|(?:jwt|token|cookie|session|webhook)signing|application"
    r"|insert|ingest|admin|integration|routing|fastly|email|rest)keys?|accesssign"
    r"|accesskeyid|cardnumber|cardno|creditcard|ccnumber|hash(?:ed)?token|tokenhint|tokenvalue|tokenkey|tokensecret"
    r"|mfacode|smscode|otpcode|authcode|authorizationcode|verificationcode|recoverycodes?|backupcodes?|devicecode"
    r"|activationcode|usercode"
    r"|pincode|securitycode|securityanswer)[0-9]?$"
)
_WORDS = _words("pin sid sig pass psw pwd otp totp hotp cvv cvc csc pan ssn auth jwt jws jwe dsn iban")
# These count only where a sign stands before them: an id in base64 that ends in "xPw=" is no password.
_APART = re.compile(r"(?:^|[\W_])(?:pw|psk|creds|tkn|bearer|hmac|mfa|mnemonic|salt|clave|parola|jeton)$", re.IGNORECASE)
# Short ones begin a word, or they would be found in ids.
_BEGINS = re.compile(r"(?:^|_)[cx]srf")
# The last word of a name that only describes a secret. An id, a name or a hash of it stays secret.
_ABOUT = _words(
    """
    type types expiry expires expired expiration exp expiresin expiresat ttl lifetime age issued issuedat count counts
    length len size limit min max used usage left remaining total endpoint url uri method algorithm alg version policy
    required enabled disabled valid validity invalid status state error errors message reset changed changedat strength
    present provider issuer format budget consumed per second timeout check checks rotation mode kind created updated at
    in consent domain path samesite secure name names field header param parameter
    """
)
_HARMLESS_WHOLE = _words(
    """
    page pages page_size per_page limit offset start cursor_type sort sort_by order order_by direction version v ver
    api_version format fmt output locale lang language hl grant_type response_type response_mode token_type scope scopes
    expires_in expires expires_at x_amz_algorithm x_amz_date x_amz_expires x_amz_signed_headers x_goog_algorithm
    x_goog_date x_goog_expires x_goog_signed_headers sv sr sp st se spr ss srt skv skoid_type code_challenge_method
    prompt display max_age acr_values tz timezone count size fields include exclude expand view type
    content_type encoding charset method action op signed_headers max_tokens prompt_tokens completion_tokens
    total_tokens session_count key_name public_key_type
    """
)
# Names that are secret as parameters of a URL or form only: there they carry codes and signatures (RFC 6749, 4.1.2;
# RFC 7636; OpenID Connect Core; Azure Storage, Shared Access Signatures; Amazon S3 and Google Cloud presigned URLs).
_PARAMETERS = _words(
    """
    code state nonce key sig sign hmac hash ticket session_state x_amz_credential x_goog_credential credential
    relay_state samlart oauth_verifier oauth_token login_ticket magic invite invitation login_hint id_token_hint
    key_pair_id policy google_access_id ossaccess_key_id sv_sig se_sig tk tok auth_code ott signed_request user_code
    """
)
_CREDENTIALS = _words("authorization proxyauthorization apikey xapikey xauthtoken xaccesstoken")
_CARD = re.compile(r"(?:card(?:number|no)|creditcard|ccnumber|pan|cvv2?|cvc2?|csc)$")


def folded(name: str) -> str:
    r"""Gives a name in lower case with one underscore between words.

    It is percent-decoded twice, and its JSON escapes are undone: camelCase, kebab-case, `%74oken` and `\u0074oken`
    fold as one.
    """
    text = unquote(unquote(name[:_LONGEST]))
    text = _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
    if not text.isascii():
        text = _plain(text)
    return _BETWEEN.sub("_", _HUMP.sub("_", text).lower()).strip("_")


@lru_cache(maxsize=65_536)
def secret_name(name: str) -> str | None:
    """Gives the kind of secret that stands under this name of a header, key, column, cookie or variable, else None.

    Kinds: secret, credentials (Authorization and what is used like it), cookie, card,.
    """
    whole = folded(name)
    if not whole or len(whole) > _LONGEST_FOLDED or whole in _HARMLESS_WHOLE:
        return None
    words = whole.split("_")
    if words[-1] in _ABOUT:
        return None
    # A name in one case hides where its words begin: ACCESSTOKEN, accesstoken.
    compact = "".join(words)
    if not (
        _WITHIN.search(compact)
        or _BEGINS.search(whole)
        or _AT_END.search(compact)
        or words[-1] in _WORDS
        or _APART.search(name)
    ):
        return None
    if compact in _CREDENTIALS:
        return "credentials"
    if words[-1] in ("cookie", "cookies", "cookie2"):
        return "cookie"
    return "card" if _CARD.search(compact) else "secret"


@lru_cache(maxsize=65_536)
def secret_parameter(name: str) -> str | None:
    """Gives the kind of secret that stands under this name of a query, fragment, form or path parameter, else None.

    These are the secret names and those that carry OAuth codes, states and signatures of pre-signed URLs.
    """
    return secret_name(name) or ("secret" if folded(name) in _PARAMETERS else None)


def harmless_name(name: str) -> bool:
    """Tells whether the values under this name are known to hold nothing secret or personal: page, sort, grant_type."""
    return folded(name) in _HARMLESS_WHOLE
