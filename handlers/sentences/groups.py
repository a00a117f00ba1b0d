"""What the bot says of 抽卡, 图像PPT and 反推."""

from typing import Final

from bot.sentences import Text

DRAFTS, DECKS, WORDS = "抽卡", "图像PPT", "反推"
TIME = {"time": "2 分钟"}
TOPIC = {"topic": "端午节", "count": "5"}

SAID: Final = (
    Text(
        name="drafts.accepted",
        group=DRAFTS,
        title="收到",
        default="收到，先画 {count} 张草图给你挑（约 {time}）。",
        fields={"count": "4"} | TIME,
    ),
    Text(
        name="drafts.push",
        group=DRAFTS,
        title="接着说：画好会主动发",
        default="拼成一张发给你；没收到就点：[[取图]]",
        fields={"choices": "选1　选2"},
    ),
    Text(
        name="drafts.pull",
        group=DRAFTS,
        title="接着说：画好来领（公众号不能主动发）",
        default="画好后点这里领取：[[取图]]\n看中哪张就点：{choices}",
        fields={"choices": "选1　选2"},
        needed=frozenset({"choices"}),
    ),
    Text(
        name="drafts.choose",
        group=DRAFTS,
        title="草图发出后",
        default="看中哪张？点一下就画成高清成品：\n{choices}",
        fields={"choices": "选1　选2　选3　选4"},
        needed=frozenset({"choices"}),
    ),
    Text(
        name="drafts.final",
        group=DRAFTS,
        title="选好一张",
        default="好，把第 {number} 张画成成品（约 {time}）。",
        fields={"number": "2"} | TIME,
    ),
    Text(
        name="drafts.none",
        group=DRAFTS,
        title="选图：没有草图",
        default="还没有草图可选。先抽一次卡，例如：\n[[抽卡 雪山下喝茶的猫]]",
    ),
    Text(
        name="drafts.beyond",
        group=DRAFTS,
        title="选图：没有这一张",
        default="这次只有 {count} 张草图，看看图上的编号再选。",
        fields={"count": "3"},
    ),
    Text(
        name="drafts.drawing",
        group=DRAFTS,
        title="选图：还在画",
        default="第 {number} 张草图还在画，画好再选。",
        fields={"number": "2"},
    ),
    Text(
        name="drafts.lost",
        group=DRAFTS,
        title="选图：这张没画成",
        default="第 {number} 张草图没画成，选别的一张吧。",
        fields={"number": "2"},
    ),
    Text(
        name="deck.accepted",
        group=DECKS,
        title="收到",
        default="收到，《{topic}》做 {count} 页，每页一张图（约 {time}）。",
        fields=TOPIC | TIME,
    ),
    Text(
        name="deck.cut",
        group=DECKS,
        title="接着说：页数太多",
        default="一次最多 {most} 页，多出来的并进前面或没有算。",
        fields={"most": "20"},
    ),
    Text(
        name="deck.push",
        group=DECKS,
        title="接着说：做好会主动发",
        default="做好就发给你；没收到就点 [[取图]] 看总览，点 [[下载PPT]] 拿文件。",
    ),
    Text(
        name="deck.pull",
        group=DECKS,
        title="接着说：做好来领（公众号不能主动发）",
        default="做好后点 [[取图]] 看总览，点 [[下载PPT]] 拿文件。",
    ),
    Text(
        name="deck.links",
        group=DECKS,
        title="做好了：文件在哪里",
        default=(
            "《{topic}》{count} 页做好了：\n[[下载 PPTX|{url_pptx}]]　[[下载 PDF|{url_pdf}]]\n"
            "7 天内有效，过期了点：[[下载PPT]]\n图片由 AI 生成。"
        ),
        fields=TOPIC
        | {"url_pptx": "https://example.com/p/1", "url_pdf": "https://example.com/p/2"},
        needed=frozenset({"url_pptx", "url_pdf"}),
    ),
    Text(
        name="deck.pages",
        group=DECKS,
        title="做好了：没有链接时一页一页领",
        default="《{topic}》{count} 页做好了。想要哪页的大图就说第几页，例如：[[{first}]]",
        fields=TOPIC | {"first": "第1页"},
    ),
    Text(
        name="deck.lost",
        group=DECKS,
        title="接着说：有的页没画成",
        default="第 {pages} 页没画成，次数退回了。",
        fields={"pages": "3、5"},
    ),
    Text(
        name="deck.unknown",
        group=DECKS,
        title="接着说：有的页不清楚",
        default="第 {pages} 页画没画成还不清楚，运营者会核对。",
        fields={"pages": "4"},
    ),
    Text(
        name="deck.none",
        group=DECKS,
        title="下载：还没有做过",
        default="你还没有做过 PPT。例如这样说：\n[[做一个5页的PPT：端午节的由来]]",
    ),
    Text(
        name="deck.drawing",
        group=DECKS,
        title="下载：还在做",
        default="还在做，好了再点：[[下载PPT]]",
    ),
    Text(
        name="deck.page",
        group=DECKS,
        title="单独要一页",
        default="正在送第 {number} 页，几秒后没收到就点：[[取图]]",
        fields={"number": "3"},
    ),
    Text(
        name="deck.no_page",
        group=DECKS,
        title="单独要一页：没有这一页",
        default="这套 PPT 没有第 {number} 页，或者那一页没画成。",
        fields={"number": "9"},
    ),
    Text(
        name="describe.send",
        group=WORDS,
        title="还没有照片",
        default="把照片发给我，我来写出它的提示词。",
    ),
    Text(
        name="describe.accepted",
        group=WORDS,
        title="收到",
        default="收到，正在看图写提示词。",
    ),
    Text(
        name="describe.push",
        group=WORDS,
        title="接着说：写好会主动发",
        default="写好就发给你；没收到就点：[[取图]]",
    ),
    Text(
        name="describe.pull",
        group=WORDS,
        title="接着说：写好来领（公众号不能主动发）",
        default="写好后点这里领取：[[取图]]",
    ),
    Text(
        name="describe.words",
        group=WORDS,
        title="写好了",
        default="{words}\n\n[[照这个画一张|画 {words}]]\n（提示词由 AI 看图写成）",
        fields={"words": "一只橘猫趴在窗台上晒太阳，暖色调，浅景深"},
        needed=frozenset({"words"}),
    ),
    Text(
        name="describe.long",
        group=WORDS,
        title="写好了，太长不能点",
        default="{words}\n\n复制这段话发给我，就照着画一张。\n（提示词由 AI 看图写成）",
        fields={"words": "一只橘猫趴在窗台上晒太阳，暖色调，浅景深"},
        needed=frozenset({"words"}),
    ),
)
