"""What the bot says of terms, complaints, unlabelled copies and shared recipes."""

from typing import Final

from bot.sentences import Text

LAW = "条款、投诉和同款"
NUMBER = {"number": "128"}
CODE = {"code": "K7M2XQ"}

TERMS: Final = """用户协议
1. 服务：你发来的描述和照片交给 AI 模型生成图片，结果可能有误，请自行判断。
2. 标识：图片右下角有“AI生成”，文件里有隐式标识（GB 45438-2025）。不得删除、篡改、伪造、隐\
匿标识；公开发布要声明是 AI 生成。
3. 禁止：违法和不良信息、侵犯他人肖像、名誉、隐私、著作权，冒充、诈骗、造谣。违反的不画，多\
次违反会暂停服务，并依法报告。
4. 数据：保存你的 openid、消息、照片、图片和次数，只为画图、送图和处理投诉。照片只用于你要求\
的修改，七天后删除。关注期间保留作品；消息内容保留 {days} 天。取消关注后一分钟内删除个人数据；\
法规要求的生成、审核和协议记录去掉身份后保留 {days} 天再删除。
5. 同款：发“分享”才会生成同款码，别人只能用你的描述，看不到你的照片和原图，随时可以取消。
6. 投诉：发“投诉”加内容，会得到编号，由运营者处理。
继续使用表示同意本协议。"""

TERMS_SHORT: Final = """条款要点：
· 图由 AI 生成，带“AI生成”标识，不得去除或隐匿。
· 不得用于违法、侵权、造谣。
· 取消关注即删除你的数据；去掉身份的记录保留 {days} 天。
· 有问题发“投诉”加内容。"""

UNLABELLED: Final = """无标识原图协议
· 你要的图由 AI 生成。拿到没有可见标识的文件后，由你承担标识义务：公开发布、传播时必须按《\
人工智能生成合成内容标识办法》显著标明“AI 生成”。
· 文件里的隐式标识仍在，不得删除、篡改、伪造。
· 不得用于违法、侵权、造谣；后果由你承担。
· 我们会记下你何时同意、拿了哪张图，至少保存六个月，取消关注后也一样（去掉身份）。"""

SAID: Final = (
    Text(
        name="credit",
        group=LAW,
        title="模型和备案号",
        default="由 {model}（备案号 {filing}）生成",
        fields={"model": "画信一号", "filing": "Beijing-HuaXin-2025"},
        needed=frozenset({"model", "filing"}),
    ),
    Text(
        name="credit.model",
        group=LAW,
        title="模型（没有备案号）",
        default="由 {model} 生成",
        fields={"model": "画信一号"},
        needed=frozenset({"model"}),
    ),
    Text(
        name="terms",
        group=LAW,
        title="用户协议全文",
        default=TERMS,
        fields={"days": "200"},
    ),
    Text(
        name="terms.short",
        group=LAW,
        title="用户协议要点",
        default=TERMS_SHORT,
        fields={"days": "200"},
    ),
    Text(
        name="terms.link",
        group=LAW,
        title="协议全文的链接",
        default="全文：[[点这里看|{url}]]",
        fields={"url": "https://example.com/terms"},
        needed=frozenset({"url"}),
    ),
    Text(name="terms.more", group=LAW, title="协议全文：没有网址时", default="全文：[[条款全文]]"),
    Text(
        name="complaint.how",
        group=LAW,
        title="投诉：怎么说",
        default=(
            "要投诉什么？把内容写在“投诉”后面，一条发给我；说的是哪张图，写上它的号码。"
            "也可以点一类：\n[[投诉 {picture}内容违法或不当]]\n"
            "[[投诉 {picture}侵犯我的权利]]\n[[投诉 {picture}其他问题]]"
        ),
        fields={"picture": "128号 "},
    ),
    Text(
        name="complaint.taken",
        group=LAW,
        title="投诉：收到",
        default="投诉已收到，编号 {number}。运营者会核实处理；需要补充就再发一条“投诉”加内容。",
        fields={"number": "12"},
        needed=frozenset({"number"}),
    ),
    Text(
        name="complaint.many",
        group=LAW,
        title="投诉：今天太多了",
        default="今天的投诉已经记下 {limit} 条，运营者会一起处理。明天可以再发。",
        fields={"limit": "20"},
    ),
    Text(
        name="unlabelled.off",
        group=LAW,
        title="无标识原图：不提供",
        default="这里的图都带“AI生成”标识，不提供无标识的原图。\n想再要一次：[[上一张]]",
    ),
    Text(name="unlabelled.terms", group=LAW, title="无标识原图：协议", default=UNLABELLED),
    Text(
        name="unlabelled.ask",
        group=LAW,
        title="无标识原图：怎么同意",
        default="同意以上内容，要第 {number} 号的无标识原图，点：[[同意无标识 {number}号]]",
        fields=NUMBER,
        needed=frozenset({"number"}),
    ),
    Text(
        name="unlabelled.copy",
        group=LAW,
        title="无标识原图：给链接",
        default=(
            "第 {number} 号：[[点这里下载无标识原图|{url}]]（24 小时内有效，只给你用）。\n"
            "发布时请标明“AI 生成”。"
        ),
        fields=NUMBER | {"url": "https://example.com/u/128"},
        needed=frozenset({"url"}),
    ),
    Text(
        name="unlabelled.gone",
        group=LAW,
        title="无标识原图：没有原图",
        default="第 {number} 号没有留下无标识的原图，给不了。带标识的还在：[[上一张]]",
        fields=NUMBER,
    ),
    Text(
        name="picture.none",
        group=LAW,
        title="没有这张图",
        default="没有找到你的这张图。看看有哪些：[[我的作品]]",
    ),
    Text(
        name="share.code",
        group=LAW,
        title="同款：给同款码",
        default=(
            "第 {number} 号的同款码是 {code}。把下面这句转给朋友：\n"
            "关注公众号后发送“同款 {code}”，就能画一张同款。\n"
            "（朋友用自己的次数，看不到你的照片和原图。不想给了：[[取消分享 {code}]]）"
        ),
        fields=NUMBER | CODE,
        needed=frozenset({"code"}),
    ),
    Text(
        name="share.not",
        group=LAW,
        title="同款：这张不能分享",
        default="第 {number} 号不能做同款：只有单张的图可以分享。",
        fields=NUMBER,
    ),
    Text(
        name="share.revoked",
        group=LAW,
        title="同款：已取消",
        default="已取消，{code} 不能再用了。想再分享：[[分享 {number}号]]",
        fields=NUMBER | CODE,
    ),
    Text(
        name="share.unknown",
        group=LAW,
        title="同款：码不对",
        default="没有 {code} 这个同款码，看看有没有抄错。",
        fields=CODE,
    ),
    Text(
        name="share.ended",
        group=LAW,
        title="同款：作者取消了",
        default="{code} 的作者已经取消分享，不能用了。把想要的画面说给我听，一样能画。",
        fields=CODE,
    ),
    Text(
        name="share.photo",
        group=LAW,
        title="同款：要用自己的照片",
        default=(
            "{code} 是在照片上改的，要用你自己的 {count} 张照片：先发照片，再点 [[同款 {code}]]"
        ),
        fields=CODE | {"count": "1"},
    ),
)
