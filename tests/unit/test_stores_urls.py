"""The names of objects and the variables around them: what is accepted, what is refused, and what is never said."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import UsageError
from analyzer.stores import StoreUrl, is_store_url, parse_output, parse_url
from analyzer.stores._failures import why
from analyzer.stores._settings import settings

KEYS = st.text(st.characters(exclude_characters="?", exclude_categories=("Cs",)), max_size=40)
S3, GS, AZ = (StoreUrl(scheme, "logs", "") for scheme in ("s3", "gs", "az"))
ACCOUNT = {"AZURE_STORAGE_ACCOUNT": "acme"}


@pytest.mark.parametrize("name", ["s3://b", "gs://b/a", "AZ://b/a/*.gz"])
def test_three_schemes_name_a_store(name):
    assert is_store_url(name)


@pytest.mark.parametrize(
    "name", ["-", "s3", "s3:/b", "./s3://b", "http://b/a", "file:///a", "logs/s3.log", "abs3://b/a"]
)
def test_everything_else_is_a_file(name):
    assert not is_store_url(name)


@given(st.sampled_from(["s3", "gs", "az"]), KEYS)
def test_a_url_is_read_as_it_is_written(scheme, key):
    """Whatever stands in a key, line feeds included."""
    url = parse_url(f"{scheme}://bucket-1/{key}")
    assert (url.scheme, url.bucket, url.key) == (scheme, "bucket-1", key)
    assert str(url) == f"{scheme}://bucket-1/{key}"


@given(st.from_regex(r"\A[A-Za-z0-9._ -]{1,20}(/[A-Za-z0-9._ -]{1,20}){0,3}\Z"))
def test_the_parts_of_a_name_are_those_of_a_path(key):
    """pathlib is the other reader; it drops dots that stand alone."""
    path, url = PurePosixPath(key), StoreUrl("s3", "bucket", key)
    if not {".", ".."} & set(key.split("/")):
        assert (url.name, url.stem, url.suffix) == (path.name, path.stem, path.suffix)
        assert url.with_name("other").key == str(path.with_name("other"))
        assert (url / "report.html").key == str(path / "report.html")


@pytest.mark.parametrize(
    "name",
    [
        "s3://AKIA123:hunter2sesame@bucket/a",
        "s3://hunter2sesame@bucket/a",
        "az://logs/a.log?sv=2024&sig=hunter2sesame",
        "s3://bucket/a?X-Amz-Signature=hunter2sesame",
    ],
)
def test_a_url_with_credentials_is_refused_without_repeating_it(name):
    with pytest.raises(UsageError) as caught:
        parse_url(name)
    assert "hunter2sesame" not in str(caught.value)
    assert "never from a URL" in str(caught.value)


@pytest.mark.parametrize("name", ["s3://", "s3:///a", "s3://../a", "s3://a b/c", "s3://b\n/c"])
def test_a_url_without_a_bucket_is_refused(name):
    with pytest.raises(UsageError, match="names no bucket"):
        parse_url(name)


@pytest.mark.parametrize("name", ["s3://b", "s3://b/", "s3://b/../a", "s3://b/a//c", "s3://b/./a", "s3://b/a/ "])
def test_an_output_needs_a_key_that_reaches_the_store_as_it_is(name):
    with pytest.raises(UsageError):
        parse_output(name)


@pytest.mark.parametrize(
    ("url", "environment", "expected"),
    [
        (S3, {}, {"bucket": "logs"}),
        (S3, {"AWS_DEFAULT_REGION": "eu-west-1"}, {"bucket": "logs", "region": "eu-west-1"}),
        (S3, {"AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"}, {"bucket": "logs", "region": "a"}),
        (
            S3,
            {"AWS_ENDPOINT_URL": "https://a", "AWS_ENDPOINT_URL_S3": "https://b"},
            {"bucket": "logs", "endpoint": "https://b"},
        ),
        (S3, {"AWS_SKIP_SIGNATURE": "true", "AWS_REGION": ""}, {"bucket": "logs", "skip_signature": "true"}),
        (GS, {}, {"bucket": "logs"}),
        (
            GS,
            {"STORAGE_EMULATOR_HOST": "localhost:4443"},
            {"bucket": "logs", "endpoint": "http://localhost:4443", "skip_signature": "true"},
        ),
        (
            AZ,
            {"AZURE_STORAGE_ACCOUNT": "acme", "AZURE_STORAGE_KEY": "a2V5"},
            {
                "container": "logs",
                "account_name": "acme",
                "account_key": "a2V5",
                "endpoint": "https://acme.blob.core.windows.net",
            },
        ),
        (
            AZ,
            {
                "AZURE_STORAGE_CONNECTION_STRING": "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=a2V5PT0=="
                ";EndpointSuffix=core.chinacloudapi.cn"
            },
            {
                "container": "logs",
                "account_name": "acme",
                "account_key": "a2V5PT0==",
                "endpoint": "https://acme.blob.core.chinacloudapi.cn",
            },
        ),
    ],
)
def test_variables_of_the_providers_tools_are_understood(url, environment, expected):
    """https://docs.aws.amazon.com/sdkref, learn.microsoft.com/azure/storage/common/storage-configure-connection-string."""
    assert settings(url, environment) == expected


def test_without_an_account_azure_cannot_be_asked():
    with pytest.raises(UsageError, match="AZURE_STORAGE_ACCOUNT"):
        settings(AZ, {})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1:9000", "localhost:1", "[::1]:80", "LOCALHOST"])
def test_plain_http_is_fine_on_this_machine(host):
    assert settings(S3, {"AWS_ENDPOINT_URL": f"http://{host}"})["endpoint"] == f"http://{host}"


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "minio", "localhost.example.com", "127.0.0.1.example.com", "[::2]", "0.0.0.0"]
)
@pytest.mark.parametrize(
    ("url", "variable", "allowed"),
    [
        (S3, "AWS_ENDPOINT_URL", "AWS_ALLOW_HTTP"),
        (GS, "STORAGE_EMULATOR_HOST", "GOOGLE_ALLOW_HTTP"),
        (AZ, "AZURE_STORAGE_SERVICE_ENDPOINT", "AZURE_ALLOW_HTTP"),
    ],
)
def test_plain_http_elsewhere_has_to_be_allowed(url, variable, allowed, host):
    """Anybody between could read the logs, or replay the requests."""
    environment = {**ACCOUNT, variable: f"http://{host}"}
    with pytest.raises(UsageError, match=allowed):
        settings(url, environment)
    assert settings(url, {**environment, allowed: "true"})["endpoint"] == f"http://{host}"


@pytest.mark.parametrize(
    "endpoint", ["ftp://127.0.0.1", "https://", "https://me:hunter2sesame@host", "http://[::1", "host"]
)
def test_an_endpoint_that_is_no_plain_url_is_refused(endpoint):
    with pytest.raises(UsageError) as caught:
        settings(S3, {"AWS_ENDPOINT_URL": endpoint})
    assert "hunter2sesame" not in str(caught.value)


@given(st.sampled_from(["NotFound", "Unexpected", "PermissionDenied"]), st.text(max_size=30), st.text(max_size=30))
def test_nothing_that_a_store_answers_is_repeated_but_its_code(kind, before, after):
    """A SAS token stands in every URL, and URLs stand in the library's errors."""
    token = "sig=9Zq8hunter2sesame%3D"
    assert "hunter2" not in why(kind, f"{before}\n   uri: https://a/b?{token}\n{after} {token}")


def test_the_name_of_a_key_decides_no_reason():
    text = "Unexpected at read\n\nContext:\n   uri: http://a/b/NoSuchBucket\n   path: NoSuchBucket\n   status: 503"
    assert why("Unexpected", text) == "the store answered with status 503"
