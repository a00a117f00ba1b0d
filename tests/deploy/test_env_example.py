"""env.example names every setting, with its default, and reads alike wherever it is read."""

import re
from dataclasses import MISSING, fields
from io import StringIO

import pytest
from dotenv import dotenv_values

from bot.settings import Settings
from bot.values import read_value
from tests.deploy.paths import DEPLOY

TEXT = (DEPLOY / "env.example").read_text(encoding="utf-8")
LINES = TEXT.splitlines()
ASSIGNED = re.compile(r"(#?)([A-Z][A-Z0-9_]*)=(.*)", re.ASCII)
NAMED = {found[2]: (found[1], found[3]) for one in LINES if (found := ASSIGNED.fullmatch(one))}
SETTINGS = {one.name.upper(): one for one in fields(Settings)}
# What is found out, not set.
for _name in ("SANDBOX", "SOURCES"):
    del SETTINGS[_name]
COMPOSE = {"POSTGRES_PASSWORD", "BACKUP_DIR"}


def test_every_setting_is_there_and_nothing_else() -> None:
    assert set(NAMED) == set(SETTINGS) | COMPOSE


@pytest.mark.parametrize("name", [name for name in NAMED if name not in COMPOSE])
def test_what_is_commented_out_is_the_default(name: str) -> None:
    commented, value = NAMED[name]
    one = SETTINGS[name]
    default = None if one.default is MISSING else one.default

    if commented:
        assert (read_value(one.name, value) if value else value) == (default or "")
    elif value:
        read_value(one.name, value)


def test_every_setting_is_explained_in_chinese() -> None:
    """In the line above; a few of one kind may share what stands above the first of them."""
    above = ""
    for line in LINES:
        if ASSIGNED.fullmatch(line):
            assert re.search(r"[\u4e00-\u9fff]|low medium", above), line
        else:
            above = line


def test_dotenv_systemd_and_docker_read_the_same() -> None:
    """Docker and systemd take the rest of the line as it is, comments and quotes included."""
    literal = {
        found[2]: found[3] for one in LINES if (found := ASSIGNED.fullmatch(one)) and not found[1]
    }

    assert dict(dotenv_values(stream=StringIO(TEXT))) == literal
    other = [
        one for one in LINES if one and not one.startswith("#") and not ASSIGNED.fullmatch(one)
    ]
    assert other == []
