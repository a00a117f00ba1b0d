"""Fetches the console's browser files, at the versions of the npm lock."""  # noqa: INP001 - a script, no package

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

CONSOLE = Path(__file__).resolve().parent.parent / "assets/console"
VENDOR = CONSOLE / "vendor"
TABLER, SPRITE = "@tabler/core", "@tabler/icons-sprite"
FILES = {
    TABLER: ("dist/css/tabler.min.css", "dist/js/tabler.min.js"),
    "@popperjs/core": ("LICENSE.md",),  # its code is inside tabler.min.js
    SPRITE: ("LICENSE",),
    "htmx.org": ("dist/htmx.min.js", "LICENSE"),
    "sortablejs": ("Sortable.min.js", "LICENSE"),
    "uplot": ("dist/uPlot.iife.min.js", "dist/uPlot.min.css", "LICENSE"),
}
SPDX = {"BSD-0-Clause": "0BSD"}  # htmx has a name of its own for it
NPM = ("npm", "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund")
# The maps are not vendored, so asking for one would be a 404.
MAP = re.compile(rb"\s*(?://|/\*)# sourceMappingURL=\S+(?: ?\*/)?\s*\Z")
SYMBOL = re.compile(r'<symbol id="tabler-([^"]+)".*?</symbol>', re.DOTALL)


def cut(sprite: str, names: Iterable[str]) -> str:
    """Return a sprite of the *names* alone; a name that *sprite* lacks is an error."""
    symbols = {found[1]: found[0] for found in SYMBOL.finditer(sprite)}
    wanted = sorted(set(names))
    if unknown := [name for name in wanted if name not in symbols]:
        raise SystemExit(f"icons.txt: no such icon: {', '.join(unknown)}")
    lines = [symbols[name] for name in wanted]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *lines, "</svg>\n"])


def without_map(content: bytes) -> bytes:
    return MAP.sub(b"\n", content)


def collect(modules: Path) -> Iterator[tuple[str, str, bytes]]:
    """Yield package, file and content of all there is to vendor."""
    for package, sources in FILES.items():
        for source in map(Path, sources):
            content = without_map((modules / package / source).read_bytes())
            yield package, f"{folder(package)}/{source.name}", content
    licence = CONSOLE / "licences/tabler-core.txt"
    yield TABLER, f"{folder(TABLER)}/LICENSE", licence.read_bytes()
    sprite = (modules / SPRITE / "dist/tabler-sprite.svg").read_text("utf-8")
    yield SPRITE, "icons.svg", cut(sprite, (CONSOLE / "icons.txt").read_text().split()).encode()


def folder(package: str) -> str:
    return package.removeprefix("@").replace("/", "-")


def entry(modules: Path, package: str, file: str, content: bytes) -> dict[str, str | int]:
    about = json.loads((modules / package / "package.json").read_bytes())
    return {
        "package": package,
        "version": about["version"],
        "licence": SPDX.get(about["license"], about["license"]),
        "file": file,
        "sha256": sha256(content).hexdigest(),
        "bytes": len(content),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(CONSOLE / name, place)
        subprocess.run(NPM, cwd=place, check=True)  # noqa: S603 - the words are ours
        modules = Path(place, "node_modules")
        made = sorted(collect(modules), key=lambda one: one[1])
        manifest = [entry(modules, *one) for one in made]
    shutil.rmtree(VENDOR, ignore_errors=True)
    for _, file, content in made:
        target = VENDOR / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (VENDOR / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
