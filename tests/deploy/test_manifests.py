"""The Compose files and the manifests of Kubernetes: their schemas, and what makes a deployment safe."""

import re
import subprocess

import pytest
import yaml

from tests.cases import each
from tests.deploy import images
from tests.serving import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = sorted((DEPLOY / "compose").glob("*.yml"))
MANIFESTS = DEPLOY / "kubernetes" / "subtext.yml"
CHECKERS = ROOT / "build" / "deploy" / "bin"
#: What a server needs to finish open requests, in seconds.
SHUTDOWN_SECONDS = 30


MANIFESTS_BY_KIND = {part["kind"]: part for part in yaml.safe_load_all(MANIFESTS.read_text("utf-8"))}
POD = MANIFESTS_BY_KIND["Deployment"]["spec"]["template"]["spec"]
[CONTAINER] = POD["containers"]


def services(path):
    return yaml.safe_load(path.read_text("utf-8"))["services"]


ALL_SERVICES = [
    (f"{path.stem}/{name}", service) for path in COMPOSE for name, service in services(path).items()
]
SERVERS = [(name, service) for name, service in ALL_SERVICES if service["image"] == "subtext"]


def seconds(duration):
    return int(duration.removesuffix("s"))


class TestCompose:
    def test_there_is_one_with_each_database(self):
        assert [path.stem for path in COMPOSE] == ["postgresql", "sqlite"]
        assert len(SERVERS) == 3

    @each("service", [service for _, service in ALL_SERVICES])
    def test_no_service_has_rights_that_it_does_not_need(self, service):
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not service.get("privileged")
        assert "SYS_ADMIN" not in service.get("cap_add", ())
        assert not any("docker.sock" in str(volume) for volume in service.get("volumes", ()))

    @each("service", [service for _, service in SERVERS])
    def test_servers_have_no_capabilities_and_time_to_stop(self, service):
        assert "cap_add" not in service
        assert "/tmp" in service["tmpfs"]
        assert seconds(service["stop_grace_period"]) >= SHUTDOWN_SECONDS + 5
        assert service["environment"]["SUBTEXT_TRUSTED_PROXIES"] == "1"

    def test_every_other_service_has_a_health_check(self):
        """That of the server is in its image."""
        assert [name for name, service in ALL_SERVICES if "healthcheck" not in service] == [
            name for name, _ in SERVERS
        ]

    def test_only_proxies_are_published(self):
        published = {name: service["ports"] for name, service in ALL_SERVICES if "ports" in service}
        assert published == {"postgresql/nginx": ["80:80"], "sqlite/subtext": ["127.0.0.1:8000:8000"]}

    def test_passwords_have_no_default(self):
        for path in COMPOSE:
            text = path.read_text("utf-8")
            for name, operator in re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|PUBLIC_URL)\w*)(:?.)", text):
                assert operator == ":?", (path.name, name)
            assert not re.search(r"^ *\w*PASSWORD: *[^$\s]", text, re.MULTILINE)

    def test_content_is_in_a_volume(self):
        [sqlite] = services(DEPLOY / "compose/sqlite.yml").values()
        volume = images.one(images.stages(images.instructions())["final"], "VOLUME")
        assert sqlite["volumes"] == [f"data:{volume}"]

    def test_nginx_gets_the_servers_instead_of_the_one_of_its_file(self, tmp_path):
        compose = services(DEPLOY / "compose/postgresql.yml")
        script = compose["nginx"]["command"][2]
        (tmp_path / "subtext.conf").write_bytes((DEPLOY / "nginx/subtext.conf").read_bytes())
        sed = script.partition(" &&")[0].replace("/subtext.conf", str(tmp_path / "subtext.conf"), 1)
        sed = sed.replace("/etc/nginx/conf.d/subtext.conf", str(tmp_path / "result"))
        subprocess.run(["sh", "-c", sed], check=True)
        addresses = [
            compose[name]["networks"]["default"]["ipv4_address"] for name in ("subtext1", "subtext2")
        ]
        result = (tmp_path / "result").read_text("utf-8")
        assert "".join(f"server {address}:8000 max_fails=0; " for address in addresses).strip() in result
        assert "127.0.0.1" not in result

    @pytest.mark.nightly
    def test_they_have_the_form_that_the_specification_asks_for(self):
        subprocess.run(
            [CHECKERS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", *COMPOSE], check=True
        )


class TestKubernetes:
    def test_no_pod_is_missing_during_an_upgrade(self):
        spec = MANIFESTS_BY_KIND["Deployment"]["spec"]
        assert spec["replicas"] >= 2
        assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        assert MANIFESTS_BY_KIND["PodDisruptionBudget"]["spec"]["minAvailable"] == 1

    def test_a_stop_leaves_time_for_open_requests(self):
        command = CONTAINER["lifecycle"]["preStop"]["exec"]["command"]
        # The image has no shell and no `sleep`.
        assert command == ["python", "-c", "import time; time.sleep(5)"]
        assert POD["terminationGracePeriodSeconds"] >= 5 + SHUTDOWN_SECONDS + 5

    def test_a_failing_database_restarts_no_server(self):
        assert CONTAINER["livenessProbe"]["httpGet"]["path"] == "/livez"
        assert CONTAINER["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert CONTAINER["startupProbe"]["httpGet"]["path"] == "/readyz"

    def test_it_has_no_rights_that_it_does_not_need(self):
        user, _, group = images.one(images.stages(images.instructions())["final"], "USER").partition(":")
        assert (POD["securityContext"]["runAsUser"], POD["securityContext"]["runAsGroup"]) == (
            int(user),
            int(group),
        )
        assert POD["automountServiceAccountToken"] is False
        assert CONTAINER["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }

    def test_the_database_is_a_secret(self):
        assert CONTAINER["envFrom"] == [{"secretRef": {"name": "subtext"}}]
        assert "SUBTEXT_DATABASE_URL" not in {variable["name"] for variable in CONTAINER["env"]}

    @pytest.mark.nightly
    def test_they_have_the_form_that_kubernetes_asks_for(self):
        subprocess.run([CHECKERS / "kubernetes-validate", "--strict", MANIFESTS], check=True)
