"""The sentences for every outcome: what happened, and what the follower can do."""

from bot.engine import Sentences
from bot.errors import Reason
from handlers.taps import tap

SENTENCES = Sentences(
    reasons={
        Reason.EMPTY_PROMPT: "想画点什么呢？把画面说给我听就行，例如：\n画一只在雪山下喝茶的猫",
        Reason.PROMPT_TOO_LONG: "这段话太长啦，最多 {limit} 个字。删短一点再发给我吧。",
        Reason.QUOTA: "今天的 {limit} 张图已经用完了，明天 0 点恢复。\n关键词资料随时都能领。",
        Reason.BUDGET: "今天的画图预算已经用完了，这次没有扣你的次数，明天再来吧。",
        Reason.DATABASE: "系统正在忙，这次没有记下来，也没有扣次数。请过一分钟再发一遍。",
        Reason.MODERATION_INPUT: (
            "第 {number} 号：这段描述没有通过内容审核，没有画，也没有扣次数。换个说法再试试吧。"
        ),
        Reason.MODERATION_OUTPUT: (
            "第 {number} 号：画出来的图没有通过内容审核，不能发给你，没有扣次数。换个说法再试试吧。"
        ),
        Reason.RATE_LIMIT: "第 {number} 号：画图的人太多，没能排上，没有扣次数。请过几分钟再发一遍。",
        Reason.NO_MONEY: "第 {number} 号：画图服务的余额用完了，没有扣次数。已经通知运营者，请晚些再来。",
        Reason.BAD_KEY: "第 {number} 号：画图服务的设置有误，没有扣次数。已经通知运营者，请晚些再来。",
        Reason.BAD_REQUEST: (
            "第 {number} 号：画图服务不接受这个请求，没有扣次数。换个说法，或去掉特殊的尺寸再试试吧。"
        ),
        Reason.PROVIDER_DOWN: "第 {number} 号：画图服务暂时不可用，没有扣次数。请过几分钟再发一遍。",
        Reason.OUTCOME_UNKNOWN: (
            "第 {number} 号：画图服务没有回话，画没画成还不清楚，所以没有自动重画。"
            "运营者会核对；想再画一张，请把描述再发一遍。"
        ),
        Reason.BAD_PICTURE: "第 {number} 号：画图服务给的图打不开，没有扣次数。请再发一遍。",
        Reason.MEDIA_REFUSED: (
            "第 {number} 号：图画好了，但微信没有收下，没有扣次数。已经替你保存，请联系运营者领取。"
        ),
        Reason.INTERNAL: "第 {number} 号：出了点意外，没有扣次数。请再发一遍；还不行就告诉运营者这个号码。",
        Reason.CANCELLED: "第 {number} 号：运营者取消了这张图，没有扣次数。想画别的，把画面说给我听就行。",
        Reason.RELEASED: "第 {number} 号：运营者核对过了，这张没有画成，次数已经还给你。想再画，请把描述再发一遍。",
    },
    link=f'图画好了，<a href="{{url}}">点这里看大图</a>（7 天内有效）。\n图片由 AI 生成。\n再要一次：{tap("上一张")}',
)
