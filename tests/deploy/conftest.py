# SPDX-License-Identifier: Apache-2.0
"""What is delivered, tried as its users meet it: on a bare machine, as images, as a package, in a
cluster's files. Needs root, Debian's archive and the registries of jars and Python packages; needs no
stack. All of it lies in one folder, which is removed: with SLUICE_DEPLOY_LAB set it is that one, and
stays, with the base and the images in it, for the next run."""
import os
import pathlib
import shutil
import tempfile

import pytest

from engine import Engine
from machine import make_base

LOCAL = pathlib.Path(os.environ.get("SLUICE_LOCAL", pathlib.Path.home() / ".local" / "share" / "sluice"))


def pytest_sessionstart(session):
    if os.geteuid() != 0:
        pytest.exit("tests/deploy makes roots and images: it has to run as root", returncode=77)


@pytest.fixture(scope="session")
def lab():
    kept = os.environ.get("SLUICE_DEPLOY_LAB")
    LOCAL.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(kept or tempfile.mkdtemp(prefix="deploy-", dir=LOCAL)).resolve()
    folder.mkdir(exist_ok=True)
    yield folder
    if not kept:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def base(lab):
    """A tar of what debian:bookworm-slim holds."""
    return make_base(lab / "base.tar")


@pytest.fixture(scope="session")
def engine(lab, base):
    one = Engine(lab)
    one.import_base(base)
    yield one
    one.close()
