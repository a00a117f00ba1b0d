"""Every kind of message has its bubble, and hostile words stay words."""

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.models import (
    Article,
    ImageReply,
    MiniprogramReply,
    MusicReply,
    NewsReply,
    Reply,
    TextReply,
    VideoReply,
    VoiceReply,
)
from tests.sandbox.phone.phone_stage import Bot, push, say, upload
from tests.sandbox.sandbox_stage import Stage, jpeg

pytestmark = pytest.mark.browser

MP3 = b"ID3\x03\x00\x00\x00\x00\x00\x00" + b"\xff\xfb\x90\x00" * 400
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 400
EVIL = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'


def answer(phone: Page, bot: Bot, reply: Reply) -> Locator:
    """Have *reply* answered and return the chat's last row from the bot."""
    bot.answers["来"] = reply
    say(phone, "来")
    row = phone.locator(".row.them").last
    expect(row).to_be_visible()
    return row


def test_text_keeps_lines_and_links(phone: Page, bot: Bot) -> None:
    words = '看这里：\n<a href="https://example.com/a?b=1&amp;c=2">学习路线</a>\nhttps://example.com/x。'
    row = answer(phone, bot, TextReply(words))

    expect(row.locator(".bubble")).to_have_text(
        "看这里：\n学习路线\nhttps://example.com/x。", use_inner_text=True
    )
    first, second = row.get_by_role("link").all()
    expect(first).to_have_attribute("href", "https://example.com/a?b=1&c=2")
    expect(first).to_have_attribute("rel", "noopener noreferrer")
    expect(second).to_have_attribute("href", "https://example.com/x")


def test_a_picture_opens_zooms_and_gives_the_focus_back(
    phone: Page, bot: Bot, stage: Stage
) -> None:
    media = upload(stage, "image", "a.jpg", jpeg(), "image/jpeg")
    row = answer(phone, bot, ImageReply(media))
    picture = row.get_by_role("button", name="查看图片")
    picture.focus()
    phone.keyboard.press("Enter")
    viewer = phone.get_by_role("dialog", name="查看图片")
    expect(viewer).to_be_visible()
    expect(viewer.get_by_role("button", name="关闭")).to_be_focused()
    viewer.get_by_role("button", name="放大").click()
    expect(viewer.get_by_label("缩放")).to_have_text("150%")
    with phone.expect_download() as download:
        viewer.get_by_role("link", name="下载").click()
    assert download.value.path().read_bytes() == jpeg()
    phone.keyboard.press("Escape")

    expect(viewer).to_be_hidden()
    expect(picture).to_be_focused()


def test_voice_video_and_music(phone: Page, bot: Bot, stage: Stage) -> None:
    voice = upload(stage, "voice", "a.mp3", MP3, "audio/mpeg")
    video = upload(stage, "video", "a.mp4", MP4, "video/mp4")
    thumb = upload(stage, "thumb", "t.jpg", jpeg(size=(80, 80)), "image/jpeg")

    expect(answer(phone, bot, VoiceReply(voice)).locator(".voice")).to_contain_text("语音")
    row = answer(phone, bot, VideoReply(video, title="三分钟看懂索引", description="B+ 树"))
    expect(phone.locator(".card.video")).to_contain_text("三分钟看懂索引")
    row = answer(phone, bot, MusicReply(thumb, title="夜航", url="https://example.com/a.mp3"))
    expect(row.locator("a.card.music")).to_have_attribute("href", "https://example.com/a.mp3")
    expect(row).to_contain_text("夜航")


def test_a_news_card(phone: Page, bot: Bot) -> None:
    article = Article("MySQL 知识图谱", "一条完整的学习路线", "https://example.com/mysql")
    row = answer(phone, bot, NewsReply((article,)))

    expect(row.get_by_role("link")).to_have_attribute("href", "https://example.com/mysql")
    expect(row.locator(".card")).to_have_text("MySQL 知识图谱一条完整的学习路线")


def test_several_articles_after_a_follow(phone: Page, bot: Bot) -> None:
    titles = ("第一篇", "第二篇", "第三篇")
    articles = tuple(Article(title, "", "https://example.com/") for title in titles)
    bot.answers["ScanEvent"] = NewsReply(articles)
    phone.get_by_role("button", name="更多").click()
    phone.get_by_role("button", name="扫码").click()
    phone.get_by_role("dialog").get_by_role("button", name="发送").click()

    expect(phone.locator(".news .card b")).to_have_text(list(titles))


def test_a_mini_program_answered_as_a_link(phone: Page, bot: Bot) -> None:
    card = MiniprogramReply("wx1", "pages/a", "我的相册", url="https://example.com/album")
    row = answer(phone, bot, card)

    expect(row.get_by_role("link", name="我的相册")).to_have_attribute(
        "href", "https://example.com/album"
    )


def test_pushed_messages(phone: Page, stage: Stage) -> None:
    say(phone, "开窗")
    expect(phone.locator(".them .bubble")).to_have_text("听到：开窗")
    image = upload(stage, "image", "a.jpg", jpeg(), "image/jpeg")
    page = {"title": "画信相册", "appid": "wx1", "pagepath": "a", "thumb_media_id": image}
    choices = [{"id": "1", "content": "满意"}, {"id": "2", "content": "重画"}]
    menu = {"head_content": "这张怎么样？", "list": choices, "tail_content": "谢谢"}
    push(stage, "image", {"media_id": image}, aimsgcontext={"is_ai_msg": 1})
    push(stage, "miniprogrampage", page)
    push(stage, "msgmenu", menu)

    picture = phone.locator("[data-kind=image]")
    expect(picture.get_by_text("内容由第三方AI生成")).to_be_visible()
    expect(picture.get_by_alt_text("AI 生成的图片")).to_be_visible()
    expect(phone.locator(".card.app")).to_have_text("画信相册小程序")
    expect(phone.locator("[data-kind=msgmenu] .bubble")).to_contain_text("这张怎么样？")
    phone.get_by_role("button", name="重画").click()
    expect(phone.locator(".them .bubble").last).to_have_text("听到：重画")


@pytest.mark.parametrize(
    "words",
    [
        EVIL,
        f'<a href="javascript:window.pwned=1">点我</a>{EVIL}',
        '<a href="https://example.com/" onclick="window.pwned=1">点我</a>',
        '<a href="data:text/html,<script>1</script>">点我</a>',
        "<svg/onload=window.pwned=1>",
    ],
)
def test_hostile_text_is_only_text(phone: Page, bot: Bot, words: str) -> None:
    row = answer(phone, bot, TextReply(words))
    for link in row.get_by_text("点我", exact=True).all():
        link.dispatch_event("click")

    expect(row.locator("img, script, svg:not(.icon), [onclick], [onerror]")).to_have_count(0)
    assert all(
        link.get_attribute("href") == "https://example.com/"
        for link in row.get_by_role("link").all()
    )
    assert phone.evaluate("window.pwned") is None


def test_hostile_news_and_nickname_are_only_text(phone: Page, bot: Bot) -> None:
    article = Article(EVIL, EVIL, "javascript:window.pwned=1", "javascript:window.pwned=1")
    row = answer(phone, bot, NewsReply((article,)))
    expect(row.locator(".card b")).to_have_text(EVIL)
    expect(row.get_by_role("link")).to_have_count(0)
    phone.get_by_role("button", name="当前是小画，切换粉丝").click()
    phone.get_by_label("新粉丝的昵称").fill("<b>x</b>&quot;")
    phone.get_by_role("button", name="添加").click()

    expect(phone.get_by_role("button", name="当前是<b>x</b>&quot;，切换粉丝")).to_be_visible()
    assert phone.evaluate("window.pwned") is None
