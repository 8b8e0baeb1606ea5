import asyncio
import io
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from models.settings import read
from ops import instance, keyring, layout, ports
from ops.children import follow, pause_after
from ops.errors import OperatorError
from ops.logs import Log


class TestPorts:
    def test_a_listening_port_is_not_free(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            assert not ports.is_free(server.getsockname()[1])

    def test_remembered_ports_are_kept_while_free(self, tmp_path: Path) -> None:
        file = tmp_path / "ports.json"
        first = ports.choose(("a", "b"), file)
        assert ports.choose(("a", "b"), file) == first
        assert len(set(first.values())) == 2
        with socket.create_server(("127.0.0.1", first["a"])):
            second = ports.choose(("a", "b"), file)
        assert second["a"] != first["a"]
        assert second["b"] == first["b"]

    @pytest.mark.parametrize("content", ["", "[]", '{"a": "x"}', '{"a": 80}', "{"])
    def test_a_damaged_memory_is_ignored(self, tmp_path: Path, content: str) -> None:
        file = tmp_path / "ports.json"
        file.write_text(content)
        assert ports.FIRST <= ports.choose(("a",), file)["a"] <= ports.LAST


class TestSecrets:
    def test_are_made_once_and_readable_by_their_owner_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "secrets.env"
        made = keyring.load_or_create(file, database_exists=False)
        assert keyring.load_or_create(file, database_exists=True) == made
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_are_not_made_anew_beside_a_database(self, tmp_path: Path) -> None:
        with pytest.raises(OperatorError, match="put the file back"):
            keyring.load_or_create(tmp_path / "secrets.env", database_exists=True)

    def test_an_incomplete_file_is_named(self, tmp_path: Path) -> None:
        file = tmp_path / "secrets.env"
        file.write_text("DB_ADMIN_PASSWORD=x\n")
        with pytest.raises(OperatorError, match="has no DB_OWNER_PASSWORD"):
            keyring.load_or_create(file, database_exists=False)

    @pytest.mark.parametrize("late", [("IDENTITY_KEY",), keyring.LATER])
    def test_an_installation_from_before_gets_the_keys_that_came_later(
        self, tmp_path: Path, late: tuple[str, ...]
    ) -> None:
        file = tmp_path / "secrets.env"
        made = keyring.load_or_create(file, database_exists=False)
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith(late)))
        found = keyring.load_or_create(file, database_exists=True)
        blank = dict.fromkeys(late, "")
        assert {**found, **blank} == {**made, **blank}
        assert all(found[name] and found[name] != made[name] for name in late)
        assert keyring.load_or_create(file, database_exists=True) == found


class TestInstance:
    def test_the_second_one_is_told_who_holds_the_directory(self, tmp_path: Path) -> None:
        with instance.lock(tmp_path), pytest.raises(OperatorError, match=f"process {os.getpid()}"):
            instance.lock(tmp_path)

    def test_a_lock_left_by_a_crash_is_taken_over(self, tmp_path: Path) -> None:
        (tmp_path / "run.lock").write_text("4194000\n")
        with instance.lock(tmp_path):
            assert (tmp_path / "run.lock").read_text() == f"{os.getpid()}\n"

    def test_orphans_are_found_by_number_and_start(self, tmp_path: Path) -> None:
        control = instance.ControlFile(tmp_path, {"web": 1})
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True) as left:
            control.put("worker", left.pid)
            assert set(instance.orphans(tmp_path)) == {"worker"}
            content = json.loads((tmp_path / "run.json").read_text())
            content["children"]["worker"]["started"] = "1"
            (tmp_path / "reused").mkdir()
            (tmp_path / "reused" / "run.json").write_text(json.dumps(content))
            assert instance.orphans(tmp_path / "reused") == {}
            left.kill()
            left.wait()
        assert instance.orphans(tmp_path) == {}

    @pytest.mark.parametrize("content", ["", "{}", '{"children": 3}', '{"children": {"a": {}}}'])
    def test_a_damaged_control_file_names_nobody(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "run.json").write_text(content)
        assert instance.orphans(tmp_path) == {}


class TestChildren:
    def test_the_first_five_quick_deaths_cost_no_second_each(self) -> None:
        assert all(pause_after(deaths) < 1 for deaths in range(6))
        assert [pause_after(deaths) for deaths in (6, 7, 8, 20)] == [2.0, 4.0, 8.0, 30.0]

    async def test_lines_of_any_length_and_without_an_end_arrive(self) -> None:
        stream = asyncio.StreamReader()
        stream.feed_data("가나다\n".encode() + b"x" * 200_000 + b"\nlast")
        stream.feed_eof()
        lines: list[str] = []
        await follow(stream, lines.append)
        assert lines[0] == "가나다"
        assert "".join(lines[1:]) == "x" * 200_000 + "last"

    def test_a_log_that_is_no_terminal_has_no_colour(self) -> None:
        stream = io.StringIO()
        Log(stream).line("web", "\x1b[32mgreen\x1b[0m")
        assert stream.getvalue() == "web      | green\n"


class TestLayout:
    OUTER: ClassVar[dict[str, str]] = {
        "PATH": "/bin",
        "DATABASE_URL": "postgresql://admin:top@db:5432/house?sslmode=require",
        "DB_WEB_PASSWORD": "w",
    }

    def environments(self) -> dict[str, dict[str, str]]:
        addresses = layout.Addresses(self.OUTER["DATABASE_URL"], "engine:7233", "", "http://world")
        return layout.environments(self.OUTER, read({}), keyring.generate(), addresses)

    def test_each_program_gets_its_own_login_and_no_other(self) -> None:
        for name, setting in (("web", "WEB"), ("worker", "WORKER"), ("sandbox", "SANDBOX")):
            told = self.environments()[name]
            assert [key for key in told if key.endswith("DATABASE_URL")] == [f"{setting}_DATABASE_URL"]
            assert not [key for key in told if key.endswith("PASSWORD")]
            assert "top" not in "".join(told.values())

    def test_the_sandbox_world_gets_no_keys(self) -> None:
        assert not set(layout.SECRETS) & set(self.environments()["sandbox"])

    def test_the_sandbox_hub_and_the_house_know_the_same_of_each_other(self) -> None:
        told = self.environments()
        for name in layout.HUB_SECRETS:
            assert len({told[part][name] for part in ("sandbox", "web", "worker")}) == 1
        assert told["sandbox"]["TAX_HUB_WEBHOOK_URL"] == "http://127.0.0.1:8000/hooks/tax-hub"

    def test_an_outside_server_keeps_its_place_database_and_options(self) -> None:
        web = self.environments()["web"]["WEB_DATABASE_URL"]
        assert web.startswith("postgresql://dongban_web:")
        assert web.endswith("@db:5432/house?sslmode=require")

    def test_the_administrators_own_database_is_left_alone(self) -> None:
        assert layout.database_of("postgresql://a@h/postgres") == layout.database_of("postgresql://a@h") == "dongban"
