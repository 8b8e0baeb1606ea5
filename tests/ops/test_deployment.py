import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from models.settings import DEFAULTS, OPERATIONS
from ops import leaks
from ops.postgres import SERVER_SETTINGS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service["image"].startswith("dongban")}
KNOWN = set(DEFAULTS) | OPERATIONS


def test_follows_the_compose_specification() -> None:
    packaged = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(packaged.read_text(encoding="utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(COMPOSE)


def test_every_variable_is_a_setting_the_program_knows() -> None:
    assert set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", TEXT)) <= KNOWN


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_containers_get_known_settings_and_only_their_own_login(name: str) -> None:
    given = set(SERVICES[name]["environment"])
    assert given <= KNOWN
    logins = {setting for setting in given if setting.endswith("DATABASE_URL")}
    assert logins == {{"setup": "ADMIN", "courier": "WORKER"}.get(name, name.upper()) + "_DATABASE_URL"}


def test_whoever_is_waited_for_exists_and_can_be_waited_for() -> None:
    for service in SERVICES.values():
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] != "service_healthy" or "healthcheck" in SERVICES[name]
            if wanted["condition"] == "service_completed_successfully":
                assert SERVICES[name]["restart"] == "on-failure"


def test_web_is_restarted_by_its_own_life_and_nothing_inner_is_published() -> None:
    assert "/livez" in SERVICES["web"]["healthcheck"]["test"][-1]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_what_a_worker_keeps_outlives_it() -> None:
    worker = SERVICES["worker"]
    kept = dict(volume.split(":") for volume in worker["volumes"])
    assert worker["environment"]["DATA_DIR"] in kept.values()
    assert set(kept) <= set(COMPOSE["volumes"])
    assert worker["environment"]["DATA_DIR"] in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_the_database_keeps_refused_rows_out_of_its_log_as_the_embedded_one_does() -> None:
    quiet = {name: SERVER_SETTINGS[name] for name in ("log_error_verbosity", "log_min_error_statement")}
    assert quiet == {"log_error_verbosity": "terse", "log_min_error_statement": "panic"}
    assert {f"{name}={value}" for name, value in quiet.items()} <= set(SERVICES["postgres"]["command"])


def test_the_database_plans_as_the_embedded_one_does() -> None:
    told = ("random_page_cost", "autovacuum_naptime", "wal_buffers")
    planning = {f"{name}={SERVER_SETTINGS[name]}" for name in told}
    assert planning <= set(SERVICES["postgres"]["command"])


def test_web_and_the_peoples_worker_go_before_the_others() -> None:
    shares = {name: service["cpu_shares"] for name, service in SERVICES.items() if "cpu_shares" in service}
    assert shares.keys() == {"web", "worker"}
    # What the others have without saying so.
    assert all(int(given) > 1024 for given in shares.values())


def test_images_are_pinned() -> None:
    for service in SERVICES.values():
        assert ":" in service["image"]
        assert service["image"] == "dongban:latest" or not service["image"].endswith(":latest")


def test_the_image_copies_what_exists_and_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY") and "--from" not in line for word in line.split()[1:-1]]
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in allowed
    assert any(line.startswith("USER 1") for line in lines)


class TestLocks:
    @pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
    def test_are_hashed_and_name_no_place(self, name: str) -> None:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert not re.search(r"^\s*--(?!hash)", text, re.MULTILINE)
        for requirement in re.split(r"\n(?=\S)", text.strip()):
            assert "==" in requirement.splitlines()[0]
            assert "--hash=sha256:" in requirement

    def test_hold_what_the_project_asks_for(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        more = [name for names in project["optional-dependencies"].values() for name in names]
        for asked, lock in (
            (project["dependencies"], "requirements.lock"),
            (more, "requirements-dev.lock"),
        ):
            assert {name.partition("[")[0] for name in asked} <= set(self._pins(lock))

    def test_agree_with_each_other(self) -> None:
        run, dev = (self._pins(name) for name in ("requirements.lock", "requirements-dev.lock"))
        assert run.items() <= dev.items()

    @staticmethod
    def _pins(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", text, re.MULTILINE))


class TestLeaks:
    def test_generated_secrets_are_refused(self, tmp_path: Path) -> None:
        from ops import keyring

        keyring.load_or_create(tmp_path / "secrets.env", database_exists=False)
        assert leaks.main([str(tmp_path / "secrets.env")]) == 1

    def test_ordinary_files_pass(self) -> None:
        assert leaks.main([__file__, str(ROOT / "docker-compose.yml"), "gone.txt"]) == 0
