# SPDX-License-Identifier: Apache-2.0
"""podman and buildah with a store and a configuration of a test's own."""
import json
import os
import shutil

from machine import BASE, call

CONF = {
    "storage.conf": '[storage]\ndriver = "overlay"\ngraphroot = "{lab}/containers"\nrunroot = "{lab}/run"\n',
    # The limits are those of a machine that may not raise its own.
    "containers.conf": """\
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
events_logger = "none"
cgroup_manager = "cgroupfs"
[network]
network_backend = "netavark"
network_config_dir = "{lab}/networks"
""",
}


class Engine:
    """The images and containers in the folder `lab`."""

    def __init__(self, lab):
        self.lab = lab
        for name, text in CONF.items():
            (lab / name).write_text(text.format(lab=lab))
        (lab / "tmp").mkdir(exist_ok=True)
        self.environment = {
            **os.environ,
            "CONTAINERS_STORAGE_CONF": str(lab / "storage.conf"),
            "CONTAINERS_CONF": str(lab / "containers.conf"),
            "TMPDIR": str(lab / "tmp"),
        }

    def podman(self, *words, **more):
        return call("podman", *words, env=self.environment, **more)

    def import_base(self, tar):
        if BASE not in self.podman("images", "--format", "{{.Repository}}:{{.Tag}}"):
            self.podman("import", "--quiet", tar, BASE)

    def build(self, name, file, *options, context, timeout=2400):
        """Builds as users do, but without a daemon, and with times that do not tell when."""
        call(
            "buildah", "bud", "--isolation", "chroot", "--format", "docker", "--layers", "--timestamp", "0",
            "-f", file, "-t", f"localhost/{name}", *options, context,
            env=self.environment, timeout=timeout,
        )  # fmt: skip

    def inspect(self, image):
        return json.loads(self.podman("image", "inspect", f"localhost/{image}"))[0]

    def layers(self, image):
        return self.inspect(image)["RootFS"]["Layers"]

    def unpack(self, image, folder):
        """The image's files, as it would run."""
        name = self.podman("create", f"localhost/{image}", "none").strip()
        self.podman("export", "-o", folder.with_suffix(".tar"), name)
        self.podman("rm", name)
        folder.mkdir()
        call("tar", "-C", folder, "-xf", folder.with_suffix(".tar"))
        folder.with_suffix(".tar").unlink()
        return folder

    def close(self):
        self.podman("rm", "-fa", exits=None)
        if not os.environ.get("SLUICE_DEPLOY_LAB"):
            self.podman("rmi", "-fa", exits=None)
            call("umount", "--lazy", self.lab / "containers" / "overlay", exits=None)
            shutil.rmtree(self.lab / "containers", ignore_errors=True)
