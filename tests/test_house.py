"""The house: floors, a pure core, files that say what they are for, tests that run, documents that are true."""

from __future__ import annotations

import ast
import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from outreach.entrypoints.cli.app import COMMANDS
from outreach.entrypoints.town_halls import read_script

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "outreach").rglob("*.py"))
CORE = sorted((ROOT / "outreach" / "core").rglob("*.py"))
IMPURE = {
    "os",
    "socket",
    "subprocess",
    "random",
    "secrets",
    "logging",
    "threading",
    "asyncio",
    "pathlib",
    "time",
    "tempfile",
}
CLOCKS = {"now", "today", "utcnow", "open", "print", "input"}


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.splitlines()]


def test_imports_go_strictly_down() -> None:
    """import-linter holds the floors."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(linter)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_touches_nothing(path: Path) -> None:
    """No clock, no file, no network, no chance, no logging."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            pure = all(alias.name.startswith("Pure") for alias in node.names)  # a path that touches no disk
            names = [] if pure else [(node.module or "").split(".")[0]]
        assert not IMPURE.intersection(names), f"{path.name}:{node.lineno} imports {names}"  # type: ignore[attr-defined]
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in CLOCKS, f"{path.name}:{node.lineno} calls {called}"


@pytest.mark.parametrize("path", [p for p in MODULES if p.stat().st_size], ids=lambda path: path.name)
def test_a_file_says_what_it_is_for(path: Path) -> None:
    """Its first line is a sentence; its name is no drawer for odds and ends."""
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert doc
    assert doc.splitlines()[0].endswith((".", "?"))
    assert path.stem not in ("utils", "helpers", "common", "manager", "base")


def test_no_test_is_left_out() -> None:
    """Nothing is skipped or expected to fail."""
    marks = re.compile(r"pytest\.(?:skip|xfail|importorskip)\b|mark\.(?:skip|skipif|xfail)\b")
    for path in (ROOT / "tests").rglob("*.py"):
        if path != Path(__file__).resolve():
            assert not marks.search(path.read_text(encoding="utf-8")), path


def test_lock_files_name_no_index() -> None:
    """Packages and hashes only."""
    for path in (ROOT / "requirements").glob("*.lock"):
        text = path.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|file:|index-url|find-links", text)


def test_every_command_is_in_the_readme() -> None:
    """What can be called is told."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "docs" / "commands.md").read_text(
        encoding="utf-8"
    )
    assert [name for name in COMMANDS if f"outreach {name}" not in readme] == []


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link in README and docs has its file."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        prose = re.sub(r"(?s)```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\((?!https?:|mailto:|#|\{)([^)#\s]+)", prose):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


def test_help_is_quick() -> None:
    """`outreach --help` loads neither database nor mail: no heavy package is imported."""
    code = "import sys; from outreach.entrypoints.cli.app import run; run(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"sqlalchemy", "pydantic", "alembic", "jinja2", "babel", "rich"}
    assert not heavy.intersection(done.stdout.split())


@pytest.mark.real_server
def test_the_systemd_unit(tmp_path: Path) -> None:
    """Systemd itself finds nothing wrong with the unit."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.fail("systemd-analyze is missing: apt-get install systemd")
    unit = (ROOT / "docs" / "outreach.service").read_text(encoding="utf-8")
    copy = tmp_path / "outreach.service"
    copy.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit), encoding="utf-8")
    done = subprocess.run([program, "verify", str(copy)], capture_output=True, text=True, check=False)
    assert "outreach.service" not in done.stderr, done.stderr


def test_the_campaigns_data() -> None:
    """At least 120 invitees in 40 countries, all addresses invented, and a script that knows them."""
    with (ROOT / "contacts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["id"] for row in rows}) >= 120
    assert len({row["country"] for row in rows}) >= 40
    assert all(row["email"].endswith(".example") for row in rows)
    assert {answer.invitee for answer in read_script()} <= {row["id"] for row in rows}
