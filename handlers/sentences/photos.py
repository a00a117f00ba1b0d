"""What the bot says when a photo comes."""

from typing import Final

from bot.sentences import Text

PHOTOS = "收到照片"

SAID: Final = (
    Text(
        name="photo.send",
        group=PHOTOS,
        title="说到照片，还没有发来",
        default="把照片发过来，我就照这句话改（10 分钟内有效）。\n说的是刚画的那张图？[[改那张|改图 {text}]]",
        fields={"text": "把照片变成水彩"},
    ),
    Text(
        name="photo.send.long",
        group=PHOTOS,
        title="说到照片，还没有发来，话很长",
        default="把照片发过来，我就照这段话改（10 分钟内有效）。",
    ),
    Text(
        name="photo.one",
        group=PHOTOS,
        title="收到一张照片",
        default=(
            "收到照片。说一句话我来改，例如：\n[[变成水彩画]]　[[背景换成夜晚的海边]]　[[反推]]\n"
            "还有照片要一起用就接着发，我会编号。"
        ),
    ),
    Text(
        name="photo.several",
        group=PHOTOS,
        title="收到几张照片里的一张",
        default=(
            "收到图{number}，一共 {count} 张。说一句话我来改，例如：\n"
            "[[把图1的人放进图2的场景]]　[[图{number}变成水彩画]]"
        ),
        fields={"number": "2", "count": "2"},
    ),
    Text(
        name="photo.more",
        group=PHOTOS,
        title="收到照片，还差几张",
        default="收到图{number}，还差 {missing} 张，发来就开始画。",
        fields={"number": "1", "missing": "1"},
    ),
    Text(
        name="photo.too_many",
        group=PHOTOS,
        title="收到照片，已经太多",
        default="一次最多用 {most} 张照片，这张先不算。前面的 {most} 张可以改了，说一句话就行。",
        fields={"most": "8"},
    ),
    Text(
        name="photo.short",
        group=PHOTOS,
        title="收到照片（只认“画…”的公众号）",
        default="收到图{number}。想改它就说：[[画成水彩画]]",
        fields={"number": "1"},
    ),
    Text(
        name="photo.words",
        group=PHOTOS,
        title="收到照片，只能反推",
        default="收到照片。想要它的提示词就点：[[反推]]",
    ),
    Text(
        name="photo.not_offered",
        group=PHOTOS,
        title="收到照片，但改不了",
        default="收到照片。这里还不会改照片，画新图可以：把画面说给我听就行，例如\n[[画一只在雪山下喝茶的猫]]",
    ),
)
