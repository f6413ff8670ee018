"""The image of ``deploy/Dockerfile`` without a container engine: its steps run in roots made by ``debootstrap``.

Only the instructions that the Dockerfile uses are known; another one is an error.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from packaging.markers import Marker

from tests.conftest import skip_test
from tests.serving import ROOT, free_port, running

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
BASE = "debian:bookworm-slim"
#: The Python of that release.
PYTHON = "3.11.2"
#: What the slim images of Debian leave out of a minimal installation.
NOT_IN_SLIM = ("doc/*", "info/*", "locale/*", "man/*")
#: Root file systems, which later runs reuse.
CACHE = ROOT / "build" / "images"
DECLARATIONS = {"LABEL", "VOLUME", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}


def instructions(text=None):
    """Return the instructions of the Dockerfile in order, as pairs of a word and its arguments."""
    text = re.sub(r"^#.*\n", "", text or DOCKERFILE.read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r" *\\\n *", " ", text).splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line.strip()]


def stages(steps):
    """Return the instructions of each stage by its name; the last stage is called ``final``."""
    result = {}
    for word, arguments in steps:
        if word == "FROM":
            base, _, name = arguments.partition(" AS ")
            assert base == (BASE if name else "scratch")
            current = result.setdefault(name or "final", [])
        else:
            current.append((word, arguments))
    return result


def variables(steps, values=()):
    """Return the environment that ENV sets, with the values of build arguments."""
    arguments, environment = dict(values), {}
    for word, text in steps:
        if word == "ARG":
            name, _, default = text.partition("=")
            arguments.setdefault(name, default)
        elif word == "ENV":
            for pair in shlex.split(text):
                name, _, value = pair.partition("=")
                environment[name] = re.sub(r"\$(\w+)", lambda match: arguments[match[1]], value)
    return environment


def one(steps, word):
    """Return the arguments of an instruction that a stage has once."""
    [arguments] = [text for name, text in steps if name == word]
    return arguments


def base_root():
    """Return a minimal Debian, without what the slim image leaves out."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        skip_test(
            "because there is no debootstrap (Debian: apt-get install debootstrap), or no right to run it."
        )
    root = CACHE / "base"
    if not root.exists():
        new = CACHE / "base.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        run(["debootstrap", "--variant=minbase", "bookworm", new])
        for pattern in NOT_IN_SLIM:
            for path in (new / "usr/share").glob(pattern):
                # Debian's images keep the licences.
                for file in [path, *path.rglob("*")] if path.is_dir() else [path]:
                    if file.is_file() and file.name != "copyright":
                        file.unlink()
        for path in [*(new / "var/cache/apt").glob("*.bin"), *(new / "var/cache/apt/archives").glob("*.deb")]:
            path.unlink()
        shutil.rmtree(new / "var/lib/apt/lists")
        new.rename(root)
    return root


def build(folder, wheels, **arguments):
    """Run the steps of the Dockerfile in copies of Debian; return the root of the last stage."""
    roots = {}
    for name, steps in stages(instructions()).items():
        roots[name] = root = folder / name
        if name == "final":
            root.mkdir()
        else:
            run(["cp", "-a", base_root(), root])
            shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        for word, text in steps:
            if word == "RUN":
                in_root(root, text, wheels)
            elif word == "COPY":
                copy(root, text, roots)
            else:
                assert word in DECLARATIONS | {"ENV", "ARG", "WORKDIR"}, word
    return roots["final"]


def in_root(root, command, wheels):
    """Run a command of the shell in a root, with the packages that pip would download."""
    (root / "wheels").mkdir(exist_ok=True)
    script = (
        f"mount --bind {wheels} {root}/wheels && mount -t proc proc {root}/proc && mount --bind /dev {root}/dev && "
        f"exec chroot {root} /bin/sh -c {shlex.quote(command)}"
    )
    environment = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "DEBIAN_FRONTEND": "noninteractive",
        **{name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")},
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "/wheels",
    }
    run(["unshare", "--mount", "--propagation", "private", "sh", "-c", script], env=environment)
    (root / "wheels").rmdir()


def copy(root, text, roots):
    """Copy files from another stage, or from the repository if ``.dockerignore`` lets them through."""
    *words, source, target = text.split()
    options = dict(word.split("=", 1) for word in words)
    target = root / target.lstrip("/")
    if "--from" in options:
        target.mkdir(parents=True, exist_ok=True)
        run(["cp", "-a", f"{roots[options['--from']] / source.lstrip('/')}/.", target])
        if "--chown" in options:
            run(["chown", "-R", options["--chown"], target])
        return
    for path in context():
        if source in (".", path):
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, target / path)


def context():
    """Return the tracked files that ``.dockerignore`` lets into the build, by its last matching pattern."""
    patterns = (ROOT / ".dockerignore").read_text("utf-8").split()
    output = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [path for path in output.splitlines() if not ignored(path, patterns) and (ROOT / path).is_file()]


def ignored(path, patterns):
    parents = [path, *(str(parent) for parent in Path(path).parents)][:-1]
    result = False
    for pattern in patterns:
        plain = pattern.removeprefix("!").replace("**/", "*")
        if any(fnmatch(parent, plain) for parent in parents):
            result = not pattern.startswith("!")
    return result


def run(command, **options):
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, **options)
    assert result.returncode == 0, f"{command}: {result.stdout[-2000:]} {result.stderr[-2000:]}"
    return result.stdout


def download_wheels(folder):
    """Download what ``requirements.txt`` locks, for the Python of Debian.

    pip would evaluate conditions with the Python that runs it, which may be newer.
    """
    folder.mkdir()
    locked = folder / "requirements.txt"
    entries = re.split(
        r"^(?=[\w.-]+(?:\[|==))", (ROOT / "requirements.txt").read_text("utf-8"), flags=re.MULTILINE
    )
    chosen = []
    for entry in filter(None, entries):
        requirement, _, hashes = entry.partition(" \\\n")
        requirement, _, condition = requirement.partition(" ; ")
        if not condition or Marker(condition).evaluate({"python_full_version": PYTHON}):
            chosen.append(f"{requirement} \\\n{hashes}")
    locked.write_text("".join(chosen))
    target = ("--python-version", "3.11", "--implementation", "cp", "--only-binary", ":all:")
    options = ("-q", "--require-hashes", "--no-deps", "--requirement", locked, "--dest", folder)
    run([sys.executable, "-m", "pip", "download", *target, *options])


def inside(root, data, command, environment):
    """Return the command that runs another in the image: root read-only, no capabilities, the image's user."""
    final = stages(instructions())["final"]
    user, _, group = one(final, "USER").partition(":")
    assignments = [f"{name}={value}" for name, value in (variables(final) | environment).items()]
    script = (
        f"mount --bind {root} {root} && mount -o remount,bind,ro {root} && mount -t tmpfs tmpfs {root}/tmp && "
        f"mount --bind {data} {root}/data && mount -t proc proc {root}/proc && mount --bind /dev {root}/dev && "
        # The last three are lost with the user.
        f"exec env -i {shlex.join(assignments)} setpriv --bounding-set=-all,+sys_chroot,+setuid,+setgid --inh-caps=-all --no-new-privs "
        f"unshare --root={root} --wd={one(final, 'WORKDIR')} --setgid={group} --setuid={user} "
        f"{shlex.join(command)}"
    )
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]


@contextmanager
def running_image(root, data, log, **environment):
    """Run the image as its ENTRYPOINT and CMD say, on a free port of this machine."""
    final = stages(instructions())["final"]
    command = json.loads(one(final, "ENTRYPOINT")) + json.loads(one(final, "CMD"))
    port = free_port()
    environment = {"HOST": "127.0.0.1", "PORT": str(port)} | environment
    user, _, group = one(final, "USER").partition(":")
    data.mkdir(exist_ok=True)
    os.chown(data, int(user), int(group))
    with running(inside(root, data, command, environment), f"http://127.0.0.1:{port}", log) as server:
        yield server
