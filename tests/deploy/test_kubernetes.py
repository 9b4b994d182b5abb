# SPDX-License-Identifier: Apache-2.0
"""The files for Kubernetes, as far as they can be tried without a cluster: built, held against the
schemas of the oldest and the newest version there is, and the program called as they call it."""
import copy
import json
import os
import pathlib
import re
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

from conftest import LOCAL
from machine import ROOT, call

OVERLAYS = sorted((ROOT / "compose" / "kubernetes" / "overlays").iterdir())
SCHEMAS = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
CHART = ROOT / "compose" / "kubernetes" / "chart"
CUSTOM = {
    "ScaledObject": "@kubernetes-models/keda@2",
    "PodMonitor": "@kubernetes-models/prometheus-operator@6",
    "PrometheusRule": "@kubernetes-models/prometheus-operator@6",
}
# The values that a chart is rendered with, by name.
VALUES = {
    "chart": {},
    "chart, all of it": {
        "scaling": {"enabled": True},
        "monitoring": {"podMonitor": True, "rules": True, "dashboard": True, "labels": {"release": "prometheus"}},
        "secret": "sluice-secrets",
        "env": {
            "SLUICE_KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
            "SLUICE_KAFKA_SASL_PASSWORD_FILE": "/run/secrets/sluice/kafka",
        },
        "mappings": {path.name: path.read_text() for path in (ROOT / "schemas").glob("c*") if ".schema" not in path.name},
        "podAnnotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "true"},
        "tolerations": [{"key": "ingest", "operator": "Exists"}],
    },
}
SOURCES = [*OVERLAYS, *VALUES]
HELM = "helm.sh/helm/v3/cmd/helm@v3.19.5"


@pytest.fixture(scope="session")
def helm():
    """The machine's, or one that is built once (some minutes), where there is Go."""
    place = LOCAL / "go"
    path = shutil.which("helm") or shutil.which("helm", path=place)
    if path is None and shutil.which("go"):
        call("go", "install", HELM, env={**os.environ, "GOBIN": str(place)}, timeout=1800)
        path = place / "helm"
    return path or pytest.skip("there is no helm on this machine, and no Go to build it")


def rendered(helm, values, *words, exits=0):
    """What the chart makes of the values."""
    given = json.dumps(values)
    command = [helm, "template", "sluice", CHART, "--kube-version", versions()[1], "-f", "-", *words]
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=120)
    assert done.returncode == exits, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one] if exits == 0 else done.stderr


def built(source, request):
    if isinstance(source, str):
        return rendered(request.getfixturevalue("helm"), VALUES[source])
    if not shutil.which("kubectl"):
        pytest.skip("there is no kubectl on this machine")
    return list(yaml.safe_load_all(call("kubectl", "kustomize", source)))


@pytest.fixture(scope="module", params=SOURCES, ids=lambda one: getattr(one, "name", one))
def resources(request):
    return built(request.param, request)


def versions():
    all_of_them = {tuple(map(int, re.findall(r"\d+", path.name)[:2])) for path in SCHEMAS.glob("v1.*-local-strict")}
    return [".".join(map(str, one)) for one in (min(all_of_them), max(all_of_them))]


def faults(resource, version):
    try:
        kubernetes_validate.validate(resource, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield error.message


def pod_of(resource):
    return resource["spec"]["template"]["spec"]


def config_of(resources):
    """The ConfigMap with sluice.conf."""
    (config,) = (one for one in resources if one["kind"] == "ConfigMap" and "sluice.conf" in one["data"])
    return config


def running(resources):
    return [one for one in resources if one["kind"] in ("Deployment", "Job")]


@pytest.mark.parametrize("version", versions())
def test_each_resource_fits_its_schema(resources, version):
    known = [one for one in resources if one["kind"] not in CUSTOM]
    assert known and not [(one["kind"], fault) for one in known for fault in faults(one, version)]


def test_a_wrong_resource_is_found(resources):
    for one in running(resources):
        for place, name in ((one["spec"], "replica"), (pod_of(one)["containers"][0], "readynessProbe")):
            assert name not in place
        wrong = copy.deepcopy(one)
        pod_of(wrong)["containers"][0]["readynessProbe"] = {}
        assert list(faults(wrong, versions()[1]))
        wrong = copy.deepcopy(one)
        pod_of(wrong)["terminationGracePeriodSeconds"] = "soon"
        assert list(faults(wrong, versions()[1]))


def test_pods_are_restricted(resources):
    """What the Pod Security Standard of that name asks for, and a bit more."""
    for one in running(resources):
        pod = pod_of(one)
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 65532
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not any(pod.get(name) for name in ("hostNetwork", "hostPID", "hostIPC"))
        for volume in pod["volumes"]:
            assert set(volume) & {"configMap", "secret", "persistentVolumeClaim"}, volume
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]["cpu"]


def test_what_selects_selects_the_pods(resources):
    labels = [one["spec"]["template"]["metadata"]["labels"] for one in running(resources)]
    selectors = [
        one["spec"].get("podSelector", one["spec"].get("selector"))["matchLabels"]
        for one in resources
        if one["kind"] in ("NetworkPolicy", "PodDisruptionBudget", "PodMonitor", "Deployment")
    ]
    for selector in selectors:
        assert any(selector.items() <= label.items() for label in labels), selector
    covered = [one["spec"]["podSelector"]["matchLabels"] for one in resources if one["kind"] == "NetworkPolicy"]
    for label in labels:
        assert any(selector.items() <= label.items() for selector in covered), label


def test_the_config_map_is_the_one_of_this_content(resources):
    config = config_of(resources)
    assert re.fullmatch(r"sluice-\w{10}", config["metadata"]["name"])
    for one in running(resources):
        names = [volume["configMap"]["name"] for volume in pod_of(one)["volumes"] if "configMap" in volume]
        assert names == [config["metadata"]["name"]]


def test_sluice_takes_what_it_is_given(resources, tmp_path):
    """The configuration and the environment of each pod, with its files where the test may write them."""
    program = os.environ.get("SLUICE", ROOT / "build" / "tests" / "src" / "sluice")
    config = config_of(resources)
    for name, text in config["data"].items():
        (tmp_path / name).write_text(text)
    for name in ("kafka", "ca.pem"):
        (tmp_path / name).write_text("secret\n")
    for one in running(resources):
        container = pod_of(one)["containers"][0]
        environment = {
            each["name"]: re.sub(r"^(/etc/sluice|/run/secrets/sluice)(?=/|$)", f"{tmp_path}", each["value"])
            for each in container["env"]
        }
        shown = subprocess.run([program, container["args"][0], "--help"], capture_output=True, text=True, check=True).stdout
        for word in container["args"]:
            assert not word.startswith("--") or f"{word} " in shown, word
        call(program, "check", "--offline", env={**os.environ, **environment})
        typo = {**environment, "SLUICE_CONFIG": str(tmp_path / "typo.conf")}
        (tmp_path / "typo.conf").write_text(config["data"]["sluice.conf"] + "listens = 1\n")
        call(program, "check", "--offline", env={**os.environ, **typo}, exits=2)


MODELS = """\
import {ScaledObject} from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import {PodMonitor} from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor";
import {PrometheusRule} from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule";
const kinds = {ScaledObject, PodMonitor, PrometheusRule};
for (const one of JSON.parse(process.argv[2])) {
  const made = new kinds[one.kind](one);
  try {
    made.validate();
  } catch (error) {
    console.log(`${one.kind}: ${error.message}`);
    process.exitCode = 7;
  }
}
"""


def test_custom_resources_fit_their_models(lab, request):
    if not shutil.which("npm"):
        pytest.skip("there is no npm on this machine")
    folder = lab / "models"
    folder.mkdir(exist_ok=True)
    call("npm", "install", "--silent", "--no-package-lock", "--prefix", folder, *set(CUSTOM.values()), timeout=600)
    (folder / "validate.mjs").write_text(MODELS)
    custom = [one for source in SOURCES for one in built(source, request) if one["kind"] in CUSTOM]
    assert {one["kind"] for one in custom} == set(CUSTOM)
    call("node", folder / "validate.mjs", json.dumps(custom), cwd=folder)
    for one in custom:
        wrong = copy.deepcopy(one)
        wrong["spec"] = {**wrong["spec"], "triggers": "none", "podMetricsEndpoints": "none", "groups": "none"}
        call("node", folder / "validate.mjs", json.dumps([wrong]), cwd=folder, exits=7)


@pytest.mark.parametrize("source", [ROOT / "compose/kubernetes/overlays/scaled", "chart, all of it"])
def test_keda_asks_for_each_topic_by_name(source, request):
    """KEDA refuses limitToPartitionsWithLag without a topic, and together with allowIdleConsumers."""
    resources = built(source, request)
    (scaled,) = (one for one in resources if one["kind"] == "ScaledObject")
    for trigger in scaled["spec"]["triggers"]:
        asked = trigger["metadata"]
        assert asked["topic"] and asked["consumerGroup"] == "sluice"
        assert asked["limitToPartitionsWithLag"] == asked["excludePersistentLag"] == "true"
        assert "allowIdleConsumers" not in asked
    (deployment,) = (one for one in resources if one["kind"] == "Deployment")
    assert "replicas" not in deployment["spec"]


def test_the_chart_says_what_the_base_says(helm, request):
    """Pods are the same but for labels that tell releases apart; a typo in the values is refused; helm has no remark."""
    call(helm, "lint", "--strict", CHART)
    base, chart = built(ROOT / "compose/kubernetes/overlays/single", request), rendered(helm, {})

    def pods(resources):
        made = {}
        for one in running(resources):
            pod = copy.deepcopy(pod_of(one))
            for volume in pod["volumes"]:
                volume.pop("configMap")
            for spread in pod.get("topologySpreadConstraints", []):
                spread.pop("labelSelector")
            for container in pod["containers"]:
                container.pop("imagePullPolicy", None)
            made[pod["containers"][0]["name"]] = pod
        return made

    ours, theirs = pods(chart), pods(base)
    theirs["init"]["securityContext"]["fsGroup"] = 65532
    assert ours == theirs
    assert "imag" in rendered(helm, {"imag": {"tag": "1"}}, exits=1)
    assert "replicas" in rendered(helm, {"replicas": "many"}, exits=1)


def test_the_chart_carries_rules_and_dashboard(helm):
    resources = rendered(helm, VALUES["chart, all of it"])
    (rule,) = (one for one in resources if one["kind"] == "PrometheusRule")
    monitoring = ROOT / "compose" / "monitoring"
    assert rule["spec"] == yaml.safe_load((monitoring / "rules" / "sluice.yml").read_text())
    assert rule["metadata"]["labels"]["release"] == "prometheus"
    (dashboard,) = (one["data"] for one in resources if one["kind"] == "ConfigMap" and "sluice.json" in one["data"])
    assert json.loads(dashboard["sluice.json"]) == json.loads((monitoring / "grafana" / "sluice.json").read_text())
