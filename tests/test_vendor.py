"""The browser files are what was vendored, and load nothing from elsewhere."""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tools import vendor

CONSOLE = Path(__file__).resolve().parent.parent / "assets/console"
VENDOR = CONSOLE / "vendor"
MANIFEST: list[dict[str, Any]] = json.loads((VENDOR / "MANIFEST.json").read_bytes())
LOCK = (CONSOLE / "package-lock.json").read_text()
ICONS = (CONSOLE / "icons.txt").read_text().split()
OWN_PICTURE = re.compile(r"""url\((?P<quote>["']?)data:.*?(?P=quote)\)""")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def vendored() -> dict[str, bytes]:
    files = [path for path in VENDOR.rglob("*") if path.is_file()]
    found = {path.relative_to(VENDOR).as_posix(): path.read_bytes() for path in files}
    return {name: content for name, content in found.items() if name != "MANIFEST.json"}


def faults(files: dict[str, bytes], manifest: list[dict[str, Any]]) -> list[str]:
    """Return where *files* are not what *manifest* says."""
    listed = {entry["file"]: (entry["sha256"], entry["bytes"]) for entry in manifest}
    hashed = {name: (sha256(body).hexdigest(), len(body)) for name, body in files.items()}
    return [
        *(f"not in the manifest: {name}" for name in hashed.keys() - listed.keys()),
        *(f"absent: {name}" for name in listed.keys() - hashed.keys()),
        *(
            f"changed: {name}"
            for name in hashed.keys() & listed.keys()
            if hashed[name] != listed[name]
        ),
    ]


def loads(css: str) -> list[str]:
    """Return what *css* loads from outside itself."""
    own = OWN_PICTURE.sub("", COMMENT.sub("", css))
    return re.findall(r"@import|url\(|//", own, re.IGNORECASE)


def lock_faults(lock: str) -> list[str]:
    """Return what ties *lock* to a machine or a registry, or leaves a package unhashed."""
    packages = {place: about for place, about in json.loads(lock)["packages"].items() if place}
    return [
        *re.findall(r'"resolved"|"link"|registry|file:', lock),
        *(place for place, about in packages.items() if "integrity" not in about),
    ]


def test_every_file_is_what_was_vendored() -> None:
    assert faults(vendored(), MANIFEST) == []


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ({"a.js": b"1", "b.js": b"1"}, "not in the manifest: b.js"),
        ({}, "absent: a.js"),
        ({"a.js": b"2"}, "changed: a.js"),
    ],
)
def test_a_planted_fault_is_found(planted: dict[str, bytes], fault: str) -> None:
    manifest = [{"file": "a.js", "sha256": sha256(b"1").hexdigest(), "bytes": 1}]

    assert faults({"a.js": b"1"}, manifest) == []
    assert faults(planted, manifest) == [fault]


def test_every_folder_has_its_licence() -> None:
    names = {path.parent for path in VENDOR.glob("*/LICENSE*")}

    assert names == {path for path in VENDOR.iterdir() if path.is_dir()}


def test_the_versions_are_exact_and_are_the_locked_ones() -> None:
    asked = json.loads((CONSOLE / "package.json").read_bytes())["dependencies"]
    locked = json.loads(LOCK)["packages"]
    made = {entry["package"]: entry["version"] for entry in MANIFEST}

    assert asked.items() <= made.items()
    assert made == {name: locked[f"node_modules/{name}"]["version"] for name in made}


def test_the_lock_names_no_registry_and_no_machine() -> None:
    assert lock_faults(LOCK) == []


@pytest.mark.parametrize(
    "planted",
    [
        {"resolved": "https://somewhere/a.tgz", "integrity": "sha512-"},
        {"link": True, "integrity": "sha512-"},
        {"version": "1.0.0"},
    ],
)
def test_a_tied_lock_is_found(planted: dict[str, Any]) -> None:
    assert lock_faults(json.dumps({"packages": {"": {}, "node_modules/a": planted}}))


def test_the_icons_are_those_listed() -> None:
    symbols = re.findall(r'<symbol id="tabler-([^"]+)"', (VENDOR / "icons.svg").read_text())

    assert symbols == sorted(set(ICONS))
    assert len(symbols) == len(ICONS)


def test_an_unknown_icon_is_refused() -> None:
    sprite = (VENDOR / "icons.svg").read_text()

    assert vendor.cut(sprite, ICONS) == sprite
    with pytest.raises(SystemExit, match="no such icon: no-such-icon"):
        vendor.cut(sprite, [*ICONS, "no-such-icon"])


def test_the_style_sheets_load_nothing() -> None:
    sheets = {name: body.decode() for name, body in vendored().items() if name.endswith(".css")}

    assert sorted(sheets) == ["tabler-core/tabler.min.css", "uplot/uPlot.min.css"]
    assert [(name, loads(css)) for name, css in sheets.items() if loads(css)] == []


@pytest.mark.parametrize(
    "planted",
    [
        '@import "more.css";',
        "a{background:url(https://cdn.example/a.png)}",
        "a{background:url('//cdn.example/a.png')}",
        'a{background:image-set("http://cdn.example/a.png" 1x)}',
        '@font-face{src:url("a.woff2")}',
    ],
)
def test_a_style_sheet_that_loads_is_found(planted: str) -> None:
    harmless = (
        """/* https://here */ a{background:url("data:image/svg+xml,<svg xmlns='http://w3'/>")}"""
    )

    assert loads(harmless) == []
    assert loads(harmless + planted)


def test_no_file_asks_for_a_source_map() -> None:
    assert [name for name, body in vendored().items() if b"sourceMappingURL" in body] == []
    assert vendor.without_map(b"a{}\n/*# sourceMappingURL=a.css.map */\n") == b"a{}\n"
    assert vendor.without_map(b"a();\n//# sourceMappingURL=a.js.map\n") == b"a();\n"
