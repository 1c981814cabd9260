"""The house: floors, a pure core, files that say what they are for, tests that run, documents that are true."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import Field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from outreach.adapters.config import settings_reference
from outreach.entrypoints.cli.app import COMMANDS
from outreach.settings import Settings

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


def settings_of(table: type) -> Iterator[Field[Any]]:
    """Every setting, those of its tables included."""
    hints = get_type_hints(table)
    for field in fields(table):
        yield field
        for inner in (hints[field.name], *get_args(hints[field.name])):
            if isinstance(inner, type) and is_dataclass(inner):
                yield from settings_of(inner)


def test_every_setting_is_explained() -> None:
    """Each has its sentence, and docs/settings.md is what the code says."""
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert documented == settings_reference(), "call: make docs"
    every = list(settings_of(Settings))
    assert len(every) > 40
    assert [one.name for one in every if not one.metadata.get("doc", "").endswith((".", "?"))] == []
    assert [one.name for one in every if not re.search(rf"\b{one.name}\b", documented)] == []


def test_every_file_has_its_place_in_the_house() -> None:
    """docs/house.md names each file of the tree."""
    words = set(re.findall(r"\w+", (ROOT / "docs" / "house.md").read_text(encoding="utf-8")))
    rooms = [p for p in MODULES if not p.name.startswith("__") and "migrations" not in p.parts]
    assert [path.relative_to(ROOT) for path in rooms if path.stem not in words] == []


def test_nothing_depends_on_one_machine() -> None:
    """No tracked text names a home, a temporary folder or another place of whoever wrote it."""
    private = re.compile(r"(?<![\w.~/-])/(?:home|root|tmp|work|mnt|media|Users|private)/\w")
    for path in tracked():
        if path.is_file() and path.suffix not in (".eml", ".gz", ".pdf", ".png"):
            found = private.search(path.read_text(encoding="utf-8"))
            assert found is None, f"{path.relative_to(ROOT)}: {found}"


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


def test_decisions_are_numbered_without_a_gap_and_found_by_what_they_are_about() -> None:
    """Each number stands once in the list, and once in the table at its head, which names the last."""
    head, _, listed = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8").partition("\n1. ")
    numbers = [int(found) for found in re.findall(r"(?m)^(\d+)\. ", f"1. {listed}")]
    ranges = re.findall(r"(?<=[|·] )(\d+)(?:–(\d+))?(?= [|·])", head)
    told = [number for first, last in ranges for number in range(int(first), int(last or first) + 1)]
    assert numbers == sorted(told) == [*range(1, len(numbers) + 1)]
    assert f"| to {len(numbers)} |" in head


def test_help_is_quick() -> None:
    """`outreach --help` loads neither database nor mail: no heavy package is imported."""
    code = "import sys; from outreach.entrypoints.cli.app import run; run(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"sqlalchemy", "pydantic", "alembic", "jinja2", "babel", "rich"}
    assert not heavy.intersection(done.stdout.split())
