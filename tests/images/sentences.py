"""What followers say to a bot that draws, and what each sentence is meant to come to.

Two words a sentence: what it is for somebody who has no picture yet, and what it is right after a
picture. ``new`` draws, ``edit`` changes the picture, ``ask`` says that there is nothing to change,
``photo`` asks for the photo that is meant.
"""

TUNED = """
new new | 帮我生成一个图片，是一座科幻风格的城市，路上有一些未来的车辆，空中还有浮空设备，路上有一些行人，有机械改造的行人
new new | 帮我生成一个图片，是一座赛博朋克风格的城市，路上有一些车辆，空中还有浮空船，路上有一些行人，有的行人装了机械假肢等。夜晚。
new new | 帮我生成一个五一劳动节的海报，标题是“五一劳动节快乐”，背景是学校，学校门口有一些卖东西的学生
new new | 帮我生成一个五一劳动节的海报，标题是“5.1 vacation happy”，背景是学校，学校门口有一些卖东西的学生
new new | 一只橘猫
new new | 一只猫在窗台上看雨
new new | 画一只在雪山下喝茶的猫，横版
new new | 雪山下的小木屋
new new | 水彩风格的江南小镇
new new | 吉卜力风格的乡村车站，夏天
new new | 再画一只猫
new new | 第三幅山水画
new new | 第1张桌子上有一束花
new new | 海边日落，一个女孩的背影
new new | 手机壁纸，星空
new new | 一只戴帽子的狗
new new | 戴珍珠耳环的少女
new new | 穿汉服的少女在樱花树下
new new | 加拿大的枫叶
new new | 加油站的夜晚
new new | 加勒比海盗船
new new | 将军骑马过桥
new new | 更上一层楼的书法
new new | 把酒问青天的李白
new new | 旋转木马
new new | 放大镜下的蚂蚁
new new | 改革开放四十年海报
new new | 老照片风格的上海街头
new new | 照片墙，温馨的客厅
new new | 10号楼前的银杏树
new new | 3号球员射门的瞬间
new new | #1E90FF 背景的苹果
new new | 新图书馆的设计效果图
new new | 人山人海的演唱会
new new | 没有脸的男人站在雨里
new new | 夜晚的城市天际线
new new | 蓝色的大海和白色的帆船
new new | 下雪的北海道小镇
new new | 画面里有一只猫和一只狗在打架
new new | 穿红裙子的女孩在跳舞
new new | 骑自行车的老人
new new | 两只小猫打架
new new | 春天来了，小区里开满了花
new new | 一张春节海报，标题是“新春快乐”，背景是红色
new new | 一个橙色的机器人，换成赛博朋克的感觉
new new | 设计一个咖啡店的logo
new new | draw a cat in the rain
new new | a cat wearing a hat
new new | 变形金刚大战哥斯拉
new new | 中秋节的月亮和玉兔
new edit | 加一只猫
new edit | 再加两只小鸟
new edit | 不要文字
new edit | 水彩风格
new edit | 赛博朋克风
new edit | 戴上帽子
new edit | 让它笑起来
new edit | 给猫戴个红围巾
new edit | 夜晚
new edit | 下雪
new edit | 蓝色的
new edit | 背景是夜晚
new edit | 背景要有烟花
new edit | 天空再多点云
new edit | 左边加一棵树
new edit | 俯视角度
new edit | 透明背景
new edit | 黑白的
new edit | 她要穿红色的裙子
new edit | 字体用楷书
new edit | 把大象装进冰箱
new edit | 青蛙变成王子
new edit | 多几个人
new edit | 油画
new edit | 白底
new edit | 旁边再放一杯咖啡
new edit | 保留人物，其他都模糊
new edit | add a red hat
ask edit | 背景换成夜晚
ask edit | 再亮一点
ask edit | 更亮
ask edit | 换成竖版
ask edit | 把帽子换成红色
ask edit | 把左边的人去掉
ask edit | 去掉水印
ask edit | 变成水彩
ask edit | 变成吉卜力风格
ask edit | 换个背景
ask edit | 换个角度
ask edit | 换一种画风
ask edit | 颜色深一点
ask edit | 字大一些
ask edit | 太暗了
ask edit | 脸太大了
ask edit | 头发再长一点
ask edit | 请把背景换成海边
ask edit | 好看，背景换成夜晚
ask edit | 帮我把天空改成晚霞
ask edit | 衣服改成红色
ask edit | 不够可爱
ask edit | 再可爱一点
ask edit | 笑得更开心一点
ask edit | 横版
ask edit | 16:9
ask edit | 换成横版
ask edit | 画成素描
ask edit | 猫换成狗
ask edit | 猫再胖一点
ask edit | 把字去掉
ask edit | 字不要了
ask edit | 抠图
ask edit | 拉远一点
ask edit | 調亮一點
ask edit | 背景換成夜晚
ask edit | 把顏色變淡一些
ask edit | 整体再暖一点
ask edit | 换身衣服
ask edit | make it brighter
ask edit | change the background to night
ask edit | 把标题换成“六一快乐”
ask edit | 把画面里的车去掉，再加一点雾
ask edit | 右边的树去掉
ask edit | 能不能把头发变成金色
ask edit | 颜色再鲜艳一点，背景换成海边
photo photo | 把这张照片变成水彩
photo photo | 照片变水彩
photo photo | 把照片里的路人去掉
photo photo | 用我的照片做一个动漫头像
photo photo | 我的照片换成蓝底
photo photo | 证件照换蓝底
photo photo | 帮我做一张证件照
photo photo | 把我变成动漫人物
photo photo | 老照片修复
photo photo | 给这张照片换个背景
photo photo | 把这两张合照拼在一起
photo photo | 根据我的自拍画一个Q版形象
"""
"""The sentences the patterns were made with."""

HELD = """
new new | 一条龙盘在山顶
new new | 秋天的银杏大道，一对老夫妻牵手散步
new new | 未来感的汽车展厅
new new | 帮我设计一张生日贺卡，写着“生日快乐”
new new | 换季促销海报
new new | 变色龙趴在树枝上
new new | 高山流水，古琴，水墨
new new | 给妈妈的生日礼物
new new | 让世界充满爱的公益海报
new new | 我想要一张火锅店的菜单
new new | 宇航员在月球上骑马
new new | 三国演义里的关羽，电影质感
new new | 更年期的妈妈和青春期的女儿
new new | 调酒师在吧台
new new | 修车店里的老师傅
new new | 少女站在窗前，逆光，胶片质感
new new | 小红书封面，标题“早起的100天”
new new | 生成一段瀑布，阳光穿过树林
new new | 背着书包的小学生走在放学路上
new new | 天空之城
new new | 表情严肃的老人
new new | 光影斑驳的老街
new new | 手绘地图，标出西湖十景
new new | 画一个把西瓜当帽子戴的小孩
new edit | 加点雾气
new edit | 少一点花
new edit | 像素风格的
new edit | 她的头发是金色
new edit | 给他戴上墨镜
new edit | 让小狗跑起来
new edit | 不要人物
new edit | 傍晚
new edit | 粉色系
new edit | 右边多一只兔子
new edit | 天上加一架飞机
new edit | 背景虚化
new edit | 近景特写
new edit | 衣服是蓝色的
ask edit | 把杯子变成茶壶
ask edit | 背景改为森林
ask edit | 亮一点
new edit | 再来点梦幻的感觉
ask edit | 嘴巴小一点
ask edit | 色彩太艳了
ask edit | 能再简洁一点吗
ask edit | 换成方图
ask edit | 把月亮放大
ask edit | 文字删掉
ask edit | 做成贴纸
ask edit | 把女孩的裙子换成汉服，其他不变
ask edit | 眼睛大一点，皮肤白一点
ask edit | 再往左边移一点
ask edit | 变成黑白
ask edit | 请把整体色调调成冷色
photo photo | 把我的照片变成油画
photo photo | 帮我把照片背景换成海边
photo photo | 给我换个发型
photo photo | 把这张自拍美颜一下
"""
"""Sentences the patterns were corrected with once (83 % were right before)."""

BLIND = """
new new | 一座漂浮在云端的图书馆
new new | 帮我画个卡通版的孙悟空
new new | 小女孩抱着一只柴犬坐在草地上
new new | 复古风格的咖啡馆海报，上面写着“营业中”
new new | 夏日海边的冰淇淋车
new new | 可爱的小恐龙在刷牙
new new | 去年今日此门中，人面桃花相映红
new new | 中国航天员太空行走，写实
new new | 一杯奶茶，旁边有芝士和草莓
new new | 变魔术的小丑
new new | 加班到深夜的程序员
new new | 放学路上的夕阳
new new | 抱猫的女孩
new new | 黑白灰三色的极简客厅
new new | 太阳系八大行星科普图
new new | 他们在篝火旁唱歌
new new | 双十一促销海报，红色背景，标题“全场五折”
new new | 头发花白的老渔民
new new | 坐在月亮上的小王子
new new | 改装车展
new new | 大雪压青松
new new | 国宝大熊猫吃竹子，4K
new edit | 加一道彩虹
new edit | 加个边框
new edit | 配上一句“早安”
new edit | 金色的
ask edit | 表情再开心点
new edit | 光线从左边照过来
new edit | 给小猫穿件毛衣
new edit | 让背景里的人都看向镜头
new edit | 人物要在中间
new edit | 不要红色
new edit | 全身照
new edit | 雨天
new edit | 素描风格
new edit | 把窗户打开
new edit | 它的眼睛是绿色的
new edit | 少放点东西
new edit | 手里拿着一束花
ask edit | 能不能再亮一些
ask edit | 把它变成3D的
ask edit | 背景太乱了
ask edit | 背景换一下
ask edit | 把衣服颜色换成墨绿色
ask edit | 标题字体换成毛笔字
ask edit | 把右上角的logo删了
ask edit | 再小一点
ask edit | 画面再干净一点
ask edit | 改成冬天
ask edit | 竖版的
ask edit | 不够亮
ask edit | 换种颜色
ask edit | 猫的耳朵大一点
ask edit | 左手多了一根手指，去掉
ask edit | 改成4:3
ask edit | 有点糊，清晰一点
ask edit | 文字换成“新年快乐”
ask edit | 换成吉卜力
ask edit | 不是这样，把狗换成猫
photo photo | 把刚才的照片变成像素风
photo photo | 把我P到巴黎铁塔前面
photo photo | 这张照片里的人换成穿西装
photo photo | 照片上色
photo photo | 我想把我的头像照变成卡通
"""
"""The second round: 83 % were right before."""

LAST = """
new new | 一艘帆船驶向风暴
new new | 给我生成一张古镇雨巷的图
new new | 小狐狸在森林里迷路了
new new | 老奶奶教孙女包饺子
new new | 科技公司年会背景板，蓝色调
new new | 帮忙做个中秋海报，主标题“月圆人团圆”
new new | 雨后的青石板路，倒影
new new | 太空里的咖啡馆
new new | 一碗热气腾腾的牛肉面
new new | 长发女孩穿着白裙子站在麦田里
new new | 手绘风格的城市地图
new new | 放风筝的孩子
new new | 不会飞的鸟
new new | 天使与恶魔
new new | 蒸汽朋克飞艇，黄昏
new new | 请画出李白的《静夜思》
new edit | 加上夕阳
new edit | 不要背景
ask edit | 它的尾巴再长一点
new edit | 后面加一排树
new edit | 戴一副墨镜
ask edit | 换上西装
new edit | 半身
new edit | 冷色调
new edit | 让他看着镜头
new edit | 天空是粉色的
new edit | 添一只蝴蝶
new edit | 像素画风
ask edit | 把花换成向日葵
new edit | 背景再模糊一点
ask edit | 小猫再大一点
ask edit | 删掉文字
ask edit | 换成16:9
ask edit | 我想要背景换成沙滩
ask edit | 调整一下构图
ask edit | 变成水墨画
ask edit | 太丑了，换个发型
ask edit | 颜色太淡
ask edit | 请将文字改为“欢迎光临”
ask edit | 改成国风
ask edit | 能把背景换成白色吗
photo photo | 帮我把这张照片变成吉卜力风格
photo photo | 我的照片去掉背景
photo photo | 用照片里的人画一个漫画头像
photo photo | 证件照底色换成红色
"""
"""Sentences nobody has corrected anything with: what the patterns are worth."""


def table(text: str) -> list[tuple[str, str, str]]:
    """Return (said, first, after a picture) of each line."""
    lines = [line.split(" | ", 1) for line in text.strip().splitlines()]
    return [(said, *expected.split()) for expected, said in lines]  # type: ignore[misc]
