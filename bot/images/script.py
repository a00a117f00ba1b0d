"""Traditional letters → simplified ones, as far as our own patterns need it. Pure."""

from typing import Final

_TRADITIONAL: Final = str.maketrans(
    "換變體質畫張圖點個隻後這風顏頭編號請幫來長邊給讓調刪寫標題對裡線處動雲燈髮臉還頂誇藍綠紅黃",
    "换变体质画张图点个只后这风颜头编号请帮来长边给让调删写标题对里线处动云灯发脸还顶夸蓝绿红黄",
)


def simplified(text: str) -> str:
    """Return *text*, of the same length, with what our patterns look for in simplified letters."""
    return text.translate(_TRADITIONAL)
