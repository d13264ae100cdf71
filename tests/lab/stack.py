"""Runs nginx, the bookings API and the identity service in a folder of their own, and stops them again."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lab import balancer as balancer_module
from lab import certificates
from lab import edge as edge_module
from lab.addresses import (
    APPLICATION,
    APPLICATION_GATE,
    BILLING_RELAY,
    EDGE,
    IDENTITY,
    PROBE,
    SECOND_APPLICATION,
)
from lab.balancer import Balancer, SyslogFile
from lab.edge import Edge
from lab.people import Account, canary
from lab.relay import Relay

HERE = Path(__file__).parent
NGINX = "/usr/sbin/nginx"
READY_WITHIN = 60.0
STOPPED_WITHIN = 10.0


class NotReadyError(Exception):
    """A program did not start; carries what it wrote."""


def programs_python() -> Path:
    """The interpreter that has tests/lab/requirements.txt, in an environment made on first use."""
    requirements = HERE / "requirements.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:8]
    home = Path(tempfile.gettempdir()) / f"harbor-python-{digest}"
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements], check=True
        )
        (home / "installed").touch()
    return python


class Stack:
    """Context manager; `home` holds etc, logs, www and the copied programs."""

    def __init__(
        self, *, edge: Edge, log_style: str, python: Path, balancer: Balancer | None = None, app_log: str = "app.jsonl"
    ) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="harbor-"))
        self.api_key = canary("hbr_key_")
        self.edge = edge
        self.gate = Relay(APPLICATION_GATE, APPLICATION)
        # replaced by a running one where the recording has a browser's second host
        self.billing = Relay(BILLING_RELAY, EDGE)
        self.variables: dict[str, str] = {}
        self._balancer = balancer
        self._app_log = app_log
        self._open = contextlib.ExitStack()
        self._log_style = log_style
        self._python = python
        self._database = f"postgresql://harbor_app:{canary('pw_')}@db.harbor.example:5432/bookings"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def prepare(self, accounts: Iterable[Account]) -> None:
        """Lays out the folder; before entering the context."""
        # nginx started by root drops to another user, who has to read www
        self.home.chmod(0o755)
        for name in ("etc", "logs", "temp"):
            (self.home / name).mkdir()
        shutil.copytree(HERE / "site", self.home / "www")
        shutil.copytree(HERE / "harbor", self.home / "app" / "harbor", ignore=shutil.ignore_patterns("__pycache__"))
        self._write_edge()
        if self._balancer:
            self._write_balancer()
        users = {
            one.username: {"id": one.id, "password": one.password, "role": one.role, "lifetime": one.lifetime}
            for one in accounts
        }
        self.configure("users.json", users)
        self.configure("api_keys.json", {self.api_key: "kestrel-sync"})
        self.configure("flags.json", {"lane_tariffs": False})
        certificates.make(self.home / "etc")

    def __enter__(self) -> Self:
        try:
            self._start_service("identity", IDENTITY)
            self.install_keys("current.json")
            self.start_application()
            self._open.enter_context(self.gate)
            self._start_nginx()
            if self._balancer:
                self._start_balancer()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def configure(self, name: str, content: Any) -> None:
        """Replaces a file under etc/ in one step, as a deployment tool does."""
        self._replace(self.home / "etc" / name, content)

    def publish(self, name: str, content: Any) -> None:
        """Replaces a JSON file of the web application."""
        self._replace(self.home / "www" / name, content)

    def reload(self, edge: Edge) -> None:
        """Gives nginx another configuration as an operator does: the file, then SIGHUP; `edge` is the one in force."""
        self.edge = edge
        self._write_edge()
        self._processes["nginx"].send_signal(signal.SIGHUP)

    def balance(self, balancer: Balancer) -> None:
        """Gives HAProxy another configuration: the file, then SIGUSR2 to its master (management guide, section 4)."""
        self._balancer = balancer
        self._write_balancer()
        self._processes["haproxy"].send_signal(signal.SIGUSR2)

    def install_keys(self, published: str) -> None:
        """Makes the API trust the key set that the identity service published under this name."""
        self.configure("keyset.json", json.loads((self.home / "etc" / published).read_text()))

    def start_application(self) -> None:
        """Starts the bookings API and waits for it."""
        self._start_service("application", APPLICATION)

    def start_second_application(self, address: tuple[str, int] = SECOND_APPLICATION) -> None:
        """Starts another instance of the bookings API beside the first; both write to the same log."""
        self._start_service("application", address, name="application-2")

    def stop_application(self, name: str = "application") -> None:
        """Stops the bookings API as a deployment does: SIGTERM, then a wait."""
        self._stop(name)

    def stop_edge(self) -> None:
        """Stops nginx."""
        self._stop("nginx")

    def start_edge(self) -> None:
        """Starts nginx again and waits for it."""
        self._start_nginx()

    def process(self, name: str) -> int:
        """The id of a running program: application, application-2, identity, nginx, haproxy."""
        return self._processes[name].pid

    def stop(self) -> None:
        """Stops whatever runs, the outermost first."""
        for name in reversed(list(self._processes)):
            self._stop(name)
        self._open.close()

    def remove(self) -> None:
        """Deletes the folder, with the keys in it."""
        shutil.rmtree(self.home)

    def _write_edge(self) -> None:
        (self.home / "etc" / "nginx.conf").write_text(edge_module.configuration(self.edge))

    def _write_balancer(self) -> None:
        assert self._balancer
        text = balancer_module.configuration(self._balancer, (APPLICATION,))
        (self.home / "etc" / "haproxy.cfg").write_text(text)

    def _replace(self, path: Path, content: Any) -> None:
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(json.dumps(content))
        draft.replace(path)

    def _start_service(self, module: str, address: tuple[str, int], name: str | None = None) -> None:
        command = [
            str(self._python), "-m", "gunicorn", f"harbor.{module}:create_application()",
            "--bind", f"{address[0]}:{address[1]}", "--worker-class", "gthread", "--workers", "1", "--threads", "24",
            "--logger-class", "harbor.log_styles.GunicornLogger", "--no-control-socket",
        ]  # fmt: skip
        variables = {
            "HARBOR_HOME": str(self.home),
            "HARBOR_SERVICE": "bookings-api" if module == "application" else module,
            "HARBOR_LOG_STYLE": self._log_style,
            "HARBOR_DATABASE_URL": self._database,
            "PYTHONDONTWRITEBYTECODE": "1",
            "TZ": "UTC",
            **self.variables,
        }
        self._run(name or module, command, variables, folder=self.home / "app")
        self._wait_until_ready(name or module, address)

    def _start_nginx(self) -> None:
        self._run(
            "nginx",
            [NGINX, "-p", str(self.home), "-c", "etc/nginx.conf", "-e", "logs/error.log"],
            {"TZ": self.edge.timezone},
            folder=self.home,
        )
        deadline = time.monotonic() + READY_WITHIN
        while not (self.home / "nginx.pid").exists():
            self._check("nginx", deadline)

    def _start_balancer(self) -> None:
        assert self._balancer
        self._open.enter_context(SyslogFile(self.home / "logs" / "haproxy.log"))
        command = [balancer_module.HAPROXY, "-W", "-f", "etc/haproxy.cfg", "-p", "haproxy.pid"]
        self._run("haproxy", command, {"TZ": self._balancer.timezone}, folder=self.home)
        deadline = time.monotonic() + READY_WITHIN
        while not (self.home / "haproxy.sock").exists():
            self._check("haproxy", deadline)
        # the balancer's first health checks
        time.sleep(1.5)

    def _run(self, name: str, command: list[str], variables: dict[str, str], *, folder: Path) -> None:
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables}
        with (
            (self.home / "logs" / self._app_log).open("ab") as output,
            (self.home / "logs" / f"{name}.stderr").open("ab") as errors,
        ):
            self._processes[name] = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=errors)

    def _wait_until_ready(self, name: str, address: tuple[str, int]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not _answers(address):
            self._check(name, deadline)

    def _check(self, name: str, deadline: float) -> None:
        if self._processes[name].poll() is not None or time.monotonic() > deadline:
            written = (self.home / "logs" / f"{name}.stderr").read_text()
            raise NotReadyError(f"{name} did not start in {self.home}:\n{written}")
        time.sleep(0.05)

    def _stop(self, name: str) -> None:
        process = self._processes.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(address: tuple[str, int]) -> bool:
    connection = http.client.HTTPConnection(*address, timeout=1, source_address=(PROBE, 0))
    try:
        connection.request("GET", "/healthz", headers={"X-Real-IP": PROBE})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
