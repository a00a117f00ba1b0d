"""The container file, compose and Kubernetes, as far as they can be checked without an engine."""

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from bot import processes
from bot.settings import Settings
from bot.values import read_value
from tests.deploy.paths import DEPLOY, ROOT, program
from tests.deploy.test_env_example import SETTINGS

CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
LOCKED = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINNED = re.compile(r"[a-z0-9.-]+(/[a-z0-9-]+)+:v?[0-9]+\.[0-9]+(\.[0-9]+)?[a-z0-9.-]*")
OURS = ("migrate", "web", "worker")
SCRIPT = """
from PIL import Image
from bot import cli, settings
from bot.images import lettering, picture

cli.main(["db", "upgrade"], standalone_mode=False)
import wsgi

wsgi.bot.start()
client = wsgi.app.test_client()
pages = ["/admin/setup/", "/admin/assets/own/console.css", "/terms"]
print(settings.ROOT, *(client.get(page).status_code for page in pages))
wsgi.bot.stop()
titled = lettering.set_title(Image.new("RGB", (512, 512), "navy"), "\u753b\u4fe1")
with picture.turns:
    made = picture.finished(titled, produce_id="1", producer="wx1")
print(made.width)
"""


# ---- the container file ----


def instructions(name: str) -> list[str]:
    """Return the arguments of every instruction of that name, in order."""
    whole = re.sub(r"\\\n\s*", " ", CONTAINERFILE)
    return re.findall(rf"^{name} (.*)$", whole, re.MULTILINE)


def test_hadolint_finds_nothing_to_say() -> None:
    command = [program("hadolint"), "--no-color", str(DEPLOY / "Containerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_is_pinned_small_and_nobodys() -> None:
    (base,) = instructions("ARG")
    *_, final = re.split(r"^FROM .*$", CONTAINERFILE, flags=re.MULTILINE)

    assert PINNED.fullmatch(base.removeprefix("PYTHON="))
    assert instructions("FROM") == ["${PYTHON} AS build", "${PYTHON}"]
    assert instructions("ADD") == []
    assert instructions("USER") == ["10001:10001"]
    assert not re.search(r"apt-get|pip install|COPY .*(lock|pyproject)", final)
    assert "--require-hashes" in CONTAINERFILE
    assert "/healthz" in instructions("HEALTHCHECK")[0]
    # What changes seldom comes first, or every edit would install everything anew.
    order = [CONTAINERFILE.index(one) for one in ("COPY requirements.lock", "COPY bot bot")]
    assert order == sorted(order)
    assert (instructions("ENTRYPOINT"), instructions("CMD")[-1]) == (['["huaxin"]'], '["web"]')


def test_every_locked_package_has_a_hash() -> None:
    packages = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", LOCKED, re.MULTILINE | re.DOTALL)

    assert len(packages) > 50
    assert [one for one in packages if "--hash=sha256:" not in one] == []


def test_what_is_copied_is_all_that_runs(tmp_path: Path) -> None:
    """The first start, a page of the console and a labelled picture with a title."""
    tree = tmp_path / "tree"
    tree.mkdir()
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    copied = [one.split()[:-1] for one in instructions("COPY") if not one.startswith("--from")]
    for name in (name for names in copied for name in names):
        assert name in allowed
        source = ROOT / name
        skip = shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=skip)
        else:
            shutil.copy(source, tree)
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tree), "DATA_DIR": str(tmp_path / "data")}
    env |= {"WECHAT_APP_ID": "wx1", "WECHAT_APP_SECRET": "s", "WECHAT_TOKEN": "tok"}
    env |= {"OPENAI_API_KEY": "sk-1", "SECRET_KEY": "0123456789abcdef"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-5:] == [str(tree), "200", "200", "200", "512"]
    assert sorted((tree / "assets" / "fonts").iterdir())


# ---- compose ----


@cache
def compose() -> dict[str, Any]:
    loaded = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def seconds(said: str) -> float:
    return float(said.removesuffix("s"))


def test_compose_is_what_the_specification_asks_for() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"

    jsonschema.validate(compose(), json.loads(schema.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", list(services()))
def test_a_service_is_bounded_and_may_do_little(name: str) -> None:
    one = services()[name]

    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit", "logging"} <= set(one)
    assert "healthcheck" in one or name == "web"  # the image has its own
    assert ("restart" in one) == ("profiles" not in one)
    assert one["image"] == "huaxin:local" or PINNED.fullmatch(one["image"])
    assert ("ports" in one) == (name == "nginx")
    assert not one.get("privileged")
    assert "docker.sock" not in str(one)


def test_web_and_worker_share_their_data_and_stop_in_time() -> None:
    one = services()

    assert {str(one[name]["volumes"]) for name in OURS} == {"['data:/data']"}
    assert seconds(one["worker"]["stop_grace_period"]) > processes.GRACE + 10
    options = processes.gunicorn(bind="", processes=1, threads=1)
    assert seconds(one["web"]["stop_grace_period"]) > options["graceful_timeout"] + 5
    assert "user" not in one["web"]  # the image's own


def test_compose_sets_what_there_is_and_holds_no_secret() -> None:
    """Every value that is no reference has to be one the bot can read."""
    given = services()["web"]["environment"]
    subnet = compose()["networks"]["inside"]["ipam"]["config"][0]["subnet"]

    assert set(given) <= set(SETTINGS)
    assert all(read_value(name.lower(), value) for name, value in given.items())
    assert given["TRUSTED_PROXIES"] == subnet
    whole = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert re.findall(r"(?i)(?:password|secret|key): (?!\$\{)\S", whole) == []


# ---- Kubernetes ----


@cache
def manifests() -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        for one in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            found[one["kind"], one["metadata"]["name"]] = one
    return found


def pods() -> dict[str, dict[str, Any]]:
    return {
        name: one["spec"]["template"]["spec"]
        for (_, name), one in manifests().items()
        if "template" in one["spec" if "spec" in one else "metadata"]
    }


@pytest.mark.parametrize("version", ["1.29", "1.34"])
def test_kubernetes_takes_the_manifests(version: str) -> None:
    for one in manifests().values():
        kubernetes_validate.validate(one, version, strict=True)


@pytest.mark.parametrize("name", list(pods()))
def test_a_pod_may_do_little(name: str) -> None:
    """The "restricted" standard of Kubernetes, and a root that is read-only."""
    pod = pods()[name]
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"]
    assert (
        f"{pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}"
        == (instructions("USER")[0])
    )
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "memory" in container["resources"]["limits"]
    assert {"cpu", "memory"} <= set(container["resources"]["requests"])
    assert PINNED.fullmatch(container["image"])
    assert [one["mountPath"] for one in container["volumeMounts"]] == ["/data", "/tmp"]  # noqa: S108 — the container's


def test_the_manifests_belong_together() -> None:
    """Selectors select, budgets leave one, names that are referred to exist, stops have time."""
    all_of = manifests()
    for name in ("huaxin-web", "huaxin-worker"):
        deployment = all_of["Deployment", name]["spec"]
        labels = deployment["template"]["metadata"]["labels"]
        budget = all_of["PodDisruptionBudget", name]["spec"]
        assert deployment["selector"]["matchLabels"] == labels
        assert budget["selector"]["matchLabels"] == labels
        assert 1 <= budget["minAvailable"] < deployment["replicas"]
    web, worker = pods()["huaxin-web"], pods()["huaxin-worker"]
    service = all_of["Service", "huaxin-web"]["spec"]
    assert (
        service["selector"] == all_of["Deployment", "huaxin-web"]["spec"]["selector"]["matchLabels"]
    )
    assert service["ports"][0]["targetPort"] == web["containers"][0]["ports"][0]["name"]
    for rule in all_of["Ingress", "huaxin"]["spec"]["rules"]:
        backends = [path["backend"]["service"]["name"] for path in rule["http"]["paths"]]
        assert set(backends) == {"huaxin-web"}
    assert worker["terminationGracePeriodSeconds"] > processes.GRACE + 10
    assert web["terminationGracePeriodSeconds"] > 5 + 7
    probes = {
        name: probe["httpGet"]["path"]
        for name, probe in web["containers"][0].items()
        if "Probe" in name
    }
    assert probes == dict.fromkeys(("startupProbe", "readinessProbe", "livenessProbe"), "/healthz")


def test_the_example_configuration_is_one_the_bot_starts_with(tmp_path: Path) -> None:
    values = dict(manifests()["ConfigMap", "huaxin"]["data"])
    values |= manifests()["Secret", "huaxin"]["stringData"]

    assert Settings.load(values | {"DATA_DIR": "/data"}, dotenv=tmp_path / "none").warnings() == []
    assert set(values) <= set(SETTINGS)
