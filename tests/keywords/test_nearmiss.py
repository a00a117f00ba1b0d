"""Near misses get a suggestion; whatever somebody might want drawn does not."""

from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.keywords.index import Index
from bot.keywords.normalise import normalise
from bot.models import Keyword, MatchMode, Rule, TextReply

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SEEDS = ("MySQL知识图谱", "电子书", "大厂内推", "AI")
OPERATORS = (
    *("Python入门教程", "前端学习路线", "Java面试题", "简历模板", "优惠券", "报名流程", "联系客服"),
    *(
        "商务合作",
        "加入社群",
        "直播回放",
        "课程表",
        "考研资料",
        "四级真题",
        "公务员考试",
        "会员权益",
    ),
    *("退款流程", "售后服务", "营业时间", "门店地址", "价格表", "新手指南", "常见问题", "抽奖活动"),
    *(
        "Redis面试题",
        "Docker教程",
        "Linux命令大全",
        "算法刷题",
        "机器学习",
        "深度学习",
        "大模型资料",
    ),
    *("ChatGPT使用教程", "提示词模板", "产品经理", "数据分析", "Excel技巧", "PPT模板", "英语口语"),
    *("减脂食谱", "旅游攻略", "育儿手册", "理财入门", "C++", "GPT"),
)
ORDINARY = (
    *("一只猫", "大海", "电影海报", "一只小狗在草地上奔跑", "星空", "雪山", "日落", "城市夜景"),
    *("赛博朋克", "未来城市", "小女孩", "宇航员", "机器人", "小熊猫", "大熊猫", "向日葵", "樱花树"),
    *("江南水乡", "古风美女", "森林小屋", "海边日出", "蓝色的鲸鱼", "孙悟空", "中国龙", "狮子王"),
    *("红色跑车", "咖啡馆", "图书馆", "电影院", "游乐园", "生日蛋糕", "圣诞老人", "中秋节快乐"),
    *("春天的花园", "秋天的落叶", "下雨的街道", "老爷爷", "幼儿园", "毕业照", "全家福"),
    *("电脑桌", "书架上的猫", "老师在上课", "程序员", "大学生", "大厦", "大厨", "工厂", "地图"),
    *("猫咪头像", "手机壁纸", "公司logo", "水墨山水", "画一只猫", "AI画一只猫", "帮我画电子书封面"),
    *("生成一张海报", "科幻风格的城市", "穿汉服的少女", "一个苹果", "火星基地", "海底世界", "恐龙"),
    *("cat", "a cat", "dog", "sunset", "hello", "你好", "谢谢", "在吗", "好的", "早上好"),
    *("机械战警", "深海鱼", "数学题", "产品照片", "英雄联盟", "旅行的青蛙", "学习的孩子", "会议室"),
    *("电子", "数据中心", "客厅", "价值连城", "面试的女孩", "抽象派油画", "红玫瑰", "千与千寻"),
)
NEAR = (
    ("电子数", "电子书"),
    ("电子表", "电子书"),
    ("电字书", "电子书"),
    ("店子书", "电子书"),
    ("电子书籍", "电子书"),
    ("電子数", "电子书"),
    ("电 子 书", "电子书"),
    ("我要电子书", "电子书"),
    ("电子书下载", "电子书"),
    ("求电子书！", "电子书"),
    ("领取电子书", "电子书"),
    ("电子书吗", "电子书"),
    ("mysql知识", "MySQL知识图谱"),
    ("MySQL知识图", "MySQL知识图谱"),
    ("mysql图谱", "MySQL知识图谱"),
    ("mysq知识图谱", "MySQL知识图谱"),
    ("myslq知识图谱", "MySQL知识图谱"),
    ("mysql 知识图普", "MySQL知识图谱"),
    ("MySQL知识图谱下载", "MySQL知识图谱"),
    ("知识图谱", "MySQL知识图谱"),
    ("大厂内退", "大厂内推"),
    ("大厂推", "大厂内推"),
    ("大场内推", "大厂内推"),
    ("大厂 内推", "大厂内推"),
    ("大厂内推吗", "大厂内推"),
    ("python入门", "Python入门教程"),
    ("pyton入门教程", "Python入门教程"),
    ("前端学习", "前端学习路线"),
    ("前端学习路径", "前端学习路线"),
    ("java面试", "Java面试题"),
    ("jave面试题", "Java面试题"),
    ("java", "Java面试题"),
    ("简历模版", "简历模板"),
    ("优惠卷", "优惠券"),
    ("优惠劵", "优惠券"),
    ("联系客户", "联系客服"),
    ("商务合做", "商务合作"),
    ("加入社区", "加入社群"),
    ("直播回看", "直播回放"),
    ("考研资科", "考研资料"),
    ("公务员考式", "公务员考试"),
    ("会员权力", "会员权益"),
    ("退款的流程", "退款流程"),
    ("营业时问", "营业时间"),
    ("常见问提", "常见问题"),
    ("docker教成", "Docker教程"),
    ("linux命令", "Linux命令大全"),
    ("chatgpt教程", "ChatGPT使用教程"),
    ("提示词模版", "提示词模板"),
    ("旅游功略", "旅游攻略"),
    ("减脂食普", "减脂食谱"),
)


def exact(*keywords: str) -> Index:
    return Index.build(
        Rule(id=place, name=keyword, keywords=(Keyword(keyword),), replies=(TextReply("好"),))
        for place, keyword in enumerate(keywords)
    )


@pytest.fixture(name="index", scope="module")
def _index() -> Index:
    return exact(*SEEDS, *OPERATORS)


def test_the_tables_are_as_long_as_promised() -> None:
    assert len(set(ORDINARY)) >= 60
    assert len(set(OPERATORS)) >= 40
    assert len(set(NEAR)) >= 40


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_prompt_is_no_near_miss(index: Index, text: str) -> None:
    assert index.suggest(text, now=NOW) is None


@pytest.mark.parametrize(("text", "keyword"), NEAR)
def test_a_near_miss_is_suggested_as_the_operator_wrote_it(
    index: Index, text: str, keyword: str
) -> None:
    assert index.suggest(text, now=NOW) == keyword


@pytest.mark.parametrize(
    "text",
    [
        "画电子书",
        "画 电子表",
        "电子书封面",
        "一本电子书",
        "生成电子书",
        "电子书照片",
        "做一个电子书",
    ],
)
def test_a_text_with_a_drawing_word_is_a_prompt(index: Index, text: str) -> None:
    assert index.suggest(text, now=NOW) is None


def test_a_drawing_word_of_the_keyword_itself_is_none() -> None:
    assert exact("海报模板").suggest("海报模版", now=NOW) == "海报模板"


@pytest.mark.parametrize("text", ["ai资料", "aj", "cpp", "c+", "gpu", "AI课"])
def test_a_keyword_of_two_characters_or_three_letters_has_no_near_misses(
    index: Index, text: str
) -> None:
    assert index.suggest(text, now=NOW) is None


def test_only_exact_keywords_have_near_misses() -> None:
    for mode in MatchMode:
        rule = Rule(name="书", keywords=(Keyword("电子书", mode),), replies=(TextReply("好"),))
        expected = "电子书" if mode is MatchMode.EXACT else None
        assert Index.build([rule]).suggest("电子数", now=NOW) == expected


def test_a_rule_at_rest_is_not_suggested() -> None:
    rule = Rule(name="书", keywords=(Keyword("电子书"),), replies=(TextReply("好"),), ends_at=NOW)

    assert Index.build([rule]).suggest("电子数", now=NOW) is None
    assert Index.build([rule]).suggest("电子数", now=NOW - timedelta(1)) == "电子书"


def test_an_excluded_text_gets_no_suggestion() -> None:
    keywords, replies = (Keyword("电子书"),), (TextReply("好"),)
    index = Index.build([Rule(name="书", keywords=keywords, excluding=("不要",), replies=replies)])

    assert index.suggest("不要电子书", now=NOW) is None
    assert index.suggest("我要电子书", now=NOW) == "电子书"


def test_the_nearest_is_suggested() -> None:
    assert exact("公务员考试", "公务员考试题").suggest("公务员考试卷", now=NOW) == "公务员考试"
    assert exact("公务员考试题", "公务员考试").suggest("公务员考式题", now=NOW) == "公务员考试题"


@settings(max_examples=2000, deadline=None)
@given(st.sampled_from([*SEEDS, *OPERATORS]), st.data())
def test_one_wrong_character_in_a_long_keyword_is_forgiven(
    keyword: str, data: st.DataObject
) -> None:
    spelled = normalise(keyword).replace(" ", "")
    if len(spelled) < 6:
        return
    place = data.draw(st.integers(0, len(spelled) - 1))
    typed = f"{spelled[:place]}㐂{spelled[place + 1 :]}"

    assert exact(keyword).suggest(typed, now=NOW) == keyword


@settings(max_examples=2000, deadline=None)
@given(st.text(max_size=12))
def test_a_suggestion_is_always_one_of_the_keywords(text: str) -> None:
    assert EXAMPLE.suggest(text, now=NOW) in (None, *SEEDS)


EXAMPLE = exact(*SEEDS)


def test_many_keywords_alike_are_compared_at_bounded_cost() -> None:
    """All share the text's beginning or end; only so many are looked at."""
    random = Random(1)
    han = [chr(code) for code in range(0x4E00, 0x5E00)]
    alike = {f"电子{random.choice(han)}{random.choice(han)}" for _ in range(20_000)}
    alike |= {f"{random.choice(han)}{random.choice(han)}数据" for _ in range(20_000)}
    index = exact("电子图书", *sorted(alike))

    assert min(_seconds(index, "电子图数") for _ in range(5)) < 0.02
    assert index.suggest("电子图数", now=NOW) is not None


def _seconds(index: Index, text: str) -> float:
    started = perf_counter()
    index.suggest(text, now=NOW)
    return perf_counter() - started
