"""Every word of the console is in Chinese and in English, and no catalogue holds a dead one."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
ADMIN = ROOT / "bot" / "admin"
DEEDS = ROOT / "bot" / "editing" / "deeds.py"  # the history's words, shown by the console
CHINESE = re.compile(r"[\u3400-\u9fff]")
WORDS = re.compile(f"{CHINESE.pattern}+")  # the phone understands 取图, whoever reads
PLACE = re.compile(r"%\(\w+\)[a-z]")
STRAY = re.compile(r"%(?!\(\w+\)[a-z]|%)")
# The API speaks Chinese to programs; its pages translate what they show of it.
NOT_SHOWN = {ADMIN / "api" / "openapi.py", ADMIN / "api" / "reading.py"}
# Names, and what stands in the API's examples.
THE_SAME = {
    *("简体中文", "画信 Huaxin", "优惠", "优惠券", "满一百减二十"),
    *("老王", "刷屏", "价目表.jpg", "活动", "在吗", "某某\n某某某"),
    "你好，发“帮助”看怎么用。",
}
# Jinja's own, and elements that say they are Chinese: what one types into the phone.
ASIDES = re.compile(r'{#.*?#}|{%.*?%}|{{.*?}}|<[^<>]*lang="zh[^<>]*>[^<]*', re.DOTALL)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@lru_cache
def catalogue() -> dict[str, list[tuple[str, Message]]]:
    """Return what each Chinese text is translated as, with the file that says so."""
    found: dict[str, list[tuple[str, Message]]] = {}
    for path in sorted((ADMIN / "translations" / "en").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    found.setdefault(str(message.id), []).append((name(path), message))
    return found


def said_in_python(tree: ast.AST) -> Iterator[str]:
    """The literals in ``_("…")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            match node.args[:1]:
                case [ast.Constant(value=str(text))]:
                    yield text


def literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every Chinese text that is no docstring."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if CHINESE.search(text) and id(node) not in docs:
                yield node


def said_in_template(source: str) -> Iterator[str]:
    """The literals in ``_("…")``, and the Chinese ones handed to macros and loops."""
    for node in Environment(autoescape=True).parse(source).find_all(nodes.Const):
        if isinstance(node.value, str) and CHINESE.search(node.value):
            yield node.value
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        match call.node, call.args[:1]:
            case nodes.Name(name="_"), [nodes.Const(value=str(text))]:
                yield text


def sources() -> list[tuple[Path, ast.AST]]:
    return [
        (path, ast.parse(path.read_text("utf-8")))
        for path in [*sorted(ADMIN.rglob("*.py")), DEEDS]
        if path not in NOT_SHOWN
    ]


def templates() -> list[tuple[Path, str]]:
    return [
        (path, path.read_text("utf-8")) for path in sorted((ADMIN / "templates").rglob("*.html"))
    ]


def needed() -> dict[str, str]:
    """Return every text somebody may see, with the file it stands in."""
    found: dict[str, str] = {}
    for path, tree in sources():
        shown = [*said_in_python(tree), *(str(one.value) for one in literals(tree))]
        found |= dict.fromkeys(shown, name(path))
    for path, source in templates():
        found |= dict.fromkeys(said_in_template(source), name(path))
    return {text: path for text, path in found.items() if text not in THE_SAME}


def test_every_text_is_in_english() -> None:
    missing = [f"{path}: {text}" for text, path in needed().items() if text not in catalogue()]

    assert missing == []


def elsewhere(tree: ast.AST) -> Iterator[str]:
    """Patterns of the sentences that an error from below may be."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if CHINESE.search(text):
                yield re.escape(text)
            case ast.JoinedStr(values=parts):
                yield "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                    for part in parts
                )


def test_no_translation_is_left_over() -> None:
    below = {
        pattern
        for path in sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")])
        if not path.is_relative_to(ADMIN)
        for pattern in elsewhere(ast.parse(path.read_text("utf-8")))
        if CHINESE.search(pattern)
    }
    said_below, known = re.compile("|".join(below)), needed()
    dead = [
        f"{path}: {text}"
        for text, entries in catalogue().items()
        for path, _ in entries
        if text not in known and not said_below.fullmatch(text)
    ]

    assert dead == []


def test_every_translation_is_whole() -> None:
    wrong = []
    for text, entries in catalogue().items():
        for path, message in entries:
            english = str(message.string)
            if not english.strip() or message.fuzzy:
                wrong.append(f"{path}: {text}: not translated")
            elif any(run not in text for run in WORDS.findall(english)):
                wrong.append(f"{path}: {text}: still Chinese: {english}")
            elif sorted(PLACE.findall(text)) != sorted(PLACE.findall(english)):
                wrong.append(f"{path}: {text}: other placeholders: {english}")
            elif PLACE.search(text) and STRAY.search(text + english):
                wrong.append(f"{path}: {text}: a single % beside placeholders")

    assert wrong == []


def test_one_text_has_one_translation() -> None:
    doubled = [
        f"{text}: {[(path, str(message.string)) for path, message in entries]}"
        for text, entries in catalogue().items()
        if len({str(message.string) for _, message in entries}) > 1
    ]

    assert doubled == []


def test_templates_and_scripts_say_nothing_untranslated() -> None:
    """Chinese outside ``_("…")`` would stay Chinese for everybody."""
    found = []
    for path, source in templates():
        bare = ASIDES.sub(lambda match: "\n" * match[0].count("\n"), source)
        found += [
            f"{name(path)}:{number}: {line.strip()[:60]}"
            for number, line in enumerate(bare.splitlines(), 1)
            if CHINESE.search(line)
        ]
    for path in sorted((ADMIN / "static").glob("*.js")):
        script = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)
        found += [
            f"{name(path)}: {line.strip()[:60]}"
            for line in script.splitlines()
            if CHINESE.search(line)
        ]

    assert found == []


def test_no_sentence_is_put_together_before_it_is_translated() -> None:
    """A Chinese f-string is in no catalogue: say ``_("…%(name)s…", name=…)``."""
    found = []
    for path, tree in sources():
        if path.is_relative_to(ADMIN / "api"):
            continue
        found += [
            f"{name(path)}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.JoinedStr)
            and any(
                isinstance(one, ast.Constant) and CHINESE.search(str(one.value))
                for one in node.values
            )
        ]

    assert found == []
