"""Excel workbooks (.xlsx) of rules: read within bounds, written with drop-downs and explanations.

openpyxl is imported where it is used: it brings Pillow, which the web process does without until
somebody exchanges a workbook.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.editing.cells import COLUMNS, NO, PICKS, REPLIES, TRIGGERS, YES, neutral, used
from bot.errors import ConfigError

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

SHEET = "规则"
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PARTS = 1000
MAX_CELL = 32_767  # Excel's own limit
_HEAD = 4096
_CHOICES = {"发送方式": tuple(PICKS.values()), "启用": (YES, NO), "触发": tuple(TRIGGERS.values())}
_WIDE = {"名称": 22, "关键词": 28, "排除词": 16, "开始时间": 18, "结束时间": 18}
EXAMPLES: tuple[Mapping[str, str], ...] = (
    {
        "名称": "例：价目表",
        "关键词": "价格\n包含：多少钱\n开头是：报价",
        "回复1": "单次 9 元，包月 99 元。",
        "回复2": "[图片]\n文件：file:价目表.jpg\n替代文字：价目表正在上传，请稍后再试",
        "排除词": "退款",
        "标签": "常问",
        "启用": NO,
    },
    {
        "名称": "例：问候",
        "关键词": "你好",
        "回复1": "你好呀！",
        "回复2": "在的，请说。",
        "发送方式": "随机",
        "权重": "3\n1",
        "启用": NO,
        "开始时间": "2026-01-01 08:00",
        "结束时间": "2026-12-31 22:00",
    },
    {
        "名称": "例：新手指南",
        "关键词": "全部包含：新手 指南",
        "回复1": (
            "[图文]\n标题：新手指南\n描述：三分钟看懂\n链接：https://example.com/guide\n"
            "封面：https://example.com/cover.jpg"
        ),
        "启用": NO,
    },
)
EXPLAINED = (
    ("列", "怎么填"),
    ("名称", "自己看的，最多 60 个字。导入时按名称（和触发）对上已有的规则。必填。"),
    ("关键词", "一行一个（单元格里换行按 Alt+Enter）。直接写就是完全匹配；"),
    ("", "其他方式写在前面：包含：优惠　开头是：报价　全部包含：新手 指南　正则：^\\d{6}$"),
    ("回复1、回复2 …", "最多 10 条，每条一列。直接写就是文字回复，最多 2000 字节。"),
    ("", "图片：第一行写 [图片]，下面写 文件：file:素材名 和 替代文字：…（没传好时用它）"),
    (
        "",
        "别的也一样：[语音] [视频] [音乐] [图文] [小程序] [转人工]",
    ),
    ("", "图文：标题、描述、链接、封面各一行；多篇接着写，从“标题”开始算下一篇。"),
    ("发送方式", "全部（不填就是它）或 随机。"),
    ("权重", "随机时每条回复的份数，一行一个，1–100；不填就一样多。"),
    ("排除词", "一行一个。消息里有其中一个，这条规则就不用。"),
    ("标签", "一行一个，最多 10 个。"),
    ("启用", "是（不填就是它）或 否。"),
    ("开始时间 结束时间", "如 2026-01-31 08:00，不含结束那一刻；不填就一直有效。"),
    ("触发", "关键词（不填就是它）、关注时（新粉丝）、默认（没有别的回答时）。后两种不填关键词。"),
    ("特殊写法", "导出时，以 = + - @ 开头的格子前面会加一个 '（防止被当成公式），导入时自动去掉。"),
    ("", '表格装不下的怪字符会写成 \\"…"，照原样留着就行。'),
)


def read(data: bytes, *, most: int) -> list[list[str]]:
    """Return the cells of the sheet of rules as texts, empty rows too.

    Raises:
        ConfigError: it is no workbook, or one that is too big or holds macros.
    """
    _examine(data)
    from openpyxl import load_workbook  # noqa: PLC0415 — see above

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            return list(_rows(book, most))
        finally:
            book.close()
    except ConfigError:
        raise
    except Exception as error:  # openpyxl raises whatever the XML led it to
        raise ConfigError("这个 Excel 文件坏了，打不开。请在 Excel 里另存为 .xlsx 再试") from error


def _examine(data: bytes) -> None:
    """Refuse what would unpack to more than fits, or is not what it seems."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(one.file_size for one in parts) > MAX_UNPACKED:
                raise ConfigError("这个 Excel 文件解压后太大了，请拆成几个文件")
            names = [one.filename.lower() for one in parts]
            if any("vbaproject" in name or "macrosheets" in name for name in names):
                raise ConfigError("不收带宏的 Excel 文件，请另存为不带宏的 .xlsx")
            for one in parts:
                with archive.open(one) as part:
                    if b"<!DOCTYPE" in part.read(_HEAD):
                        raise ConfigError("这个 Excel 文件里有不该有的内容，没有读")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise ConfigError("这不是 .xlsx 文件（也可能有密码）。请在 Excel 里另存为 .xlsx") from error


def _rows(book: "Workbook", most: int) -> Iterator[list[str]]:
    sheet: Any = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
    sheet.reset_dimensions()  # what a file says of its own size is not believed
    empty = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=len(COLUMNS) * 2)):
        cells = list(map(_text, row))
        if not any(cells):
            empty += 1
            if empty > most:
                return
            continue
        if number > most:
            raise ConfigError(f"最多 {most:,} 行，请拆成几个文件")
        yield from ([] for _ in range(empty))
        empty = 0
        yield cells


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def write(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return a workbook of rules and of how to fill it in.

    Raises:
        ConfigError: a rule has more than a cell can hold.
    """
    return _saved(rows, used(rows))


def template() -> bytes:
    """Return an empty workbook to fill in, with examples beside it."""
    return _saved((), [*COLUMNS[:2], *REPLIES[:3], *COLUMNS[12:]], examples=EXAMPLES)


def _saved(
    rows: Iterable[Mapping[str, str]],
    columns: Sequence[str],
    *,
    examples: Sequence[Mapping[str, str]] = (),
) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 — see above

    book = Workbook(write_only=True)
    _fill(book, SHEET, columns, rows, choices=True)
    if examples:
        _fill(book, "例子", columns, examples)
    _fill(
        book,
        "说明",
        EXPLAINED[0],
        (dict(zip(EXPLAINED[0], one, strict=True)) for one in EXPLAINED[1:]),
    )
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def _fill(
    book: "Workbook",
    title: str,
    columns: Sequence[str],
    rows: Iterable[Mapping[str, str]],
    *,
    choices: bool = False,
) -> None:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 — see above
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 — the same
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 — the same

    sheet: Any = book.create_sheet(title)
    sheet.freeze_panes = "B2" if choices else "A2"
    for number, column in enumerate(columns, 1):
        wide = 90 if column == EXPLAINED[0][1] else 36 if column in REPLIES else 12
        sheet.column_dimensions[get_column_letter(number)].width = _WIDE.get(column, wide)
    if choices:
        _offer(sheet, columns)
    top = Alignment(vertical="top", wrap_text=True)
    bold, tint = Font(bold=True), PatternFill("solid", fgColor="E6F3EE")

    def cell(text: str, *, head: bool = False) -> object:
        made: Any = WriteOnlyCell(sheet, text)
        made.alignment, made.number_format = top, "@"  # as text, so that 007 stays 007
        if head:
            made.font, made.fill = bold, tint
        return made

    sheet.append([cell(column, head=True) for column in columns])
    for row in rows:
        sheet.append([cell(_fitting(row, one)) if row.get(one) else None for one in columns])


def _fitting(row: Mapping[str, str], column: str) -> str:
    text = neutral(row[column])
    if len(text) > MAX_CELL:
        raise ConfigError(
            f"规则「{row.get('名称', '')}」的{column}太长，Excel 的一格装不下：请导出成 CSV 或 YAML"
        )
    return text


def _offer(sheet: Any, columns: Sequence[str]) -> None:
    """Give the columns of few words a drop-down each."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 — see above
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 — the same

    for column, words in _CHOICES.items():
        letter = get_column_letter(columns.index(column) + 1)
        choice = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
        choice.error = f"请填 {'、'.join(words)} 之一"
        choice.add(f"{letter}2:{letter}100001")
        sheet.data_validations.append(choice)
