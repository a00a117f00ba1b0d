"""What is a sheet of drafts, how many, and of what; which draft is chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Reason, Refused
from bot.images import drafts
from bot.models import ImageRequest, JobKind


@pytest.mark.parametrize(
    ("said", "count", "prompt"),
    [
        ("抽卡 一只猫", 4, "一只猫"),
        ("抽卡：雪山下喝茶的猫，横版", 4, "雪山下喝茶的猫，横版"),
        ("抽卡一只猫", 4, "一只猫"),
        ("帮我抽个卡，赛博朋克城市", 4, "赛博朋克城市"),
        ("四张草图：一座桥", 4, "一座桥"),
        ("4个方案 一座桥", 4, "一座桥"),
        ("来四个方案，未来的图书馆", 4, "未来的图书馆"),
        ("先画三张草图看看：国风山水", 3, "国风山水"),
        ("给我两个版本的海报：五一", 2, "海报：五一"),
        ("来八个方案：一座桥", 4, "一座桥"),
    ],
)
def test_drafts_are_asked_for_in_many_ways(said: str, count: int, prompt: str) -> None:
    assert drafts.read(said) == (count, prompt)


@pytest.mark.parametrize(
    "said",
    [
        "抽卡游戏的海报",
        "抽卡界面设计",
        "抽卡池",
        "一张草图",
        "建筑方案图",
        "四只猫",
        "四个女孩在画草图",
        "画一个抽卡的女孩",
        "",
    ],
)
def test_what_only_speaks_of_drafts_is_a_picture(said: str) -> None:
    assert drafts.read(said) is None


@pytest.mark.parametrize(
    ("said", "number"),
    [
        *(
            ("选2", 2),
            ("选第三张", 3),
            ("我选①", 1),
            ("選 4 號", 4),
            ("要第2张", 2),
            ("就要第一张吧", 1),
        ),
        *(("选5", None), ("要三张", None), ("选一只猫", None), ("第2张换成夜晚", None), ("", None)),
    ],
)
def test_a_draft_is_chosen_by_its_number(said: str, number: int | None) -> None:
    assert drafts.choice(said) == number


def test_every_draft_is_the_same_request_with_a_note_of_its_own() -> None:
    sheet, parts = drafts.requests("一只猫，16:9", 4)

    assert (sheet.kind, sheet.prompt) == (JobKind.SHEET, "一只猫")
    assert {(one.kind, one.width, one.height, one.quality) for one in parts} == {
        (JobKind.DRAW, sheet.width, sheet.height, "low")
    }
    assert len({one.prompt for one in parts}) == 4
    assert all(one.prompt.startswith("一只猫\n") for one in parts)
    with pytest.raises(Refused) as refused:
        drafts.requests("", 4)
    assert refused.value.reason is Reason.EMPTY_PROMPT


def test_the_final_edits_the_draft_where_a_service_edits() -> None:
    sheet, (draft, *_) = drafts.requests("一只猫", 2)
    edited = drafts.final(sheet, draft, "job:7", edits=True)
    assert (edited.kind, edited.sources, edited.quality) == (JobKind.EDIT, ("job:7",), "high")
    assert edited.prompt.startswith("一只猫\n")

    drawn = drafts.final(sheet, draft, "job:7", edits=False)
    assert drawn == ImageRequest(prompt=draft.prompt, quality="high")


@given(st.text(max_size=60))
def test_nothing_breaks_them(said: str) -> None:
    found = drafts.read(said)
    assert found is None or 2 <= found[0] <= 4
    assert drafts.choice(said) in (None, 1, 2, 3, 4)
