"""Rules as files, in and out: CSV, Excel, YAML, TOML. A bad row never keeps the others from it."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Literal, cast
from zoneinfo import ZoneInfo

from bot.editing import autoreply, rules, sheets
from bot.editing.cells import (
    COLUMNS,
    REPLIES,
    CellError,
    from_cells,
    neutral,
    plain,
    to_cells,
    used,
)
from bot.editing.desk import Document
from bot.errors import ConfigError
from bot.keywords import documents, files

Form = Literal["csv", "xlsx", "yaml", "toml", "wechat"]
ENDINGS: Final[Mapping[str, Form]] = {
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
}
MIMES: Final[Mapping[Form, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "yaml": "application/yaml",
    "toml": "application/toml",
}
MAX_BYTES = 12 * 1024 * 1024
MAX_ROWS = 100_000
_OLD_EXCEL = (".xls", ".xlsm", ".xlsb", ".xltx", ".xltm", ".ods", ".et", ".numbers")
# What the documents' words are called at the head of a column.
_WORDS = {
    "name": "名称",
    "keywords": "关键词",
    "excluding": "排除词",
    "replies": "回复",
    "articles": "图文",
    "pick": "发送方式",
    "weights": "权重",
    "tags": "标签",
    "enabled": "启用",
    "starts_at": "开始时间",
    "ends_at": "结束时间",
    "trigger": "触发",
    "content": "内容",
    "media": "文件",
    "alt": "替代文字",
    "title": "标题",
    "description": "描述",
    "url": "链接",
    "pic_url": "封面",
    "hq_url": "高清链接",
    "thumb": "封面",
    "app_id": "AppID",
    "path": "路径",
}
_HEADS = {column.casefold(): column for column in COLUMNS} | {
    english: _WORDS[english]
    for english in ("name", "keywords", "excluding", "pick", "weights", "tags", "enabled")
}
_IN_WORDS = re.compile(rf"(「[^」]*」)|(?<![A-Za-z_])({'|'.join(_WORDS)})(?![A-Za-z_])")


@dataclass(frozen=True, slots=True)
class Found:
    """One rule of a file, not read yet; *number* is its row, or its place among the rules."""

    number: int
    item: object
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rule of a file, read: its *document*, or what is wrong with it.

    *notes* is what was changed to make it one of our rules.
    """

    number: int
    name: str
    document: Document | None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def form_of(name: str) -> Form:
    """Return what a file of that name holds. Raise ConfigError where it is nothing of ours."""
    if not name:
        raise ConfigError("请先选一个文件")
    ending = PurePath(name).suffix.lower()
    if ending in _OLD_EXCEL:
        raise ConfigError(f"不收 {ending} 文件：请在表格软件里另存为 .xlsx（不带宏）或 .csv 再试")
    if ending not in ENDINGS:
        raise ConfigError("只收 .xlsx、.csv、.yaml 和 .toml 文件")
    return ENDINGS[ending]


def find(data: bytes, *, form: Form) -> list[Found]:
    """Return the rules that *data* lists.

    Raises:
        ConfigError: it is not a file of that form, or has no columns of rules.
    """
    if len(data) > MAX_BYTES:
        raise ConfigError("文件太大了，最多 12 MB")
    match form:
        case "csv":
            found = _from_rows(_csv(data))
        case "xlsx":
            found = _from_rows(sheets.read(data, most=MAX_ROWS))
        case "wechat":
            listed = autoreply.rules(json.loads(data))
            found = [Found(number, one, notes) for number, (one, notes) in enumerate(listed, 1)]
        case _:
            listing = files.items(_decoded(data), form=form)
            found = [Found(number, item) for number, item in enumerate(listing, 1)]
    if len(found) > MAX_ROWS:
        raise ConfigError(f"最多 {MAX_ROWS:,} 条规则，请拆成几个文件")
    if not found:
        raise ConfigError("文件里没有规则")
    return found


def read(found: Found, *, form: Form, zone: ZoneInfo) -> Row:
    """Read one rule; what is wrong with it stands in the row."""
    tabular = form in ("csv", "xlsx")
    where = f"第 {found.number} {'行' if tabular else '条规则'}"
    name = _name(found.item, tabular=tabular)
    try:
        item = from_cells(cast("dict[str, str]", found.item), zone=zone) if tabular else found.item
        document = documents.to_dict(documents.from_dict(cast("Document", item), where=where))
    except CellError as error:
        problems = [f"{where}{f'「{name}」' if name else ''}：{error}"]
    except ConfigError as error:
        problems = str(error).splitlines()
    else:
        named = document["name"]
        return Row(number=found.number, name=named, document=document, notes=found.notes)
    said = tuple(map(_in_columns, problems)) if tabular else tuple(problems)
    return Row(number=found.number, name=name, document=None, problems=said, notes=found.notes)


def checked(cells: Mapping[str, str], *, zone: ZoneInfo) -> Document:
    """Return the plain document of one rule that is written as cells.

    Raises:
        ConfigError: with every problem, a line each, in the words of the columns.
    """
    try:
        return documents.to_dict(rules.check(from_cells(cells, zone=zone)))
    except CellError as error:
        raise ConfigError(str(error)) from error
    except ConfigError as error:
        raise ConfigError("\n".join(map(_in_columns, str(error).splitlines()))) from error


def write(given: Sequence[Document], *, form: Form, zone: ZoneInfo) -> bytes:
    """Return a file of the rules, in their order."""
    if form in ("yaml", "toml"):
        made = [documents.from_dict(one, where="规则") for one in given]
        return files.dumps(made, form=form).encode()
    rows = [to_cells(one, zone=zone) for one in given]
    return sheets.write(rows) if form == "xlsx" else _to_csv(rows)


def _name(item: object, *, tabular: bool) -> str:
    name = item.get("名称" if tabular else "name") if isinstance(item, dict) else None
    return name.strip()[:60] if isinstance(name, str) else ""


def _in_columns(problem: str) -> str:
    """Say *problem* in the words of the columns; what is quoted stays as it is."""
    return _IN_WORDS.sub(lambda found: found[1] or _WORDS[found[2]], problem)


# ---- rows and columns ----


def _from_rows(rows: Iterable[Sequence[str]]) -> list[Found]:
    """Return the filled rows, each as its cells by column; the first one names the columns."""
    numbered = enumerate(rows, 1)
    number, head = next(((at, row) for at, row in numbered if any(map(str.strip, row))), (0, ()))
    columns = _columns(head)
    found = []
    for at, row in numbered:
        if any(map(str.strip, row)):
            cells = {
                column: plain(cell) for column, cell in zip(columns, row, strict=False) if column
            }
            found.append(Found(at, cells))
    if number and not found:
        raise ConfigError("表里只有列名，还没有规则：从第二行起一行写一条")
    return found


def _columns(head: Sequence[str]) -> list[str]:
    said = [plain(one).strip() for one in head]
    known = [_HEADS.get(one.casefold().replace(" ", ""), "") for one in said]
    if "名称" not in known:
        raise ConfigError(
            f"第一行应该是列名，至少有“名称”“关键词”“{REPLIES[0]}”。可以先下载模板，照着填"
        )
    strange = [one for one, column in zip(said, known, strict=True) if one and not column]
    if strange:
        raise ConfigError(
            f"不认识的列：{'、'.join(strange)[:100]}。可以用的列：{'、'.join(COLUMNS)}"
        )
    twice = {one for one in known if one and known.count(one) > 1}
    if twice:
        raise ConfigError(f"有两列都叫{'、'.join(sorted(twice))}，请留一列")
    return known


def _csv(data: bytes) -> list[list[str]]:
    text = _decoded(data)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [row for _, row in zip(range(MAX_ROWS + 2), rows, strict=False)]
    except csv.Error as error:
        raise ConfigError("这不是正确的 CSV 文件，请用 Excel 另存为 CSV UTF-8 再试") from error


def _to_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    columns = used(rows)
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(columns)
    writer.writerows([neutral(row.get(column, "")) for column in columns] for row in rows)
    return made.getvalue().encode("utf-8-sig")  # without the BOM Excel takes it for GBK


def _decoded(data: bytes) -> str:
    """Return the text of a file as Excel, WPS and editors in China save them."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError("文件的编码不认识，请存成 UTF-8 再试")
