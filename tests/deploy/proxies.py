"""nginx, Caddy and Varnish with the configurations of ``deploy/``, in front of servers on this machine."""

import os
import pwd
import re
import shutil
import socket
import subprocess
from contextlib import contextmanager

from tests.conftest import skip_test
from tests.deploy.origins import request
from tests.serving import ROOT, RunningServer, free_port
from tests.waiting import until

DEPLOY = ROOT / "deploy"
#: What is set on the command line of Varnish, and how the machine of a test runs it.
VARNISH_OPTIONS = ("-p", "http_gzip_support=off")


def program(name):
    """Return the path of a program, or skip the test."""
    path = shutil.which(name, path=f"/usr/sbin:{os.environ['PATH']}")
    if path is None:
        package = {"varnishd": "varnish", "nginx": "nginx-light"}.get(name, name)
        skip_test(f"because there is no {name} (Debian: apt-get install {package}).")
    return path


@contextmanager
def running(command, folder, port, **environment):
    """Run a proxy until the end of the block; yield it once it accepts connections."""
    log = folder / "proxy.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=os.environ | environment
        )
    server = RunningServer(f"http://127.0.0.1:{port}", process, log)
    try:
        assert until(lambda: is_open(port) or process.poll() is not None), server.output
        assert process.poll() is None, server.output
        yield server
    finally:
        server.stop()


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def nginx(folder, *ports, replace=()):
    """nginx with ``deploy/nginx/subtext.conf``, which includes the configuration of one site."""
    port = free_port()
    binary = program("nginx")
    servers = "".join(f"    server 127.0.0.1:{each} max_fails=0;\n" for each in ports)
    site = re.sub(
        r" {4}server 127\.0\.0\.1:8000 max_fails=0;\n", servers, (DEPLOY / "nginx/subtext.conf").read_text()
    )
    site = replaced(
        site, ("/var/cache/nginx", str(folder)), ("listen 80;", f"listen 127.0.0.1:{port};"), *replace
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temp_paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = pwd.getpwuid(os.getuid()).pw_name
    config = folder / "nginx.conf"
    # As in Debian's nginx.conf, compression is on.
    config.write_text(
        f"user {user};\npid {folder}/nginx.pid;\nerror_log stderr;\ndaemon off;\nworker_processes 2;\n"
        f"events {{}}\nhttp {{\ngzip on;\naccess_log off;\n{temp_paths}{site}}}\n"
    )
    with running([binary, "-c", config], folder, port) as server:
        yield server


@contextmanager
def caddy(folder, *ports, replace=()):
    """Caddy with ``deploy/caddy/Caddyfile``, without TLS."""
    port, binary = free_port(), program("caddy")
    config = folder / "Caddyfile"
    config.write_text(
        replaced(
            (DEPLOY / "caddy/Caddyfile").read_text(),
            ("subtext.example {", f"http://127.0.0.1:{port} {{"),
            ("{\n\tservers", "{\n\tadmin off\n\tservers"),
            ("127.0.0.1:8000", " ".join(f"127.0.0.1:{each}" for each in ports)),
            *replace,
        )
    )
    environment = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    command = [binary, "run", "--adapter", "caddyfile", "--config", config]
    with running(command, folder, port, **environment) as server:
        yield server


@contextmanager
def varnish(folder, *ports, replace=()):
    """Varnish with ``deploy/varnish/subtext.vcl``."""
    port, binary = free_port(), program("varnishd")
    text = (DEPLOY / "varnish/subtext.vcl").read_text()
    [backend] = re.findall(r"^backend server1 \{.*?^\}\n", text, re.MULTILINE | re.DOTALL)
    backends = "".join(
        backend.replace("server1", f"server{number}").replace('"8000"', f'"{each}"')
        for number, each in enumerate(ports, 1)
    )
    added = "".join(f"    subtext.add_backend(server{number});\n" for number in range(1, len(ports) + 1))
    text = re.sub(r" {4}subtext\.add_backend\(server1\);.*\n", added, text.replace(backend, backends))
    config = folder / "subtext.vcl"
    config.write_text(replaced(text, *replace))
    command = [binary, "-F", "-a", f"127.0.0.1:{port}", "-f", config, "-n", folder / "varnish"]
    command += ["-j", "none", "-s", "malloc,64m", "-T", "none", *VARNISH_OPTIONS]
    with running(command, folder, port) as server:
        yield server


def replaced(text, *replacements):
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text


def store(url, path, *headers):
    """Request a path until the response is a copy of the proxy. nginx stores one after it has sent it."""
    assert until(lambda: request(url, path, headers=headers)[1]["X-Cache"] not in (None, "MISS"))


PROXIES = {"nginx": nginx, "caddy": caddy, "varnish": varnish}
CACHES = {"nginx": nginx, "varnish": varnish}
