# SPDX-License-Identifier: Apache-2.0
"""Roots and a container store of a test's own, on a machine that has no container engine running."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASE = "docker.io/library/debian:bookworm-slim"

# What Debian's slim images leave out; and who reaches the registries through an authority of its own
# has that in the base, so that the Containerfiles need not know of it.
MAKE_BASE = [
    "mmdebstrap",
    "--quiet",
    "--variant=minbase",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/info/*",
    '--customize-hook=mkdir -p "$1/usr/local/share/ca-certificates"',
    "--customize-hook=copy-in /usr/local/share/ca-certificates /usr/local/share",
    '--customize-hook=rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/var/log/* "$1"/usr/share/man',
    "bookworm",
]


def call(*words, timeout=900, exits=0, **more):
    """A command that has to end as expected, within its time; what it wrote to standard output."""
    process = subprocess.Popen(
        [str(word) for word in words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **more,
    )
    try:
        out, err = process.communicate(timeout=timeout)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)  # and all that it has started
        process.communicate()
        raise
    said = f"{' '.join(map(str, words))}: exit {process.returncode}\n{out[-4000:]}\n{err[-4000:]}"
    assert exits is None or process.returncode == exits, said
    return out


def make_base(tar):
    if not tar.exists():
        part = tar.with_name("part.tar")
        call(*MAKE_BASE, part)
        part.rename(tar)
    return tar


def copy_source(target):
    """The files of the source, as an archive of a release has them: without what git keeps."""
    names = call("git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z").split("\0")
    for name in filter(None, names):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


@contextlib.contextmanager
def bare_root(tar, folder):
    """Unpacked, with /proc, /dev and the way to the network; and nothing of it left afterwards."""
    folder.mkdir()
    call("tar", "-C", folder, "-xf", tar)
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", folder / "etc" / name)
    mounts = []
    try:
        for kind in ("proc", "dev"):
            call("mount", "--bind" if kind == "dev" else "-tproc", f"/{kind}", folder / kind)
            mounts.append(folder / kind)
        yield folder
    finally:
        for mount in reversed(mounts):
            call("umount", "--lazy", mount)
        shutil.rmtree(folder)


def inside(root, *words, timeout=900, **environment):
    """A command in the root, as a login on such a machine would run it."""
    plain = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    return call("chroot", root, *words, timeout=timeout, env={**plain, **proxies, **environment})
