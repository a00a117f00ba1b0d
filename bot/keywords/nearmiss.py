"""Texts that are nearly an exact keyword, and that nobody would want drawn."""

from collections.abc import Container, Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA

MIN_LENGTH = 3
_MAX_BUCKET = 200
_MAX_COMPARED = 1000
_MAX_EDITS = 2
_MAX_FILLING = 4
_LONG = 6  # characters, from which two edits are forgiven

# A text with one of these asks for a picture, unless the keyword has it too.
DRAWING_WORDS = (
    *("画", "绘", "生成", "设计", "制作", "做一", "做个", "做张", "拍", "logo"),
    *("图片", "照片", "海报", "壁纸", "头像", "插图", "封面", "表情", "贴纸", "图标", "配图"),
    *("风格", "素描", "水彩", "写实", "卡通", "动漫", "二次元", "高清", "背景", "风景", "夜景"),
    *(
        "一只",
        "一个",
        "一张",
        "一座",
        "一位",
        "一朵",
        "一片",
        "一幅",
        "一条",
        "一辆",
        "一群",
        "一匹",
    ),
    *(
        "一棵",
        "一间",
        "一杯",
        "一头",
        "一艘",
        "一架",
        "一本",
        "一套",
        "一把",
        "一束",
        "一对",
        "两只",
    ),
)
# What people put around a keyword when they ask a person for it; longer ones first.
_BEFORE = (
    *(
        "我想要",
        "有没有",
        "关键词",
        "关键字",
        "给我发",
        "我要",
        "想要",
        "给我",
        "我想",
        "发我",
        "请发",
    ),
    *("领取", "获取", "回复", "发送", "输入", "下载", "免费", "求", "领", "要", "发", "看", "有"),
)
_AFTER = (
    *(
        "怎么领取",
        "怎么获取",
        "怎么下载",
        "在哪里",
        "怎么领",
        "关键词",
        "资料",
        "资源",
        "链接",
        "下载",
    ),
    *("领取", "获取", "免费", "大全", "合集", "谢谢", "在哪", "一份", "有吗"),
    *("吗", "呢", "啊", "呀", "吧", "哦"),
)


class NearMisses:
    """Keywords by their length and their first or last part.

    A near miss leaves one of the two parts whole, so few keywords need comparing, however many
    there are: buckets and comparisons are capped, the operator's first keywords kept.
    """

    def __init__(self, exact: Container[str]) -> None:
        self._exact = exact
        self._buckets: dict[str, tuple[str, ...]] = {}
        self._lengths: set[int] = set()

    def parts(self) -> tuple[dict[str, tuple[str, ...]], ...]:
        return (self._buckets,)

    def add(self, keyword: str) -> None:
        if len(keyword) < MIN_LENGTH:
            return
        self._lengths.add(len(keyword))
        for bucket in _buckets(keyword, len(keyword)):
            others = self._buckets.get(bucket, ())
            if len(others) < _MAX_BUCKET:
                self._buckets[bucket] = (*others, keyword)

    def of(self, text: str) -> Iterator[str]:
        """Yield the keywords that the normalised *text* nearly is, the nearest first."""
        plain = text.replace(" ", "")
        if len(plain) < MIN_LENGTH:
            return
        drawing = [word for word in DRAWING_WORDS if word in plain]
        for keyword in (*self._wrapped(plain), *self._similar(plain)):
            if all(word in keyword for word in drawing):
                yield keyword

    def _wrapped(self, text: str) -> Iterator[str]:
        """Yield the keyword that *text* is once what people say around it is taken off."""
        before = next(filter(text.startswith, _BEFORE), "")
        after = next(filter(text.endswith, _AFTER), "")
        for core in (
            text,
            text.removesuffix(after),
            text.removeprefix(before),
            text.removeprefix(before).removesuffix(after),
        ):
            filled = len(text) - len(core) <= _MAX_FILLING
            if filled and len(core) >= MIN_LENGTH and core in self._exact:
                yield core
                return

    def _similar(self, text: str) -> list[str]:
        compared = self._comparable(text)
        hits = process.extract(
            text, compared, scorer=OSA.distance, score_cutoff=_MAX_EDITS, limit=None
        )
        near = [(edits, word) for word, edits, _ in hits if edits <= _edits(word)]
        near += [(_MAX_EDITS + 1, word) for word in compared if _is_fragment(text, word)]
        return [word for _, word in sorted(near)]

    def _comparable(self, text: str) -> list[str]:
        """Return the keywords that share a part with *text*, those of like length first."""
        length = len(text)
        found: dict[str, None] = {}
        for size in sorted(self._lengths, key=lambda size: (abs(size - length), size)):
            if size >= length - _MAX_EDITS and 2 * size <= 5 * length:
                for bucket in _buckets(text, size):
                    found.update(dict.fromkeys(self._buckets.get(bucket, ())))
            if len(found) >= _MAX_COMPARED:
                break
        return list(found)[:_MAX_COMPARED]


def _buckets(text: str, size: int) -> tuple[str, str]:
    """Return the buckets of *text* among keywords of *size* characters."""
    # One edit leaves one half whole, two leave the first or last third (nearly always).
    part = size // 2 if size < _LONG else size // 3
    return f"{size}<{text[:part]}", f"{size}>{text[-part:]}"


def _edits(keyword: str) -> int:
    """Return how many edits *keyword* forgives; a Latin letter says half as much as a 汉字."""
    halves = 2 * len(keyword) - sum(map(str.isascii, keyword))
    short, long = 5, 10
    if halves < short:
        return 0
    return 1 if halves < long or len(keyword) < _LONG else _MAX_EDITS


def _is_fragment(text: str, keyword: str) -> bool:
    """Tell whether *text* is a good part of *keyword*, from its beginning or to its end."""
    if not (keyword.startswith(text) or keyword.endswith(text)):
        return False
    share = len(text) / len(keyword)
    return share >= 1 / 2 or (len(text) > MIN_LENGTH and share >= 2 / 5)
