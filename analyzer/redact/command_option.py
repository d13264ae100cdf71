"""Finds secrets that a command line gives to an option: --password x, --token=x, -u user:pass, --oauth2-bearer x."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS

DETECTOR = Detector(
    kind="secret",
    pattern=(
        r"(?:^|[\s\"'\[,(])(?:(?i:--?(?:[a-z0-9]+-){0,4}(?:password|passwd|passphrase|token|secret|api-?key|access-?key|private-?key|credentials?"
        r"|oauth2-bearer|psk)[= ])|(?:-u ?|--(?:proxy-)?user[= ]|-U )[\"']?[^\s:\"']{0,64}:|\bsshpass -p ?"
        r"|\b(?:mysql|mariadb|7z)[a-z_-]*\b[^\r\n|;]{0,200}?\s-p"
        r"|\b(?:(?:docker|podman|nerdctl|oc|az|acr|registry) login|mongo[a-z]*)\b[^\r\n|;]{0,200}?\s-p[ =]"
        r"|\bredis-cli\b[^\r\n|;]{0,200}?\s-a |\bldap[a-z]+\b[^\r\n|;]{0,200}?\s-w "
        r"|\b(?:un)?zip\b[^\r\n|;]{0,200}?\s-P "
        r"|\bsmbclient\b[^\r\n|;]{0,200}?\s-U [^\s%]{1,64}%|\s-pass(?:in|out) pass:|\bvault login "
        r"|\bset [a-z0-9_.]*secret[a-z_]* "
        r"|--from-literal=[^\s=]{1,64}=)"
        r"\\?[\"']?([^\s\"'\\\x{e000}-]?[^\s\"'\\\x{e000}]+)"
    ),
    literals=(
        "-pass",
        "password",
        "passwd",
        "token",
        "secret",
        "key",
        "credential",
        "bearer",
        "-psk",
        "-u",
        "sshpass",
        "mysql",
        "mariadb",
        "7z",
        " login",
        "mongo",
        "redis-cli",
        "ldap",
        "zip",
        "smbclient",
        "from-literal",
    ),
    finds=(
        ("app --db-password hunter2 --port 80", "hunter2"),
        ("deploy --token=ab-12 now", "ab-12"),
        ("curl -u ann:s3cr3t https://h.example", "s3cr3t"),
        ("curl --user 'ann:s3cr3t' https://h.example", "s3cr3t"),
        ("mysqldump -u root -phunter2 shop", "hunter2"),
        ("docker login -u ann -p hunter2 registry.example", "hunter2"),
        ("redis-cli -h r -a hunter2 ping", "hunter2"),
        ("ldapsearch -x -w hunter2 -b dc=x", "hunter2"),
        ("openssl rsa -passin pass:hunter2", "hunter2"),
        ("aws configure set aws_secret_access_key hunter2", "hunter2"),
        ("create secret generic x --from-literal=key=hunter2", "hunter2"),
        ("curl --oauth2-bearer abcDEF1 https://h.example", "abcDEF1"),
    ),
    ignores=(
        "--token --verbose",
        "sort -u file",
        "ls --user-agent x",
        "docker run -u 1000 -p 8080:80 x",
        "--password-file=/run/x",
    ),
    confirm=lambda value: value.lower() not in HARMLESS and not value.startswith(("$", "-", "//", "@", "<")),
)
