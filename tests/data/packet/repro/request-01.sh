#!/bin/sh
# incident-1: POST /v1/orders answered 502
# Read it before you run it: it was made from logs. Credentials are variables.
# HOST: yours to supply
# BODY_FILE: yours to supply
set -eu
curl -sv --globoff \
  -w '\n%{http_code} after %{time_total} s; name %{time_namelookup}, connect %{time_connect}, TLS %{time_appconnect}, first byte %{time_starttransfer}\n' \
  -X POST "${HOST:?}"/v1/orders \
  -H 'Content-Type: application/json' \
  --data-binary @"${BODY_FILE:?}"
