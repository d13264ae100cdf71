"""What the environment says of a store: endpoint, region, account; credentials are mostly found by the library."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from analyzer.errors import UsageError
from analyzer.stores._url import StoreUrl

Settings = dict[str, str]
Environment = Mapping[str, str]

SERVICES = {"s3": "s3", "gs": "gcs", "az": "azblob"}
_PROVIDERS = {"s3": "AWS", "gs": "GOOGLE", "az": "AZURE"}


def settings(url: StoreUrl, environment: Environment) -> Settings:
    """Gives OpenDAL's options for the bucket; raises UsageError for an endpoint that credentials may not be sent to.

    The variables are those of the AWS, Google and Azure command lines and client libraries.
    """
    found = _READERS[url.scheme](environment)
    found["container" if url.scheme == "az" else "bucket"] = url.bucket
    provider = _PROVIDERS[url.scheme]
    if _is_set(environment, f"{provider}_SKIP_SIGNATURE"):
        found["skip_signature"] = "true"
    if "endpoint" in found:
        _check_endpoint(found["endpoint"], provider, environment)
    return {name: value for name, value in found.items() if value}


def _s3(environment: Environment) -> Settings:
    """https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html."""
    found = {
        "endpoint": _first(environment, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
        "region": _first(environment, "AWS_REGION", "AWS_DEFAULT_REGION"),
        "profile": _first(environment, "AWS_PROFILE"),
    }
    return {name: value for name, value in found.items() if value}


def _gcs(environment: Environment) -> Settings:
    """https://cloud.google.com/docs/authentication/application-default-credentials; an emulator wants no signature."""
    host = _first(environment, "STORAGE_EMULATOR_HOST")
    if not host:
        return {}
    return {"endpoint": host if "://" in host else f"http://{host}", "skip_signature": "true"}


def _azure(environment: Environment) -> Settings:
    """https://learn.microsoft.com/azure/storage/blobs/authorize-data-operations-cli and its connection strings."""
    words = (part.partition("=") for part in _first(environment, "AZURE_STORAGE_CONNECTION_STRING").split(";"))
    told = {name.strip(): value.strip() for name, _, value in words}
    account = _first(environment, "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME") or told.get("AccountName", "")
    endpoint = _first(environment, "AZURE_STORAGE_SERVICE_ENDPOINT") or told.get("BlobEndpoint", "")
    if not account:
        raise UsageError("no storage account is named for az://.", hint="Set AZURE_STORAGE_ACCOUNT.")
    suffix = told.get("EndpointSuffix", "core.windows.net")
    return {
        "account_name": account,
        "account_key": _first(environment, "AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY")
        or told.get("AccountKey", ""),
        "sas_token": _first(environment, "AZURE_STORAGE_SAS_TOKEN") or told.get("SharedAccessSignature", ""),
        "endpoint": endpoint or f"https://{account}.blob.{suffix}",
    }


_READERS: dict[str, Callable[[Environment], Settings]] = {"s3": _s3, "gs": _gcs, "az": _azure}


def _first(environment: Environment, *names: str) -> str:
    return next((environment[name] for name in names if environment.get(name)), "")


def _is_set(environment: Environment, name: str) -> bool:
    return environment.get(name, "").lower() in ("1", "true", "yes")


def _check_endpoint(endpoint: str, provider: str, environment: Environment) -> None:
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise UsageError("the endpoint of the object store is no plain http or https URL.", hint="Check its variable.")
    allowed = f"{provider}_ALLOW_HTTP"
    if parts.scheme == "http" and not _is_loopback(host) and not _is_set(environment, allowed):
        message = "the endpoint of the object store is plain http and not on this machine: anybody could read along."
        raise UsageError(message, hint=f"Use https, or set {allowed}=true if the network is yours.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
