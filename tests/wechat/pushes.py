"""Every push WeChat makes, beside the record it becomes."""

from typing import Any

from bot.models import (
    ClickEvent,
    ImageMessage,
    Inbound,
    LinkMessage,
    LocationEvent,
    LocationMessage,
    LocationSelectEvent,
    PicturesEvent,
    PublishFinishedEvent,
    ScanCodeEvent,
    ScanEvent,
    SendFinishedEvent,
    StaffSessionEvent,
    SubscribeEvent,
    SubscribeNoticeEvent,
    TextMessage,
    UnknownEvent,
    UnknownMessage,
    UnsubscribeEvent,
    UserDataEvent,
    VerificationEvent,
    VideoMessage,
    ViewEvent,
    VoiceMessage,
)

HEAD: dict[str, Any] = {"to": "gh_7f083739789a", "openid": "oia2TjuEGTNoeX76QEjQ", "created": 1395}
SENT: dict[str, Any] = HEAD | {"msg_id": "5984173340656910006"}
FRAME = (
    "<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName>\n"
    "<FromUserName><![CDATA[oia2TjuEGTNoeX76QEjQ]]></FromUserName>\n"
    "<CreateTime>1395</CreateTime>\n{}</xml>"
)
MSG_ID = "<MsgId>5984173340656910006</MsgId>"


def push(inner: str) -> bytes:
    return FRAME.format(inner).encode()


def message(kind: str, inner: str) -> bytes:
    return push(f"<MsgType><![CDATA[{kind}]]></MsgType>{inner}{MSG_ID}")


def event(name: str, inner: str = "") -> bytes:
    return push(f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{inner}")


def text(content: str) -> bytes:
    return message("text", f"<Content><![CDATA[{content}]]></Content>")


MESSAGES: list[tuple[bytes, Inbound]] = [
    (text("电子书"), TextMessage(**SENT, content="电子书")),
    (
        message(
            "image",
            "<PicUrl><![CDATA[http://mmbiz.qpic.cn/a]]></PicUrl><MediaId><![CDATA[m-1]]></MediaId>",
        ),
        ImageMessage(**SENT, media_id="m-1", pic_url="http://mmbiz.qpic.cn/a"),
    ),
    (
        message("voice", "<MediaId>m-2</MediaId><Format>amr</Format><MediaId16K>k</MediaId16K>"),
        VoiceMessage(**SENT, media_id="m-2", format="amr"),
    ),
    (
        message(
            "voice",
            "<MediaId>m-2</MediaId><Format>amr</Format><Recognition><![CDATA[画猫]]></Recognition>",
        ),
        VoiceMessage(**SENT, media_id="m-2", format="amr", recognition="画猫"),
    ),
    (
        message("video", "<MediaId>m-3</MediaId><ThumbMediaId>t-3</ThumbMediaId>"),
        VideoMessage(**SENT, media_id="m-3", thumb_media_id="t-3"),
    ),
    (
        message("shortvideo", "<MediaId>m-3</MediaId><ThumbMediaId>t-3</ThumbMediaId>"),
        VideoMessage(**SENT, media_id="m-3", thumb_media_id="t-3", short=True),
    ),
    (
        message(
            "location",
            "<Location_X>23.134521</Location_X><Location_Y>113.358803</Location_Y>"
            "<Scale>20</Scale><Label><![CDATA[广州]]></Label>",
        ),
        LocationMessage(
            **SENT, latitude="23.134521", longitude="113.358803", scale="20", label="广州"
        ),
    ),
    (
        message(
            "link",
            "<Title><![CDATA[标题]]></Title><Description><![CDATA[描述]]></Description>"
            "<Url><![CDATA[https://example.com/]]></Url>",
        ),
        LinkMessage(**SENT, title="标题", description="描述", url="https://example.com/"),
    ),
    (message("sticker", ""), UnknownMessage(**SENT, type="sticker")),
]

EVENTS: list[tuple[bytes, Inbound]] = [
    (
        event("subscribe", "<EventKey><![CDATA[]]></EventKey>"),
        SubscribeEvent(**HEAD, name="subscribe"),
    ),
    (
        event("subscribe", "<EventKey>qrscene_123</EventKey><Ticket>TICKET</Ticket>"),
        SubscribeEvent(**HEAD, name="subscribe", key="qrscene_123", scene="123", ticket="TICKET"),
    ),
    (event("unsubscribe"), UnsubscribeEvent(**HEAD, name="unsubscribe")),
    (
        event("SCAN", "<EventKey>123</EventKey><Ticket>TICKET</Ticket>"),
        ScanEvent(**HEAD, name="scan", key="123", ticket="TICKET"),
    ),
    (
        event(
            "LOCATION",
            "<Latitude>23.1</Latitude><Longitude>113.3</Longitude><Precision>119.4</Precision>",
        ),
        LocationEvent(
            **HEAD, name="location", latitude="23.1", longitude="113.3", precision="119.4"
        ),
    ),
    (event("CLICK", "<EventKey>HELP</EventKey>"), ClickEvent(**HEAD, name="click", key="HELP")),
    (
        event("VIEW", "<EventKey>https://example.com/</EventKey><MenuId>41</MenuId>"),
        ViewEvent(**HEAD, name="view", key="https://example.com/", menu_id="41"),
    ),
    (
        event("view_miniprogram", "<EventKey>pages/a</EventKey><MenuId>41</MenuId>"),
        ViewEvent(**HEAD, name="view_miniprogram", key="pages/a", menu_id="41"),
    ),
    *(
        (
            event(
                name,
                "<EventKey>6</EventKey><ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType>"
                "<ScanResult><![CDATA[1]]></ScanResult></ScanCodeInfo>",
            ),
            ScanCodeEvent(**HEAD, name=name, key="6", scan_type="qrcode", scan_result="1"),
        )
        for name in ("scancode_push", "scancode_waitmsg")
    ),
    *(
        (
            event(
                name,
                "<EventKey>6</EventKey><SendPicsInfo><Count>2</Count><PicList>"
                "<item><PicMd5Sum>1b</PicMd5Sum></item><item><PicMd5Sum>2c</PicMd5Sum></item>"
                "</PicList></SendPicsInfo>",
            ),
            PicturesEvent(**HEAD, name=name, key="6", count=2),
        )
        for name in ("pic_sysphoto", "pic_photo_or_album", "pic_weixin")
    ),
    (
        event(
            "location_select",
            "<EventKey>6</EventKey><SendLocationInfo><Location_X>23</Location_X>"
            "<Location_Y>113</Location_Y><Scale>15</Scale><Label>广州</Label><Poiname/>"
            "</SendLocationInfo>",
        ),
        LocationSelectEvent(
            **HEAD,
            name="location_select",
            key="6",
            latitude="23",
            longitude="113",
            scale="15",
            label="广州",
        ),
    ),
    (
        event("TEMPLATESENDJOBFINISH", "<MsgID>200163836</MsgID><Status>success</Status>"),
        SendFinishedEvent(
            **HEAD, name="templatesendjobfinish", msg_id="200163836", status="success"
        ),
    ),
    (
        event(
            "MASSSENDJOBFINISH",
            "<MsgID>1000001625</MsgID><Status>err(30003)</Status><TotalCount>9</TotalCount>"
            "<FilterCount>8</FilterCount><SentCount>7</SentCount><ErrorCount>1</ErrorCount>"
            "<CopyrightCheckResult><Count>2</Count><ResultList>"
            "<item><ArticleIdx>1</ArticleIdx></item><item><ArticleIdx>2</ArticleIdx></item>"
            "</ResultList><CheckState>2</CheckState></CopyrightCheckResult>",
        ),
        SendFinishedEvent(
            **HEAD,
            name="masssendjobfinish",
            msg_id="1000001625",
            status="err(30003)",
            total=9,
            filtered=8,
            sent=7,
            errors=1,
        ),
    ),
    (
        event(
            "PUBLISHJOBFINISH",
            "<PublishEventInfo><publish_id>2247503051</publish_id>"
            "<publish_status>0</publish_status><article_id>b5O2O</article_id><article_detail>"
            "<count>2</count><item><idx>1</idx><article_url>u</article_url></item>"
            "<item><idx>2</idx><article_url>v</article_url></item></article_detail>"
            "<fail_idx>1</fail_idx><fail_idx>2</fail_idx></PublishEventInfo>",
        ),
        PublishFinishedEvent(
            **HEAD,
            name="publishjobfinish",
            publish_id="2247503051",
            status="0",
            article_id="b5O2O",
        ),
    ),
    (
        event(
            "subscribe_msg_popup_event",
            "<SubscribeMsgPopupEvent><List><TemplateId>T1</TemplateId>"
            "<SubscribeStatusString>accept</SubscribeStatusString><PopupScene>2</PopupScene></List>"
            "<List><TemplateId>T2</TemplateId><SubscribeStatusString>reject"
            "</SubscribeStatusString></List></SubscribeMsgPopupEvent>",
        ),
        SubscribeNoticeEvent(
            **HEAD,
            name="subscribe_msg_popup_event",
            results=(("T1", "accept"), ("T2", "reject")),
        ),
    ),
    (
        event(
            "subscribe_msg_change_event",
            "<SubscribeMsgChangeEvent><List><TemplateId>T1</TemplateId>"
            "<SubscribeStatusString>reject</SubscribeStatusString></List>"
            "</SubscribeMsgChangeEvent>",
        ),
        SubscribeNoticeEvent(
            **HEAD, name="subscribe_msg_change_event", results=(("T1", "reject"),)
        ),
    ),
    (
        event(
            "subscribe_msg_sent_event",
            "<SubscribeMsgSentEvent><List><TemplateId>T1</TemplateId><MsgID>17</MsgID>"
            "<ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List>"
            "</SubscribeMsgSentEvent>",
        ),
        SubscribeNoticeEvent(**HEAD, name="subscribe_msg_sent_event", results=(("T1", "success"),)),
    ),
    (
        event("user_info_modified", "<OpenID>o-2</OpenID><AppID>wx1</AppID>"),
        UserDataEvent(**HEAD | {"openid": "o-2"}, name="user_info_modified"),
    ),
    (
        event("user_authorization_revoke", "<RevokeInfo>1</RevokeInfo>"),
        UserDataEvent(**HEAD, name="user_authorization_revoke", revoke_info="1"),
    ),
    (
        event("kf_create_session", "<KfAccount>a@gh</KfAccount>"),
        StaffSessionEvent(**HEAD, name="kf_create_session", account="a@gh"),
    ),
    (
        event("kf_close_session", "<KfAccount>a@gh</KfAccount>"),
        StaffSessionEvent(**HEAD, name="kf_close_session", account="a@gh"),
    ),
    (
        event(
            "kf_switch_session",
            "<FromKfAccount>a@gh</FromKfAccount><ToKfAccount>b@gh</ToKfAccount>",
        ),
        StaffSessionEvent(**HEAD, name="kf_switch_session", from_account="a@gh", to_account="b@gh"),
    ),
    *(
        (
            event(name, "<ExpiredTime>1442401156</ExpiredTime>"),
            VerificationEvent(**HEAD, name=name, expired_time=1442401156),
        )
        for name in (
            "qualification_verify_success",
            "naming_verify_success",
            "annual_renew",
            "verify_expired",
        )
    ),
    *(
        (
            event(name, "<FailTime>1442401122</FailTime><FailReason>by time</FailReason>"),
            VerificationEvent(**HEAD, name=name, fail_time=1442401122, fail_reason="by time"),
        )
        for name in ("qualification_verify_fail", "naming_verify_fail")
    ),
    (event("brand_new", "<EventKey>k</EventKey>"), UnknownEvent(**HEAD, name="brand_new", key="k")),
]
