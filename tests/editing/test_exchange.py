"""Rules as files: whatever a rule holds goes out and comes back, and hostile files are refused."""

import csv
import io
import zipfile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.editing import exchange, sheets
from bot.editing.exchange import Form, Row
from bot.errors import ConfigError
from bot.keywords.documents import to_dict
from bot.models import Rule
from tests.keywords.strategies import RULES

ZONE = ZoneInfo("Asia/Shanghai")
RULE: dict[str, Any] = {
    "name": "优惠",
    "keywords": ["优惠券", {"text": "打折", "mode": "contains"}],
    "replies": [{"type": "text", "content": "满一百减二十"}],
}


def read(data: bytes, form: Form) -> list[Row]:
    return [exchange.read(one, form=form, zone=ZONE) for one in exchange.find(data, form=form)]


def documents(data: bytes, form: Form) -> list[Any]:
    rows = read(data, form)
    assert [row.problems for row in rows if row.problems] == []
    return [row.document for row in rows]


def sheet(*rows: list[Any], name: str = "规则") -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = name
    for row in rows:
        page.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize("form", ["csv", "xlsx", "yaml", "toml"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules=st.lists(RULES, min_size=1, max_size=3))
def test_everything_a_rule_holds_comes_back(form: Form, rules: list[Rule]) -> None:
    given_ = [to_dict(rule) for rule in rules]

    assert documents(exchange.write(given_, form=form, zone=ZONE), form) == given_


@settings(max_examples=100, deadline=None)
@given(
    text=st.text(alphabet="'=+-@＝＋－＠\t\r\n \\\"_x005F[]图片：包含a，,", min_size=1).filter(
        lambda text: text.strip()
    )
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_hostile_texts_come_back_and_begin_no_formula(form: Form, text: str) -> None:
    rule = RULE | {"replies": [{"type": "text", "content": text}], "name": text[:60].strip()}
    made = exchange.write([rule], form=form, zone=ZONE)

    cells = (
        list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))[1]
        if form == "csv"
        else [
            str(cell.value or "")
            for cell in list(load_workbook(io.BytesIO(made))["规则"].iter_rows())[1]
        ]
    )
    assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@＝＋－＠\t\r") and cell]
    assert documents(made, form) == [rule]


def test_a_formula_is_neutralised_and_restored() -> None:
    rule = RULE | {"name": '=HYPERLINK("http://evil","x")'}

    made = exchange.write([rule], form="csv", zone=ZONE)

    assert made.startswith("\ufeff名称".encode())
    assert "\"'=HYPERLINK(" in made.decode("utf-8-sig")
    assert documents(made, "csv") == [rule]


def test_a_csv_as_excel_in_china_saves_it() -> None:
    text = "名称,关键词,回复1\r\n报名,报名,“请到官网报名”\r\n"

    for data in (text.encode("gbk"), text.encode("utf-8-sig"), text.encode()):
        assert [one["name"] for one in documents(data, "csv")] == ["报名"]
    tabs = text.replace(",", "\t").encode("utf-16")
    assert [one["name"] for one in documents(tabs, "csv")] == ["报名"]


def test_what_people_type_is_understood() -> None:
    rows = read(
        sheet(
            ["名称", "关键词", "回复1", "回复 2", "发送方式", "权重", "启用", "开始时间", "标签"],
            [
                "一",
                " 价格 \n包含:多少钱\n\n开头：报价",
                "九元",
                "【图片】\n文件: file:价目:表.jpg\n替代文字：稍等",
                "随机",
                "3，1",
                "停用",
                "2026/1/5 8:00",
                "常问,价格",
            ],
            ["二", 110, "报警", None, None, None, True],
        ),
        "xlsx",
    )

    assert [row.problems for row in rows] == [(), ()]
    assert rows[0].document == {
        "name": "一",
        "keywords": [
            "价格",
            {"text": "多少钱", "mode": "contains"},
            {"text": "报价", "mode": "prefix"},
        ],
        "pick": "random",
        "weights": [3, 1],
        "tags": ["常问", "价格"],
        "enabled": False,
        "starts_at": "2026-01-05T00:00:00+00:00",
        "replies": [
            {"type": "text", "content": "九元"},
            {"type": "image", "media": "file:价目:表.jpg", "alt": "稍等"},
        ],
    }
    assert rows[1].document is not None
    assert rows[1].document["keywords"] == ["110"]


def test_a_bad_row_says_where_and_what_and_spares_the_others() -> None:
    rows = read(
        sheet(
            ["名称", "关键词", "回复1", "启用", "触发", "开始时间"],
            ["好的", "好", "好"],
            [],
            ["没有关键词", None, "回复"],
            ["", "词", "回复"],
            ["坏开关", "词", "回复", "也许"],
            ["坏时间", "词", "回复", None, None, "明天"],
            ["坏图片", "词", "[图片]\n大小：很大"],
            ["也好", "也", "也"],
        ),
        "xlsx",
    )

    assert [(row.number, row.problems) for row in rows] == [
        (2, ()),
        (4, ("第 4 行「没有关键词」：缺少 关键词：至少一个关键词",)),
        (5, ("第 5 行的 名称：是空的",)),
        (6, ("第 6 行「坏开关」：启用：请填 是 或 否，现在是“也许”",)),
        (7, ("第 7 行「坏时间」：开始时间：请写成 2026-01-31 08:00 这样，现在是“明天”",)),
        (
            8,
            (
                (
                    "第 8 行「坏图片」：回复1：[图片] 下面每行写“名称：内容”，"
                    "名称是 文件、替代文字 之一，现在是“大小：很大”"
                ),
            ),
        ),
        (9, ()),
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("规则.xls", "不收 .xls 文件"),
        ("规则.XLSM", "不收 .xlsm 文件"),
        ("规则.exe", "只收"),
        ("规则", "只收"),
    ],
)
def test_other_files_are_refused(name: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        exchange.form_of(name)


def packed(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "不是 .xlsx"),
        (b"PK\x03\x04 and then rubbish", "不是 .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "不是 .xlsx"),
        (packed(hello=b"world"), "坏了"),
        (packed(bomb=b"\0" * (sheets.MAX_UNPACKED + 1)), "解压后太大"),
        (packed(**{"xl/vbaProject.bin": b"x"}), "宏"),
        (packed(**{"xl/workbook.xml": b'<?xml version="1.0"?><!DOCTYPE x []><x/>'}), "不该有"),
        (sheet(["名字", "回复"], ["一", "二"]), "第一行应该是列名"),
        (sheet(["名称", "价格"], ["一", "二"]), "不认识的列：价格"),
        (sheet(["名称", "关键词"]), "还没有规则"),
        (sheet(["名称", "名称"], ["一", "二"]), "两列都叫名称"),
    ],
)
def test_a_workbook_that_is_none_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        exchange.find(data, form="xlsx")


def test_a_huge_sheet_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MAX_ROWS", 20)
    rows = [[f"名{number}", f"词{number}", "答"] for number in range(30)]

    with pytest.raises(ConfigError, match="最多 20"):
        exchange.find(sheet(["名称", "关键词", "回复1"], *rows), form="xlsx")
    lines = "\n".join(["名称,关键词,回复1", *map(",".join, rows)])
    with pytest.raises(ConfigError, match="最多 20"):
        exchange.find(lines.encode(), form="csv")


def test_a_row_far_below_does_not_take_for_ever() -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["名称", "关键词", "回复1"])
    page.append(["一", "一", "一"])
    page.cell(row=1_048_576, column=1, value="远")
    made = io.BytesIO()
    book.save(made)

    assert [row.name for row in read(made.getvalue(), "xlsx")] == ["一"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules:\n- &a {name: x}\n- *a\n", "不能用 & 和"),
        ("[" * 5000, "太深|不是正确的"),
        ("rules: 3", "应该是一个列表"),
        ("", "没有规则"),
    ],
)
def test_a_yaml_file_that_would_unfold_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        exchange.find(text.encode(), form="yaml")


def test_a_bad_rule_of_a_yaml_file_spares_the_others() -> None:
    text = "rules:\n- {name: 好, keywords: [好], replies: [好]}\n- {name: 坏}\n- 3\n"

    rows = read(text.encode(), "yaml")

    assert [bool(row.document) for row in rows] == [True, False, False]
    assert rows[1].problems[0].startswith("第 2 条规则「坏」：")


def test_the_template_explains_itself_and_is_filled_in() -> None:
    made = sheets.template()
    book = load_workbook(io.BytesIO(made))

    assert book.sheetnames == ["规则", "例子", "说明"]
    offered = [str(one.formula1) for one in book["规则"].data_validations.dataValidation]
    assert offered == ['"全部,随机"', '"是,否"', '"关键词,关注时,默认"']
    book["规则"].append(["优惠", "优惠券\n包含：打折", "满一百减二十"])
    filled = io.BytesIO()
    book.save(filled)
    assert documents(filled.getvalue(), "xlsx") == [RULE]
    # The examples are rules that work.
    del book["规则"]
    book["例子"].title = "规则"
    examples = io.BytesIO()
    book.save(examples)
    assert len(documents(examples.getvalue(), "xlsx")) == 3
