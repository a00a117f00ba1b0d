"""What a sentence names beside its picture: an exact title, a plain ground, a quality. Pure."""

import re
from typing import Final

from bot.images.script import simplified

LONGEST_TITLE: Final = 60  # characters

_QUOTED: Final = (
    r"(?:[“”\"＂](?P<{0}1>[^“”\"＂\n]+)[“”\"＂]|「(?P<{0}2>[^」\n]+)」|『(?P<{0}3>[^』\n]+)』"
    r"|《(?P<{0}4>[^》\n]+)》|[‘’'](?P<{0}5>[^‘’'\n]+)[‘’'])"
)
_IS: Final = r"(?:内容)?\s*(?:要?写?[是为叫成用]|写上?|[改换][成为]|[:：])?\s*[:：]?\s*"
_TITLE: Final = re.compile(
    rf"(?<!副)(?:大?标题|题目|标语|口号|文案|文字|大字|字样|主题)(?:文字|词|语)?{_IS}"
    + _QUOTED.format("a")
)
_SUBTITLE: Final = re.compile(rf"副标题{_IS}" + _QUOTED.format("a"))
_WRITTEN: Final = re.compile(
    r"(?:[写印刻绣贴画][着有上了]|写(?:个|一?行|几个)?|题[着上字]|[配加][上个]?(?:一行)?文?字)"
    r"(?:一行|几个|大|艺术|白|红|金|黑|的|文)*字?\s*[:：]?\s*" + _QUOTED.format("a")
)
_COLON: Final = re.compile(
    r"(?<!副)(?:^|(?<=[，,。；;\s]))(?:主|大)?标题\s*[:：]\s*(?P<a1>[^，,。；;\n“”\"「《:：]{1,30})"
)
_ANY_QUOTED: Final = re.compile(_QUOTED.format("a"))

_FACES: Final = {"宋体": "serif", "楷体": "kai", "黑体": "sans"}
_VERTICAL: Final = re.compile(r"[竖直]排|竖着?写")
_EXACT: Final = re.compile(
    r"(?:精准|精确|准确)(?:的)?(?:文字|标题|字)"
    r"|(?:文字|标题|字)(?:一定|必须)?要?(?:准确|精准|精确|写对|别错)"
    r"|(?:字|文字|标题)(?:都|千万|绝对)?(?:不能|别|不要|不可以)(?:有)?错|(?:不要|别|不能)(?:写|有)?错(?:别)?字"
)

_NOT: Final = r"(?<!不)(?<!不要)(?<!不用)(?<!别)(?<!不是)"
_TRANSPARENT: Final = re.compile(
    _NOT + r"(?:透明(?:的)?(?:背景|底|通道)"
    r"|背景(?:要|是|为|换成|改成|变成|弄成|做成|设为)?全?透明|免抠"
    r"|(?:png|PNG)透明)"
)
_CUT_OUT: Final = re.compile(
    _NOT + r"(?:抠图|抠出来|抠出|去底(?=$|[，,。！\s图])|[去扣抠]除?掉?背景|表情(?:包|贴)"
    r"|(?<![满着了])贴纸(?=$|[，,。：:！!？?\s]|风格|效果|图案?)"
    r"|(?:[一1几组套][组套张个]|个|张|做成|变成|换成|改成|当)表情(?=$|[，,。！!\s]))"
)

_COLOURS: Final = {
    "天蓝": "#87CEEB", "浅蓝": "#ADD8E6", "深蓝": "#003366", "蓝": "#438EDB",
    "大红": "#FF0000", "正红": "#FF0000", "红": "#FF0000", "粉红": "#FFC0CB", "粉": "#FFC0CB",
    "纯白": "#FFFFFF", "白": "#FFFFFF", "纯黑": "#000000", "黑": "#000000",
    "浅灰": "#EEEEEE", "深灰": "#555555", "灰": "#D9D9D9",
    "浅绿": "#C1E1C1", "绿": "#00B140", "黄": "#FFD400", "米": "#F5F5DC",
    "橙": "#FFA500", "紫": "#8A5CF6",
}  # fmt: skip
"""A ground by its name; blue and red are those of Chinese ID photographs."""
_HEX: Final = r"(?:#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})(?![0-9A-Fa-f]))"
_COLOUR: Final = "(?:" + "|".join(sorted(_COLOURS, key=len, reverse=True)) + ")"
_TO: Final = (
    r"(?:色|颜色)?\s*(?:是|为|用|要|选|设为|[换改变弄做][成为])?\s*[:：]?\s*(?:纯色)?\s*的?\s*"
)
_GROUNDS: Final = (
    re.compile(
        _NOT + rf"(?P<g>{_HEX})\s*(?:这个|号)?(?:色|颜色)?\s*(?:的|作为|作|做|为|当)?\s*"
        r"(?:纯色)?(?:背景|底色|底)"
    ),
    re.compile(rf"(?:背景|底色|底)(?:的)?{_TO}(?P<g>{_HEX})"),
    re.compile(
        _NOT + rf"(?:纯色?)?(?P<g>{_COLOUR})色?(?:的)?(?:纯色)?"
        r"(?:背景(?![里中上下]?[的有是]?[^，,。；;\s]*[城街景森海山夜])"
        r"|底(?![白黑红金蓝绿黄银][色]?[字花边纹点格条])(?=$|色|[，,。；;！!\s的照证换]))"
    ),
    re.compile(
        rf"(?:背景|底色|底)(?:的)?{_TO}(?:纯)?(?P<g>{_COLOUR})(?:色|底)?"
        r"(?=的?吧?(?:$|[，,。；;！!\s]))"
    ),
)
_PLAIN: Final = re.compile(_NOT + r"(?:纯色(?:的)?(?:背景|底)|背景(?:是|用|为|换成)?纯色)")
_ONE_HEX: Final = re.compile(_HEX)
_SHORT_HEX: Final = 4

_HIGH: Final = re.compile(
    _NOT + r"(?:超?高清(?!电视|机顶|摄像|线|频道|屏)|超清|高画质|高质量|精修"
    r"|(?:[48][kK])(?![a-zA-Z0-9])"
    r"|(?:画得?|更|再)?(?:精细|细致|清晰)(?:一?[点些]))"
)
_LOW: Final = re.compile(
    _NOT + r"(?:低画质|小样|草图(?:就[行好]|即可|看看|模式|也行)"
    r"|(?:先|随便|快速)(?:来|画|出|打)?(?:个|一?张)?草图"
    r"|快速(?:出图|生成|画|来)|[画出](?:得)?快一?[点些]|快一?点[画出])"
)


def title(text: str) -> str:
    """Return the exact words that are to stand in the picture; a subtitle on a line of its own."""
    plain = simplified(text)
    for pattern in (_TITLE, _COLON, _WRITTEN):
        if found := _inner(text, pattern.search(plain)):
            sub = _inner(text, _SUBTITLE.search(plain))
            return f"{found}\n{sub}" if sub and sub != found else found
    return ""


def _inner(text: str, match: re.Match[str] | None) -> str:
    """Return what stands in the quotes, as it was written."""
    if match is None:
        return ""
    place = next(number for number, inner in enumerate(match.groups(), 1) if inner is not None)
    inner = text[slice(*match.span(place))].strip()
    return inner if len(inner) <= LONGEST_TITLE else ""


def bare(text: str) -> str:
    """Return *text* simplified, and without what stands in quotes: that is shown, not meant."""
    return _ANY_QUOTED.sub("“”", simplified(text))


def wants_exact_letters(text: str) -> bool:
    return _EXACT.search(bare(text)) is not None


def face(text: str) -> str:
    """Return the typeface asked for by name, as in `titles.FACES`, or nothing."""
    said = bare(text)
    return next((face for word, face in _FACES.items() if word in said), "")


def vertical(text: str) -> bool:
    """Whether the title is to be read from top to bottom."""
    return _VERTICAL.search(bare(text)) is not None


def ground(text: str) -> str:
    """Return the plain colour asked for behind the subject (``#1E90FF``), or nothing."""
    text = bare(text)
    found = [match for pattern in _GROUNDS for match in pattern.finditer(text)]
    if found:
        named = max(found, key=lambda match: match.end("g"))["g"]
        return _COLOURS.get(named) or _long(named)
    hexes = _ONE_HEX.findall(text)
    return _long(hexes[0]) if len(hexes) == 1 and _PLAIN.search(text) else ""


def _long(colour: str) -> str:
    if len(colour) == _SHORT_HEX:
        colour = "#" + "".join(2 * one for one in colour[1:])
    return colour.upper()


def transparent(text: str) -> bool:
    """Whether nothing is to stand behind the subject; a named ground is something."""
    text = bare(text)
    if _TRANSPARENT.search(text):
        return True
    return _CUT_OUT.search(text) is not None and not ground(text)


def insists_on_transparency(text: str) -> bool:
    """Whether *text* says so itself, and not only that it is a sticker."""
    return _TRANSPARENT.search(bare(text)) is not None


def quality(text: str) -> str:
    """Return ``high``, ``low``, or nothing where *text* does not say."""
    text = bare(text)
    if _HIGH.search(text):
        return "high"
    return "low" if _LOW.search(text) else ""
