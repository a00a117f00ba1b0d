"""What a follower wants on the pages of a deck, what a text model makes of it, what is drawn."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.images import outlined, points
from bot.images.outline import MOST_PAGES, Outline, read
from bot.images.points import Page


def deck(text: str) -> Outline:
    found = read(text)
    assert found is not None
    return found


def titles(text: str) -> list[str]:
    return [page.title for page in deck(text).pages]


@pytest.mark.parametrize(
    ("text", "topic", "count"),
    [
        ("做一个5页的PPT：城市的一天", "城市的一天", 5),
        ("帮我做一个关于人工智能发展的PPT，8页", "人工智能发展", 8),
        ("请做一个以环保为主题的4页PPT", "环保", 4),
        ("生成一份图像PPT，共十二页，主题是《三体》", "《三体》", 12),
        ("做一个PPT，介绍北京的美食", "北京的美食", 5),
        ("给我们公司年会做个ppt", "公司年会", 5),
        ("3页PPT 城市的未来", "城市的未来", 3),
        ("PPT：怎么学好英语？", "怎么学好英语？", 5),
        ("做一个关于如何学习的二十页幻灯片", "如何学习", 20),
        ("我要一份两页的演示文稿：猫", "猫", 2),
        ("做一页PPT：猫", "猫", 1),
        ("做一个5页的PPT：5.1 假期安排", "5.1 假期安排", 5),
    ],
)
def test_a_topic_alone_gets_cover_points_and_end(text: str, topic: str, count: int) -> None:
    found = deck(text)

    assert (found.topic, len(found.pages), found.own, found.cut) == (topic, count, False, False)
    assert found.pages[0].title == topic
    assert "封面" in found.pages[0].text
    assert (found.pages[-1].title == "总结与展望") == (count > 2)
    assert len({page.title for page in found.pages}) == count
    assert all(topic in page.text for page in found.pages[1:-1])


@pytest.mark.parametrize(
    ("text", "topic", "pages"),
    [
        ("做一个五页的PPT：四季\n春\n夏\n秋\n冬\n年", "四季", ["春", "夏", "秋", "冬", "年"]),
        ("把下面的内容做成PPT：\n春\n夏\n秋", "春", ["春", "夏", "秋"]),
        ("做个PPT\n四季之歌\n1. 春\n2、夏\n（3）秋\n④冬", "四季之歌", ["春", "夏", "秋", "冬"]),
        ("PPT：城市的一天：清晨；上班；夜晚", "城市的一天", ["清晨", "上班", "夜晚"]),
        ("画一套幻灯片：1、春 2、夏 3、秋", "春", ["春", "夏", "秋"]),
        ("做PPT：第一页：春；第二页：夏", "春", ["春", "夏"]),
        ("做一个PPT，内容如下：\n- 春\n- 夏", "春", ["春", "夏"]),
        ("做一个PPT：四季\n封面\n春\n冬", "四季", ["四季", "春", "冬"]),
        ("做一个PPT\n1. 封面：夜色\n2. 春", "夜色", ["夜色", "春"]),
        ("做一个5页的PPT：四季\n春\n夏", "四季", ["四季", "春", "夏", "背景与由来", "总结与展望"]),
        ("做一个3页的PPT：四季\n春\n夏", "四季", ["四季", "春", "夏"]),
    ],
)
def test_own_lines_lists_and_points_are_the_pages(text: str, topic: str, pages: list[str]) -> None:
    assert deck(text).topic == topic
    assert titles(text) == pages


def test_a_line_is_a_title_and_what_it_shows() -> None:
    found = deck(
        "做PPT：城市\n1. 交通：飞行汽车\n  - 浮空船\n2. 行人——机械改造\n"
        "3. 天色渐渐暗下来的时候，街上的灯一盏一盏亮了起来，远处的海面上升起一轮很大的月亮"
    )

    assert found.own
    assert found.pages[:2] == (
        Page(title="交通", text="飞行汽车；浮空船"),
        Page(title="行人", text="机械改造"),
    )
    assert found.pages[2].title == "天色渐渐暗下来的时候"
    assert found.pages[2].text.endswith("很大的月亮")


def test_points_beyond_the_count_share_pages_and_none_is_lost() -> None:
    found = deck("做一个3页的PPT：四季\n春：花\n夏\n秋\n冬")

    assert [page.title for page in found.pages] == ["春", "夏", "秋"]
    assert found.pages[2].text == "秋；冬"
    shared = deck("做一个2页的PPT：四季\n春：花\n夏\n秋\n冬").pages[0]
    assert shared == Page(title="春", text="春：花；夏")


@pytest.mark.parametrize("text", ["做一个25页的PPT：宇宙", "做PPT：数\n" + "\n".join("甲" * 25)])
def test_more_than_twenty_pages_are_cut_and_said_to_be(text: str) -> None:
    assert (len(deck(text).pages), deck(text).cut) == (MOST_PAGES, True)


@pytest.mark.parametrize(
    "text",
    [
        *("PPT怎么做", "做PPT用什么软件好", "这个5页的PPT真好看", "原来PPT这么难", "不要PPT"),
        *("我要PPT", "PPT", "做一个PPT", "一只猫", "PPT模板下载", "一只猫\n做一个PPT：猫", ""),
        "一位设计师坐在窗边，" * 8 + "屏幕上是PPT：销售报告",
        *("帮我生成一个PPT封面，科技感", "画一张幻灯片背景", "生成PPT配图：云计算"),
        *("画一张演示文稿的封面", "画一只正在做PPT的猫"),
    ],
)
def test_other_talk_asks_for_no_deck(text: str) -> None:
    assert read(text) is None


WORDS = st.text(alphabet="做一个五5页的PPT关于：:；;\n1.、第- 春夏“”\u3000x", max_size=120)


@settings(max_examples=400, deadline=None)
@given(WORDS)
def test_whatever_is_asked_is_bounded_and_has_titles(words: str) -> None:
    found = read("做一个PPT：" + words)
    if found is None:
        return

    assert 1 <= len(found.pages) <= MOST_PAGES
    assert found.topic
    for page in found.pages:
        assert page.title.strip()
        assert "\n" not in page.title
        assert len(page.title) <= 40
        assert points.restored(points.stored(page)) == page


# ---- the text model ----

THREE = deck("做一个3页的PPT：四季")
ANSWERED = ["春日", "盛夏", "尾声"]


def answer(**more: str) -> str:
    pages = [{"title": title, "show": f"画{title}", **more} for title in ANSWERED]
    return json.dumps({"pages": pages}, ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        answer(),
        f"好的，这是大纲 {{}}：\n```json\n{answer(note='…')}\n```\n还要改吗？",
        json.dumps([{"标题": title, "内容": ["画", title]} for title in ANSWERED]),
        "大纲如下：\n1. 春日：画春日\n2. 盛夏：画盛夏\n3. 尾声：画尾声",
        "1. **春日**：画春日\n\n2. **盛夏**：画盛夏\n\n3. **尾声**：画尾声",
        answer().replace("尾声", "3. 尾声"),
        answer()[:-1] + ',"pages_more":1}',
    ],
)
def test_a_text_models_answer_becomes_the_pages(text: str) -> None:
    found = outlined.answered(text, THREE)

    assert found is not None
    assert found.topic == "四季"
    assert [page.title for page in found.pages] == ANSWERED
    assert all(page.text.startswith("画") for page in found.pages)


def test_an_answer_never_changes_the_number_of_pages() -> None:
    more = outlined.answered(json.dumps({"pages": ["甲", "乙", "丙", "丁"]}), THREE)
    fewer = outlined.answered(json.dumps(["甲"]), THREE)

    assert more is not None
    assert [page.title for page in more.pages] == ["甲", "乙", "丙"]
    assert fewer is not None
    assert [page.title for page in fewer.pages] == ["甲", *(p.title for p in THREE.pages[1:])]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "我不能回答这个问题。",
        "{}",
        "[]",
        '{"pages": {}}',
        "[1, null, {}]",
        "[" * 30_000,
        "{" * 9,
    ],
)
def test_an_answer_without_pages_is_none(text: str) -> None:
    assert outlined.answered(text, THREE) is None


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.text(max_size=50) | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["pages", "title", "show", "x"]), inner)
        ),
    )
)
def test_any_json_is_taken_or_left(value: object) -> None:
    found = outlined.answered(json.dumps(value), THREE)

    assert found is None or len(found.pages) == 3


def test_the_model_is_told_the_topic_the_count_and_own_points() -> None:
    own = deck("做PPT：四季\n春：花\n夏")

    assert outlined.question(THREE) == "主题：四季\n页数：3"
    assert outlined.question(own).splitlines()[3:] == ["1. 春：花", "2. 夏"]
    assert "JSON" in outlined.SYSTEM


# ---- the pictures ----


def test_every_page_is_asked_for_in_one_style_with_its_own_title() -> None:
    prompts = outlined.prompts(THREE, style="水彩")
    shared = {prompt.split("\n")[1] for prompt in prompts}

    assert len(shared) == 1
    assert "水彩" in shared.pop()
    for number, (prompt, page) in enumerate(zip(prompts, THREE.pages, strict=True), 1):
        assert f"第 {number} 页，共 3 页" in prompt
        assert prompt.count(f"只写一次，用粗黑体放在左上方：“{page.title}”。") == 1
        assert page.text in prompt
    assert outlined.STYLE in outlined.prompts(THREE)[0]


def test_a_title_that_we_set_is_left_to_us() -> None:
    (prompt, *_) = outlined.prompts(deck("做PPT：四季\n春：花\n夏"), titled=False)

    assert "不写任何文字" in prompt
    assert "只写一次" not in prompt
    assert "画面：春：花。" in prompt
