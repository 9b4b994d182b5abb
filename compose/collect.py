# SPDX-License-Identifier: Apache-2.0
"""Lays out the files of an image: what was installed, the libraries that it needs, and the records of
the Debian packages that they come from, where scanners look for them. Then lists those packages in a
CycloneDX document.

    collect.py INSTALLED IMAGE SBOM
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import uuid

BINARY = "usr/bin/sluice"
# GLib loads its TLS by name, and libc its resolver's parts.
LOADED = ["gio/modules/libgiognutls.so", "libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2"]
DATA = ["/etc/ssl/certs/ca-certificates.crt", "/usr/lib/locale/C.utf8"]
ZONES = pathlib.Path("/usr/share/zoneinfo")  # mappings name them
# CSV files are in them (--encoding), as far as they are common: all of them would be 8 MB.
ENCODINGS = [
    "gconv-modules*", "ISO8859-*.so", "CP125*.so", "KOI8-*.so", "IBM437.so", "IBM850.so", "MACINTOSH.so", "UTF-16.so",
    "UTF-32.so", "EUC-*.so", "SJIS.so", "BIG5.so", "GB18030.so", "GBK.so", "lib*.so",
]
USER = 65532
WRITTEN = {
    "etc/passwd": f"root:x:0:0:root:/:/sbin/nologin\nsluice:x:{USER}:{USER}:sluice:/data:/sbin/nologin\n",
    "etc/group": f"root:x:0:\nsluice:x:{USER}:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def ask(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def needed(objects):
    """The libraries of the programs and libraries, and the loader, as they lie here."""
    for one in objects:
        for line in ask("ldd", str(one)).splitlines():
            if found := re.search(r"(/\S+) \(0x", line):
                yield pathlib.Path(found[1]).resolve()


def loader():
    """Where the kernel looks for it; the name is part of the machine's ABI."""
    said = ask("readelf", "-l", "/usr/bin/env")
    return pathlib.Path(re.search(r"interpreter: (\S+)\]", said)[1])


def copy(path, image, name=None):
    """To where it belongs when /lib and /usr/lib are one."""
    target = image / (name or path).relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(path, target)
        target.chmod(0o755 if ".so" in path.name else 0o644)


def collect(installed, image):
    """Copies everything; returns the paths of what Debian's packages own."""
    libraries = pathlib.Path(ask("gcc", "-print-multiarch").strip())
    folder = pathlib.Path("/usr/lib") / libraries
    plugins = [folder / name for name in LOADED]
    shutil.copytree(installed, image, ignore=shutil.ignore_patterns("man", "bash-completion", "zsh", "fish"))
    for name in ("lib", "lib64"):
        (image / "usr" / name).mkdir(parents=True, exist_ok=True)
        (image / name).symlink_to(f"usr/{name}")
    owned = sorted({*plugins, *needed([installed / BINARY, *plugins])})
    for path in owned:
        copy(path, image)
        soname = re.search(r"SONAME.*\[(.+)\]", ask("readelf", "-d", str(path)))
        if soname and soname[1] != path.name:
            (image / path.relative_to("/")).with_name(soname[1]).symlink_to(path.name)
    start = loader()
    if not (image / start.relative_to("/")).exists():
        (image / "usr" / start.relative_to("/")).symlink_to(start.resolve())
    for path in map(pathlib.Path, DATA):
        copy(path, image)
    for pattern in ENCODINGS:
        for path in (folder / "gconv").glob(pattern):
            copy(path, image)
    shutil.copytree(ZONES, image / ZONES.relative_to("/"), ignore=shutil.ignore_patterns("right", "posix"))
    return [*owned, ZONES / "UTC", pathlib.Path("/usr/share/ca-certificates"), pathlib.Path("/usr/lib/locale/C.utf8/LC_CTYPE")]


def packages_of(paths):
    """{name: record} of the packages that own the paths, which dpkg may know without their /usr."""
    found = {}
    for path in paths:
        for name in (str(path), str(path).removeprefix("/usr")):
            done = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True)
            if done.returncode == 0:
                owner = done.stdout.split(": ")[0].split(",")[0]
                found[owner.split(":")[0]] = ask("dpkg-query", "-s", owner)
                break
        else:
            sys.exit(f"no package owns {path}")
    return dict(sorted(found.items()))


def write_records(packages, image):
    for name, record in packages.items():
        place = image / "var/lib/dpkg/status.d" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(record)
        copy(pathlib.Path("/usr/share/doc") / name / "copyright", image)


def field(record, name):
    found = re.search(rf"^{name}: (.+)$", record, re.M)
    return found[1] if found else None


def sbom(packages, version):
    """CycloneDX 1.6. Its serial number follows from what it lists: the same image, the same document."""
    names = [f"{name}={field(record, 'Version')}" for name, record in packages.items()]
    components = []
    for name, record in packages.items():
        arch, debian = field(record, "Architecture"), field(record, "Version")
        url = f"pkg:deb/debian/{name}@{debian.replace('+', '%2B').replace(':', '%3A')}?arch={arch}&distro=debian-12"
        components.append({"type": "library", "bom-ref": url, "name": name, "version": debian, "purl": url})
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, ' '.join([version, *names]))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "sluice",
                "name": "sluice",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": components,
        "dependencies": [{"ref": "sluice", "dependsOn": [one["bom-ref"] for one in components]}],
    }


def main(installed, image, document):
    installed, image = pathlib.Path(installed), pathlib.Path(image)
    packages = packages_of(collect(installed, image))
    write_records(packages, image)
    for name, text in WRITTEN.items():
        (image / name).parent.mkdir(parents=True, exist_ok=True)
        (image / name).write_text(text)
    for name, mode, owner in (("tmp", 0o1777, 0), ("data", 0o755, USER)):
        (image / name).mkdir()
        (image / name).chmod(mode)
        shutil.chown(image / name, owner, owner)
    version = ask(str(installed / BINARY), "--version").split()[1]
    pathlib.Path(document).write_text(json.dumps(sbom(packages, version), indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
