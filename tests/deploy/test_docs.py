"""The runbook has a section for whatever the product complains of; the guide's numbers hold."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from bot import health, processes
from bot.admin import attention
from bot.settings import Settings
from tests.deploy.paths import DEPLOY, ROOT

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^### (.*)$", RUNBOOK, re.MULTILINE)


def _sentences() -> list[str]:
    """Return all that 需要处理 can say, with … for what varies."""
    tree = ast.parse(inspect.getsource(attention))
    said = [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]
    said += attention.PROVIDER.values()
    return sorted({re.sub(r"%\(\w+\)s", "…", one) for one in said if len(one) > 1})


@pytest.mark.parametrize("sentence", _sentences())
def test_every_trouble_has_a_section(sentence: str) -> None:
    assert [one for one in HEADINGS if sentence in one], sentence


def test_the_troubles_are_all_found() -> None:
    assert len(_sentences()) >= 24


def test_every_state_of_readyz_has_a_section() -> None:
    tree = ast.parse(inspect.getsource(health.ready))
    states = {
        f"{name.value}: {said.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for name, said in zip(node.keys, node.values, strict=True)
        if isinstance(name, ast.Constant) and isinstance(said, ast.Constant)
        if isinstance(name.value, str) and isinstance(said.value, str)
    }

    assert states == {"database: unreachable", "worker: unknown"}
    for one in (*states, "worker: none is running: pictures wait", "rules: not loaded"):
        assert f"`{one}`" in RUNBOOK
        assert one.partition(": ")[2] in inspect.getsource(health)


def test_every_warning_at_the_start_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").touch(mode=0o644)
    warnings = Settings(wechat_app_id="wx1").warnings()

    assert len(warnings) == 4
    assert [one for one in warnings if one.partition("：")[0] not in RUNBOOK] == []


def test_the_guides_numbers_are_gunicorns() -> None:
    options: dict[str, Any] = processes.gunicorn(bind="", processes=1, threads=1)
    told = dict(re.findall(r"^\| `(\w+)` \| `(.*?)` \|", GUIDE, re.MULTILINE))

    assert len(told) == 9
    assert told == {name: str(options[name]) for name in told}


def test_files_that_are_named_are_there() -> None:
    """In the guide and the runbook: whatever lies under deploy/."""
    for text in (RUNBOOK, GUIDE):
        for name in re.findall(r"\bdeploy/([a-z./]*[a-z])\b", text):
            assert list(DEPLOY.glob(f"{name}*")) or name in {"tls", "acme", "backups", ".env"}, name


@pytest.mark.parametrize(
    "file", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=lambda f: f.name
)
def test_every_link_leads_somewhere(file: Path) -> None:
    for path, place in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", file.read_text("utf-8")):
        target = file.parent / path if path else file
        assert target.exists(), path
        if place:
            text = target.read_text(encoding="utf-8").lower()
            heading = re.compile(f"^#+ {place.replace('-', ' ')}$", re.MULTILINE)
            assert f'id="{place}"' in text or heading.search(text), place


@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_the_readme_leads_here(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")

    assert "(docs/deploy.md)" in text
    assert "(docs/runbook.md)" in text
