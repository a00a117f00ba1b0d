"""Whether words are a change of a picture that is there: surely, maybe, or not. Pure."""

import re
from enum import IntEnum
from typing import Final

from bot.images import sizes, styles
from bot.images.script import simplified
from bot.images.styles import Styles

_LONGEST_MAYBE: Final = 60  # characters; who says more describes a picture
_LONGEST_SURE: Final = 200


class Change(IntEnum):
    NO = 0
    MAYBE = 1  # it can be drawn by itself as well
    SURE = 2  # it means nothing without a picture


def _any(words: str) -> str:
    """Return a pattern of one of *words*, which white space parts; the longer ones stand first."""
    return "(?:" + "|".join(words.split()) + ")"


_N: Final = r"[^，,。；;！!？?\n]"  # within one clause
# What may stand before the change itself: praise, politeness, thinking aloud …
_BEFORE: Final = _any(
    """请 麻烦你? 帮忙 帮我 给我 能不能 能否 可不可以 可以了? 能 你 那就? 然后 接着 还是 我想要?
    我要 想要? 希望 嗯+ 好看 好的? 不错 很好 很棒 漂亮 喜欢 还行 ok OK 对了 但是? 不过 就是 现在"""
)
# … and what is wrong with it: 左手多了一根手指，去掉
_WRONG: Final = _any("多了 少了 有点 不是 不对 不够 不好 不喜欢 不像 看不 错了 太(?![阳空极平])")
_LEAD: Final = (
    rf"(?:{_BEFORE}[，,。！!~\s]*|[^，,。；;\n]{{0,8}}{_WRONG}[^，,。；;\n]{{0,8}}[，,]\s*)*+再?"
)
_END: Final = (
    "(?:"
    + _any("一下 下 吧 呗 啊 呢 哦 嘛 吗 就好 就行 可以吗 好吗 行吗 试试 看看")
    + r"|[。！!~～？?\s])*$"
)
_GO: Final = rf"(?:[，,。]|{_END})"

# ---- a picture is asked for by name: that is a new one ----

_COUNT: Final = r"(?:一|两|二|三|几|[123])"
_MEASURE: Final = "[张幅个只位条座栋头匹朵棵片群名款套组份枚把辆艘架件本间家对双]"
_WHOLE: Final = re.compile(
    "(?:"
    + _any("请 麻烦 帮我 给我 替我 为我 你 再 来 能不能 可以 我想要? 我要")
    + r"[，,\s]*)*(?:"
    + _any("画 绘制 生成 设计 创作 制作 做 来")
    + rf"出?{_COUNT}?{_MEASURE}(?!新?(?:背景|颜色|角度|姿势|风格))"
    rf"|{_COUNT}{_MEASURE}(?![^，,。]{{0,8}}(?:就[行好够]|太少|不够|太多)))"
)

# ---- the words of a change ----

_BECOME: Final = _any(
    """换成 换为 换到 换上 换掉 换个 换一下 改成 改为 改到 改一下 改[大小长短] 改个 替换成?
    调成 调整[为成]? 调[亮暗高低大小] 调一下 变成 变为 变得 变个 转成 转为 做成 画成 弄成
    P成 p成 涂成 染成 移到 移动 移开 移走 移除 挪到 挪动 缩小 缩短 放大 拉近 拉远 拉长 去掉
    去除 去了 删掉 删除 删了 拿掉 拿走 擦掉 抹掉 抠掉 抠出 抠下 消除 清除 P掉 p掉 遮住 遮掉
    盖住 加上 加到 加进 加个 加点 补上 补全 修复 修好 修一下 恢复 虚化 模糊 锐化 翻转 旋转
    裁掉 裁剪 裁成"""
)
_LOOK: Final = _any(
    """鲜艳 鲜亮 明亮 明显 清晰 清楚 清新 柔和 自然 真实 写实 夸张 可爱 好看 漂亮 美 年轻 成熟
    开心 温柔 严肃 热闹 简单 简洁 复杂 丰富 立体 梦幻 温暖 冷淡 高级 大气 喜庆 古典 现代
    复古 精致 精细 细致 饱满 透亮 透明 靠[左右上下] 往[左右上下] 居中 突出 醒目 生动 活泼
    干净 整齐 紧凑 宽松 强烈 饱和
    [亮暗大小高低深浅浓淡多少长短宽窄胖瘦远近快慢冷暖厚薄粗细密疏粉蓝红绿黄白黑紫艳帅]
    [酷萌圆尖直歪斜卷凶老旧新强弱]"""
)
_PARTS: Final = _any(
    """背景 天空 天气 颜色 色调 配色 光线 灯光 光 字体 字 副标题 标题 文字 文案 构图 画面 画风
    风格 整体 主体 人物 角色 主角 衣服 服装 裙子 裤子 鞋子? 帽子 眼镜 围巾 头发 发型 发色
    眉毛 眼睛 鼻子 嘴巴? 脸 表情 皮肤 手 姿势 动作 视角 角度 镜头 氛围 季节 时间 场景 地面
    水面 墙 窗外 左边 右边 上面 下面 上方 下方 前面 后面 旁边 中间 角落 周围 远处 近处 前景
    比例 画幅 尺寸 边框 阴影 水印 logo LOGO"""
)
_ACTS: Final = "[戴穿换加配变站坐跑跳笑看抱飞睡躺带涂披系骑拿举喝吃张闭抬低转靠挥哭来画添]"
_BEING: Final = (
    "[女男人孩娃猫狗兔熊虎狮马鸟鱼龙老小少美妈爸爷奶姑师生员兵侠主王仙怪鸭鹅猴猪鼠羊牛狐]"
)
_HOLD: Final = r"(?:把|将(?![军来近士要帅相]))(?!酒|我)"

# ---- surely a change ----

_SURE: Final = tuple(
    re.compile(_LEAD + pattern)
    for pattern in (
        # 把帽子换成红色, 将背景换成…; 将军 is a man.
        rf"{_HOLD}{_N}{{1,24}}?{_BECOME}",
        # 背景换成夜晚, 左边的人去掉
        (
            rf"(?!我|青蛙|毛毛虫)(?:{_N}{{1,10}}?)?"
            r"(?:换成|换为|改成|改为|替换成|调成|换个|去掉|删掉|拿掉|移走|P掉|p掉)(?!后)"
        ),
        rf"{_N}{{1,12}}(?:去掉|删掉|删了|去了|拿掉|移走|P掉|不要了){_GO}",
        r"(?:变成|变为|画成|转成|弄成|做成)(?!功|长|为)",
        r"(?:去掉|去除|删掉|删除|删了|拿掉|移除|移走|擦掉|抹掉|抠掉|消除|清除|P掉|p掉)(?=.)",
        # 背景太乱了, 背景换一下
        rf"{_PARTS}(?:还是)?(?:有点|太(?![阳空极平])|不够){_N}{{1,5}}",
        rf"{_PARTS}(?:再)?(?:换|改|调)(?:一下|掉|了|换)?{_GO}",
        r"再?往[左右上下前后][边面]?(?:移|挪|靠|转|偏|一点|一些|点)",
        # 换个背景, 换一种画风, 换身衣服
        r"换(?:个|一个|一?种|一?身|一?件|一?款|一?套|上|掉|了)(?!电话|季|乘)",
        # 再亮一点, 更可爱些, 头发再长一点, 字大一些
        (
            rf"{_N}{{0,10}}?(?:再|更|稍微|稍|略微|略|还要|还可以|画得?|调|要)得?更?{_N}{{0,4}}?"
            rf"{_LOOK}(?:一?[点些]儿?){_GO}"
        ),
        rf"{_N}{{0,8}}?(?:再|更|还要)加?{_LOOK}(?:的|一?[点些]儿?)?{_GO}",
        rf"{_N}{{0,8}}?{_LOOK}一?[点些]儿?{_GO}",
        # 太暗了, 脸太大, 不够可爱
        rf"{_N}{{0,8}}?(?:太|有点儿?太?|有些|过于){_LOOK}了?{_GO}",
        rf"{_N}{{0,8}}?不够{_LOOK}{_GO}",
        (
            r"(?:缩小|裁剪|裁掉|翻转|镜像|拉近|拉远|虚化|锐化|美颜|磨皮|瘦脸|上色|扩图|扩展画面|调[亮暗高低大小整色]"
            r"|改一下|改[大小长短个]|换一下|修一下|修掉|旋转(?=\d|一|$)|放大(?!镜))"
        ),
        (
            r"(?:抠图|去水印|去背景|去底色?|精修|高清一?[点些]|提高(?:清晰度|画质|亮度|对比度|饱和度)"
            rf"|降低{_N}{{0,4}}度){_GO}"
        ),
        (
            r"(?i:(?:please\s+)?(?:make (?:it|him|her|them|the)\b|change (?:it|the|his|her)\b"
            r"|replace the\b|remove (?:it|the)\b|turn (?:it|this) into\b|(?:more|less) \w+$"
            r"|(?:brighter|darker|bigger|smaller|larger)\W*$))"
        ),
    )
)

# ---- maybe a change ----

_MAYBE: Final = tuple(
    re.compile(_LEAD + pattern)
    for pattern in (
        rf"{_HOLD}{_N}{{1,20}}",
        rf"{_N}{{1,10}}?(?:变成|变为|变得)",
        # 加一只猫; 加拿大, 加油站 and 加菲猫 are names.
        (
            r"(?:再|多|另外|旁边)?(?:加上?(?!拿大|油|州|班|菲|湿|勒|薪|冕|里|缪|气站|工|减|盟)"
            r"|添上?|增加|补上?|放上|配上|画上|点缀)(?=.)"
        ),
        r"来一?[点些](?=.)",
        r"再?(?:多|少)(?:加|来|画|放)?(?:一?[点些]|几|一|两|三)",
        r"(?:不要|不用|别要|别有|别画|不需要|没有|无)(?=[^的]{1,10}$)",
        # 背景是夜晚, 天空再多点云, 左边加一棵树
        (
            rf"{_PARTS}的?{_N}{{0,6}}?(?:要|是|用|换|改|变|再|更|太|不要|别|调|加|去|也|都|应该|可以|能不能"
            r"|写|放|画|有点|少|多|弄|从|往|朝)"
        ),
        rf"(?:在|往|从)?{_PARTS}[里上下中边]?再?[加添放画写来多配拿捧握抱举]",
        rf"在?{_N}{{1,6}}[上里下边旁中](?:面|再)?[加添多补放来][一两几个只点些上条]",
        rf"{_PARTS}都?(?:虚化|模糊|留白|简化|发光|反光){_END}",
        # 她要穿红裙子, 让它笑起来, 给猫戴个围巾
        (
            rf"(?:它们?|他们?|她们?|这个|那个|这只|那只)[的们]?{_N}{{0,6}}?"
            rf"(?:要|是|换|改|变|再|更|太|不|{_ACTS})"
        ),
        rf"(?:让|使|给|替)(?!我|你|大家|孩子们的|自己){_N}{{1,8}}?{_ACTS}(?!{_N}*的{_N}{{1,4}}$)",
        # 戴上帽子; 戴帽子的狗 is a picture.
        (
            r"(?:戴上?|穿上?|换上|拿着?|骑着?|坐着?|站着?|抱着?|举着?|闭上?眼|张开|笑一?[个下]|抬头|低头|转身"
            rf"|回头|看镜头|微笑|大笑)(?!{_N}*的{_N}{{0,4}}{_BEING}){_N}{{0,10}}$"
        ),
        (
            r"(?:(?:侧面|正面|背面|侧脸|特写|近景|远景|全景|中景|全身|半身|俯视|仰视|平视|俯拍|仰拍|广角|逆光|背光"
            rf"|鱼眼)(?:视角|角度|照|镜头)?)+{_END}"
        ),
        (
            r"(?:要|改?在)?(?:夜晚|晚上|夜里|夜景|白天|黄昏|傍晚|清晨|早晨|日落|日出|下雨|下雪|雨天|雪天|雨夜|雪夜"
            r"|晴天|阴天|大雾|起雾|春天|夏天|秋天|冬天|雨中|雪中)(?:的|时|里|了|版|效果|场景|氛围)?"
            + _END
        ),
        (
            r"(?:要|用|想要)?[纯浅深淡大天亮粉墨]?[蓝红绿黄白黑紫粉橙灰棕金银米]色?的?(?:底色?|背景|系|调)?"
            + _END
        ),
        r"(?:黑白|彩色|[暖冷]色调?|透明背景|透明底|背景透明|纯色背景|单色|高对比|低饱和)的?" + _END,
        rf"#[0-9A-Fa-f]{{3,6}}\s*的?(?:背景|底色?|色)?{_END}",
        rf"(?:保留|保持|恢复|只要|只留|就要){_N}{{1,12}}(?:$|[，,])",
        r"(?i:(?:please\s+)?(?:add|without|put|give (?:it|him|her)|with)\s+\w+(?:\s+\w+){0,6}\W*$)",
    )
)
_ONLY_SIZE: Final = re.compile(
    r"(?:一下|图片?|画面?|[换变改做请帮我成为吧呗把将这张它整个的，,。！!\s])*"
)

# ---- photos ----

_PHOTO: Final = (
    _any("照片 相片 自拍照? 合照 合影 全家福 生活照 证件照 毕业照 婚纱照 头像照?")
    + "(?!墙|级|风|质感|感|般|一样|式|框|纸|展)"
)
_WHOSE: Final = _any("我 我们 他 她 这 那 这几 这两 上面 刚发 刚才发")
_OF_PHOTO: Final = tuple(
    re.compile(rf"(?:{_LEAD})?{pattern}")
    for pattern in (
        rf"(?:把|将|给|让|用|对|按|根据|以|参考|照着){_N}{{0,6}}?{_PHOTO}",
        (
            rf"{_WHOSE}的?[张几两]*{_N}{{0,4}}?{_PHOTO}"
            rf"(?:{_N}{{0,6}}?{_BECOME}|里|中|上|的|去|抠|修|P|上色)"
        ),
        (
            rf"(?:老|旧|黑白)?{_PHOTO}的?(?:背景|底色|底)?"
            "(?:变|换|改|转|修|上色|去|抠|美颜|P|调|高清|清晰|做|画)"
        ),
        r"(?:修复|上色|翻新)(?:一下)?(?:老|旧|黑白)照片",
        r"把我们?[变画换Pp做改弄放穿]",
        r"给我们?(?:换|加|戴|P|p|美颜|瘦脸)(?!一?张)",
        rf"(?:生成|制作|做|换|拍|弄|要|来)(?:成|一张|一个|个|张)?{_N}{{0,4}}?证件照{_END}",
    )
)


def change(text: str, known: Styles | None = None) -> Change:
    """Return whether *text* is a change of a picture that is there.

    *known* are the styles, by default those of the file.
    """
    text = simplified(text).strip()
    if not text or _WHOLE.match(text):
        return Change.NO
    size, rest = sizes.changed(text)
    if size and _ONLY_SIZE.fullmatch(rest):
        return Change.SURE
    if len(text) <= _LONGEST_SURE and any(one.match(rest) for one in _SURE):
        return Change.SURE
    if len(text) > _LONGEST_MAYBE:
        return Change.NO
    if any(one.match(rest) for one in _MAYBE) or (known or styles.first()).is_all(rest):
        return Change.MAYBE
    return Change.NO


def of_photo(text: str) -> bool:
    """Whether *text* speaks of a photo as something the follower has."""
    text = simplified(text).strip()
    return len(text) <= _LONGEST_SURE and any(one.match(text) for one in _OF_PHOTO)
