"""The client's calls against a scripted WeChat, and what is made of every answer."""

import pytest

from bot.models import (
    Article,
    ImageReply,
    MiniprogramReply,
    MusicReply,
    NewsReply,
    Reply,
    TextReply,
    TransferReply,
    VideoReply,
    VoiceReply,
)
from bot.wechat.client import WeChat
from tests.wechat.scripted_wechat import (
    HEAD,
    OK,
    PICTURE,
    SEND,
    STABLE_TOKEN,
    UPLOAD,
    Answer,
    ScriptedWeChat,
    page,
    raw,
    refusal,
    refuses,
    reset,
    says,
    send,
    token,
    upload,
)

ADD = "/cgi-bin/material/add_material"
MEDIA = "/cgi-bin/media/get"


class TestAnswers:
    def test_busy_is_tried_again(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(SEND, refuses(-1), OK)
        send(client)

        assert len(platform.asked(SEND)) == 2

    def test_busy_for_ever_has_an_end(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(SEND, refuses(-1))
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (-1, False)
        assert len(platform.asked(SEND)) == 3

    @pytest.mark.parametrize("code", [40003, 45009, 45011, 45015, 45047, 43004, 48001, 47001])
    def test_a_refusal_is_not_repeated(
        self, platform: ScriptedWeChat, client: WeChat, code: int
    ) -> None:
        platform.on(SEND, refuses(code))
        error = refusal(lambda: send(client))

        assert (error.code, error.sent, error.rid) == (code, False, "6613b2f7-1a2b")
        assert len(platform.asked(SEND)) == 1

    @pytest.mark.parametrize(
        "answer",
        [
            page(b"<html>502</html>", kind="text/html"),
            page(b"<html>502</html>", status="502 Bad Gateway", kind="text/html"),
            page(b""),
            page(b"null"),
            page(b'{"errcode":0'),
            page(b"[" * 100_000),
            page(b"\xff\xfe"),
            says([]),
            says("ok"),
            says({}),
            says({"errcode": "abc"}),
            says({"errcode": "0"}),
            says({"errcode": None}),
            says({"errcode": True}),
            says({"errcode": 0.0}),
            says({"errcode": 0}, status="500 Oops"),
            page(b"", status="302 Found\r\nLocation: /cgi-bin/elsewhere"),
            raw(b"garbage\r\n\r\n"),
            raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
            raw(HEAD + b"Content-Length: 20\r\n\r\n" + b'{"errcode":'),
            raw(b""),
            reset,
        ],
        ids=lambda _: "",
    )
    def test_what_is_no_answer_of_wechats_leaves_the_outcome_open(
        self, platform: ScriptedWeChat, client: WeChat, answer: Answer
    ) -> None:
        platform.on(SEND, answer)
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (0, True)
        # Neither repeated nor followed.
        assert [asked.path for asked in platform.journal] == [STABLE_TOKEN, SEND]

    def test_twenty_megabytes_are_not_read(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(SEND, page(b" " * 20_000_000))
        error = refusal(lambda: send(client))

        assert (str(error), error.sent) == ("0 answer too long", True)

    def test_a_refusal_with_another_status_is_still_wechats(
        self, platform: ScriptedWeChat, client: WeChat
    ) -> None:
        platform.on(SEND, says({"errcode": 45015, "errmsg": "no"}, status="412 No"))
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (45015, False)

    @pytest.mark.parametrize("answer", [{"errcode": 0}, {"media_id": ""}, {"media_id": 1}])
    def test_an_upload_without_a_media_id_is_none(
        self, platform: ScriptedWeChat, client: WeChat, answer: dict[str, object]
    ) -> None:
        platform.on(UPLOAD, says(answer))
        error = refusal(lambda: upload(client))

        assert (error.code, error.sent) == (0, True)


class TestCalls:
    @pytest.mark.parametrize(
        ("reply", "message"),
        [
            (TextReply("书 😀"), {"msgtype": "text", "text": {"content": "书 😀"}}),
            (TextReply("书" * 700), {"msgtype": "text", "text": {"content": "书" * 666}}),
            (ImageReply("m"), {"msgtype": "image", "image": {"media_id": "m"}}),
            (ImageReply("file:a.png", "稍等"), {"msgtype": "text", "text": {"content": "稍等"}}),
            (VoiceReply("m"), {"msgtype": "voice", "voice": {"media_id": "m"}}),
            (
                VideoReply("m", "a", "b"),
                {"msgtype": "video", "video": {"media_id": "m", "title": "a", "description": "b"}},
            ),
            (
                MusicReply("t", "a", "b", "http://c", "http://d"),
                {
                    "msgtype": "music",
                    "music": {
                        "title": "a",
                        "description": "b",
                        "musicurl": "http://c",
                        "hqmusicurl": "http://d",
                        "thumb_media_id": "t",
                    },
                },
            ),
            (
                NewsReply((Article("a", "b", "http://c", "http://d"),) * 2),
                {
                    "msgtype": "news",
                    "news": {
                        "articles": [
                            {
                                "title": "a",
                                "description": "b",
                                "url": "http://c",
                                "picurl": "http://d",
                            }
                        ]
                    },
                },
            ),
            (
                MiniprogramReply("wx9", "pages/a", "打开", thumb="t"),
                {
                    "msgtype": "miniprogrampage",
                    "miniprogrampage": {
                        "title": "打开",
                        "appid": "wx9",
                        "pagepath": "pages/a",
                        "thumb_media_id": "t",
                    },
                },
            ),
            (
                MiniprogramReply("wx9", "pages/a", "打开", url="http://c"),
                {
                    "msgtype": "text",
                    "text": {
                        "content": '<a data-miniprogram-appid="wx9"'
                        ' data-miniprogram-path="pages/a" href="http://c">打开</a>'
                    },
                },
            ),
        ],
    )
    def test_send(
        self, platform: ScriptedWeChat, client: WeChat, reply: Reply, message: dict[str, object]
    ) -> None:
        platform.on(SEND, OK)
        client.send("o1", reply)

        (asked,) = platform.asked(SEND)
        assert asked.json == {"touser": "o1"} | message
        assert b"\\u" not in asked.body

    def test_what_ai_made_is_marked(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(SEND, OK)
        client.send("o1", ImageReply("m"), ai=True)

        assert platform.asked(SEND)[0].json["aimsgcontext"] == {"is_ai_msg": 1}

    def test_lone_surrogates_are_dropped(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(SEND, OK)
        client.send("o1", VideoReply("m", "题\ud800"))

        assert platform.asked(SEND)[0].json["video"]["title"] == "题"

    def test_a_transfer_cannot_be_sent(self, platform: ScriptedWeChat, client: WeChat) -> None:
        error = refusal(lambda: client.send("o1", TransferReply()))

        assert (error.code, error.sent, platform.journal) == (0, False, [])

    def test_upload_temporary(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(UPLOAD, says({"type": "image", "media_id": "m-1", "created_at": 1395}))

        assert upload(client) == "m-1"
        (asked,) = platform.asked(UPLOAD)
        assert asked.query == {"type": "image", "access_token": "TOKEN-1"}
        head, _, rest = asked.body.partition(b"\r\n\r\n")
        assert b'Content-Disposition: form-data; name="media"; filename="_.jpg"' in head
        assert b"Content-Type: image/jpeg" in head
        assert rest.startswith(PICTURE + b"\r\n--")

    def test_a_thumb_has_its_own_media_id(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(UPLOAD, says({"type": "thumb", "thumb_media_id": "t-1", "created_at": 7}))

        assert client.upload_temporary("thumb", "t.jpg", b"t", "image/jpeg") == "t-1"

    def test_upload_permanent(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(ADD, says({"media_id": "p-1", "url": "http://mmbiz.qpic.cn/a"}))

        assert client.upload_permanent("image", "a.jpg", PICTURE, "image/jpeg") == "p-1"
        assert client.upload_permanent("video", "片.mp4", PICTURE, "video/mp4") == "p-1"
        image, video = platform.asked(ADD)
        assert image.query == {"type": "image", "access_token": "TOKEN-1"}
        assert b'name="description"' not in image.body
        assert '{"title": "片", "introduction": ""}'.encode() in video.body

    def test_delete_permanent(self, platform: ScriptedWeChat, client: WeChat) -> None:
        path = "/cgi-bin/material/del_material"
        platform.on(path, OK, refuses(40007))
        client.delete_permanent("p-1")

        assert platform.asked(path)[0].json == {"media_id": "p-1"}
        assert refusal(lambda: client.delete_permanent("p-1")).code == 40007

    def test_menu(self, platform: ScriptedWeChat, client: WeChat) -> None:
        menu = {"button": [{"type": "click", "name": "取图", "key": "COLLECT"}]}
        platform.on("/cgi-bin/menu/create", OK)
        client.menu_create(menu)

        assert platform.asked("/cgi-bin/menu/create")[0].json == menu

    def test_reading(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on("/cgi-bin/getcallbackip", says({"ip_list": ["1.2.3.4", "1.2.3.0/24"]}))

        assert client.callback_ips() == ["1.2.3.4", "1.2.3.0/24"]
        assert platform.asked("/cgi-bin/getcallbackip")[0].method == "GET"


class TestPhotos:
    def test_a_photo_is_returned_as_it_is(self, platform: ScriptedWeChat, client: WeChat) -> None:
        photo = PICTURE * 50
        platform.on(MEDIA, page(photo, kind="image/jpeg"))

        assert client.media_get("m-1") == photo
        (asked,) = platform.asked(MEDIA)
        assert (asked.method, asked.query["media_id"]) == ("GET", "m-1")

    def test_a_refused_token_is_renewed(self, platform: ScriptedWeChat, client: WeChat) -> None:
        platform.on(STABLE_TOKEN, token("TOKEN-1"), token("TOKEN-2"))
        platform.on(MEDIA, refuses(42001), page(PICTURE, kind="image/jpeg"))

        assert client.media_get("m-1") == PICTURE
        assert len(platform.asked(MEDIA)) == 2

    @pytest.mark.parametrize(
        ("answer", "code", "said"),
        [
            (refuses(40007), 40007, ""),
            (says({"video_url": "http://v"}), 0, "lacks what was asked for"),
            (page(b""), 0, "not an answer of WeChat's"),
            (page(PICTURE, status="502 Bad Gateway"), 0, "not an answer of WeChat's"),
            (page(b"x" * (12 * 1024 * 1024 + 1)), 0, "too long"),
        ],
    )
    def test_what_is_no_photo_is_an_error(
        self, platform: ScriptedWeChat, client: WeChat, answer: Answer, code: int, said: str
    ) -> None:
        platform.on(MEDIA, answer)
        error = refusal(lambda: client.media_get("m-1"))

        assert error.code == code
        assert said in str(error)
