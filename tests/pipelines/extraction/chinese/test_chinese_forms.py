"""Chinese credits as outlets write them, form by form: a page around each, and what must be read."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.chinese.chinese_page import HEADLINE, PARAGRAPHS, TIME, Form, read_form

FORMS = {
    "总台记者": Form({"authors": ["张伟", "李静"]}, tail="<p>（总台央视记者 张伟 李静）</p>"),
    "报-端": Form({"authors": ["张伟"]}, tail="<p>（山城网-新山城客户端记者 张伟）</p>"),
    "文/摄": Form({"authors": ["张晓伟"]}, lead_in="晚报讯（记者 张晓伟文/摄）"),
    "导航": Form(
        {"authors": ["张伟"], "source": "山城日报"},
        head=f"<div class='nav'><h1>{HEADLINE}</h1><div>2024-03-05 15:32 来源：山城日报 作者：张伟</div></div>",
        h1=None,
    ),
    "空责编": Form(
        {"editors": ["李静"]},
        tail="<div><span>编辑：李静</span> <span>责任编辑：</span></div><div><p>扫一扫 分享到微信</p></div>",
    ),
    "作者系": Form({"authors": ["何其远"]}, tail="<p>（作者系山城大学教授 何其远）</p>"),
    "作者为": Form({"authors": ["何其远"]}, tail="<p>（作者何其远为山城大学港口研究所研究员）</p>"),
    "作者：": Form({"authors": ["何其远"]}, tail="<p>（作者：何其远，山城大学教授）</p>"),
    "参与采写": Form({"authors": ["张伟"]}, tail="<p>（本报记者 张伟 参与采写）</p>"),
    "对本文有贡献": Form({"authors": ["张伟"]}, tail="<p>（记者 张伟 对本文亦有贡献）</p>"),
    "特派员": Form({"authors": ["黃志明"]}, head=f"{TIME}<div>〔駐東京特派員 黃志明〕</div>", language="zh-TW"),
    "按钮": Form({"editors": ["李静"]}, head=f"{TIME}<div><span>责任编辑：李静</span><a>手机看</a><a>听新闻</a></div>"),
    "收藏": Form({"authors": ["张伟"]}, head=f"{TIME}<div><span>作者：张伟</span> <a href='/z'>已收藏</a></div>"),
    "扫码": Form({"editors": ["李静"]}, tail="<div><span>编辑：李静</span> <span>扫码看</span> <em>大字版</em></div>"),
    "两人": Form({"editors": ["李静", "王强"]}, tail="<div><span>编辑：李静</span> <span>王强</span></div>"),
    "栏目｜": Form({"authors": ["张伟"]}, first="<p><strong>城事观察 | 张伟</strong></p>"),
    "作者是来源": Form(
        {"authors": [], "source": "山城财经"}, head="<div>2024-03-05 15:32 来源：山城财经 作者：山城财经</div>"
    ),
    "来自公众号": Form(
        {"original_source": "山城慢读"}, first="<p>本文来自微信公众号：山城慢读 (ID：manread)，作者：张伟</p>"
    ),
    "本文校对": Form({"editors": ["李静"], "proofreaders": ["王强"]}, tail="<p>本文编辑：李静　本文校对：王强</p>"),
    "本文转自": Form({"source": None, "original_source": "山城日报"}, tail="<p>本文转自：山城日报</p>"),
    "採訪撰文": Form({"authors": ["張偉明"]}, head=f"{TIME}<div>採訪撰文／張偉明</div>", language="zh-TW"),
    "总台记者丨": Form({"authors": ["张伟", "李静"]}, tail="<p>总台记者丨张伟 李静</p>"),
    "央视监制": Form(
        {"editors": ["张伟", "李静"], "proofreaders": ["陈晨"], "authors": []},
        tail="<p>监制丨王强</p><p>制片人丨刘洋</p><p>编辑丨张伟 李静</p><p>校对丨陈晨</p>",
    ),
    "新京报": Form(
        {"authors": ["张伟"], "editors": ["李静"], "proofreaders": ["陈晨"]},
        tail="<p>新京报记者 张伟</p><p>编辑 李静 校对 陈晨</p>",
    ),
    "新京报撰稿/": Form(
        {"authors": ["张伟"], "editors": ["李静"], "proofreaders": ["陈晨"]},
        tail="<p>撰稿/新京报记者 张伟</p><p>编辑/李静  校对/陈晨</p>",
    ),
    "上观": Form(
        {"editors": ["李静"], "authors": []},
        tail="<p>栏目主编：王强 文字编辑：李静 题图来源：上观题图 图片编辑：刘洋</p>",
    ),
    "编辑+责任编辑": Form(
        {"editors": ["张伟", "李静"]}, tail="<p>编辑：张伟</p><p>责任编辑：李静</p><p>审核：王强</p>"
    ),
    "初审": Form({"editors": ["张伟"]}, tail="<p>编辑：张伟 初审：李静 复审：王强 终审：刘洋</p>"),
    "作者本报记者通讯员": Form(
        {"authors": ["张伟", "李静"], "source": "山城日报"},
        head="<div class='info'>作者：本报记者 张伟 通讯员 李静 来源：山城日报 2024-03-05 15:32</div>",
    ),
    "文/图": Form({"authors": ["张伟", "李静"]}, tail="<p>文/图 山城日报记者 张伟 通讯员 李静</p>"),
    "文图/": Form({"authors": ["张伟"]}, tail="<p>文图/张伟</p>"),
    "图文：": Form({"authors": ["张伟"]}, tail="<p>图文：张伟</p>"),
    "羊晚": Form(
        {"authors": ["张伟", "李静"], "editors": ["陈晨"]},
        tail="<p>文｜羊城晚报全媒体记者 张伟 通讯员 李静</p><p>图｜受访者提供</p><p>编辑：陈晨</p>",
    ),
    "南方【记者】": Form({"authors": ["张伟", "李静", "王强"]}, tail="<p>【记者】张伟 李静</p><p>【通讯员】王强</p>"),
    "南方【作者】": Form(
        {"authors": ["张伟", "李静"]}, tail="<p>【作者】 张伟;李静</p><p>【来源】 南方报业传媒集团南方+客户端</p>"
    ),
    "南方+记者": Form({"authors": ["张伟"]}, tail="<p>南方+记者 张伟</p>"),
    "记者：编辑：": Form({"authors": ["张伟", "李静"], "editors": ["王强"]}, tail="<p>记者：张伟/李静 编辑：王强</p>"),
    "澎湃": Form(
        {"authors": ["张伟"], "editors": ["李静"], "proofreaders": ["陈晨"], "source": "澎湃新闻"},
        head="<div class='info'>澎湃新闻记者 张伟</div><div>2024-03-05 15:32 来源：澎湃新闻</div>",
        tail="<p>责任编辑：李静</p><p>图片编辑：王强</p><p>校对：陈晨</p>",
    ),
    "界面|": Form(
        {"authors": ["张伟"], "editors": ["李静"]}, first="<p>界面新闻记者 | 张伟</p><p>界面新闻编辑 | 李静</p>"
    ),
    "第一财经": Form(
        {"authors": ["张伟"], "editors": ["李静"], "source": "第一财经"},
        head="<div class='info'>第一财经 2024-03-05 15:32 作者：张伟 责编：李静</div>",
    ),
    "财新": Form({"authors": ["张伟"]}, lead_in="【财新网】（记者 张伟）"),
    "21北京报道": Form({"authors": ["张伟"]}, lead_in="21世纪经济报道记者张伟 北京报道 "),
    "21独行": Form({"authors": ["张伟"]}, first="<p>21世纪经济报道记者张伟 北京报道</p>"),
    "本报记者北京报道 连写": Form({"authors": ["张伟", "李静"]}, lead_in="本报记者张伟、李静北京报道 "),
    "本报记者上海报道 独行": Form({"authors": ["张伟"]}, first="<p>本报记者张伟 上海报道</p>"),
    "本报记者北京报道": Form({"authors": ["张伟", "李静"]}, first="<p>本报记者 张伟 李静 北京报道</p>"),
    "中新网电": Form(
        {"authors": ["张伟"], "editors": ["李静"], "source": "中国新闻网"},
        head="<div>2024年03月05日 15:32 来源：中国新闻网</div>",
        lead_in="中新网北京3月5日电 (记者 张伟)",
        tail="<p>【编辑:李静】</p>",
    ),
    "光明": Form(
        {"editors": ["李静"]},
        head="<div>2024-03-05 15:32 来源：光明网-《光明日报》</div>",
        tail="<p>[ 责编：李静 ]</p>",
    ),
    "中青报·中青网": Form({"authors": ["张伟"]}, first="<p>中青报·中青网记者 张伟</p>"),
    "海报": Form({"authors": ["张伟"]}, first="<p>大众网·海报新闻记者 张伟 济南报道</p>"),
    "红星实习": Form(
        {"authors": ["张伟", "李静"], "editors": ["王强"]},
        tail="<p>红星新闻记者 张伟 实习记者 李静</p><p>编辑 王强</p>",
    ),
    "每经": Form({"authors": ["张伟"], "editors": ["李静"]}, first="<p>每经记者：张伟    每经编辑：李静</p>"),
    "每经空格": Form({"authors": ["张伟"], "editors": ["李静"]}, first="<p>每经记者 张伟 每经编辑 李静</p>"),
    "财联社": Form({"authors": ["张伟"]}, lead_in="财联社3月5日讯（记者 张伟）"),
    "本报讯（）": Form({"authors": ["张伟", "李静"]}, lead_in="本报讯（张伟 李静）"),
    "【本报讯】（）": Form({"authors": ["张伟", "李静"]}, lead_in="【清溪网讯】（张伟、李静）"),
    "消息（）": Form({"authors": ["张伟"]}, lead_in="清溪之声3月5日消息（张伟）"),
    "讯（地名）": Form({"authors": []}, lead_in="本报讯（见习 三楼）"),
    "讯 文头": Form(
        {"source": "河口潮声", "authors": ["张伟", "李静"]},
        head="<div><span>2024-03-05 15:32</span></div><div>河口潮声 张伟 李静</div>",
        lead_in="河口潮声3月5日讯（记者 张伟 李静）",
    ),
    "财联社编辑": Form({"editors": ["李静"], "authors": []}, lead_in="财联社3月5日讯（编辑 李静）"),
    "观察者": Form({"authors": ["张伟"]}, first="<p>【文/观察者网 张伟】</p>"),
    "TW記者／": Form({"authors": ["張偉明"]}, first="<p>記者張偉明／台北報導</p>", language="zh-TW"),
    "TW〔記者／〕": Form({"authors": ["張偉明"]}, lead_in="〔記者張偉明／台北報導〕", language="zh-TW"),
    "TW聯合": Form(
        {"authors": ["張偉明"]},
        head="<div class='info'>2024-03-05 15:32 聯合報／ 記者張偉明／台北即時報導</div>",
        language="zh-TW",
    ),
    "TW CNA": Form(
        {"authors": ["張偉明"], "editors": ["李靜美"]},
        lead_in="（中央社記者張偉明台北5日電）",
        tail="<p>（編輯：李靜美）1130305</p>",
        language="zh-TW",
    ),
    "TW 網／名／綜合": Form({"authors": ["張偉明"]}, first="<p>清溪新聞網／張偉明／綜合報導</p>", language="zh-TW"),
    "TW文／": Form({"authors": ["張偉明"]}, first="<p>文／張偉明</p>", language="zh-TW"),
    "TW責任編輯核稿": Form(
        {"editors": ["李靜美", "王大強"]}, tail="<p>責任編輯：李靜美</p><p>核稿編輯：王大強</p>", language="zh-TW"
    ),
    "HK01": Form(
        {"authors": ["張偉明"], "published": "2024-03-05T15:32+08:00"},
        head="<div>撰文：張偉明</div><div>出版：2024-03-05 15:32 更新：2024-03-05 18:00</div>",
        language="zh-HK",
    ),
    "TW撰文編輯": Form(
        {"authors": ["張偉明"], "editors": ["李靜美"]},
        head="<div>撰文 張偉明 | 責任編輯 李靜美 | 2024-03-05</div>",
        language="zh-TW",
    ),
    "TW [周刊王]": Form({"authors": ["張偉明"]}, head="<div>記者：張偉明 2024/03/05 15:32</div>", language="zh-TW"),
    "TW 綜合報導": Form(
        {"authors": ["張偉明", "李靜美"]}, first="<p>記者張偉明、李靜美／綜合報導</p>", language="zh-TW"
    ),
    "TW 特派": Form({"authors": ["張偉明"]}, first="<p>聯合報記者張偉明／華盛頓八日電</p>", language="zh-TW"),
    "TW 特派員": Form(
        {"authors": ["張偉明"]}, head="<div>東京特派員張偉明／專題報導 2024/03/05</div>", language="zh-TW"
    ),
    "原载公众号": Form({"original_source": "清溪读书"}, tail="<p>本文转自微信公众号“清溪读书”，作者张伟</p>"),
    "来源公众号": Form({"source": "清溪读书"}, head="<div>来源：微信公众号“清溪读书” 2024-03-05 15:32</div>"),
    "来源“”公众号": Form({"source": "清溪读书"}, head="<div>2024-03-05 15:32 来源：“清溪读书”微信公众号</div>"),
    "来源 听新闻": Form({"source": "清溪日报"}, head="<div>2024-03-05 15:32 来源：清溪日报 听新闻</div>"),
    "来源 A+ A-": Form({"source": "清溪日报"}, head="<div>2024-03-05 15:32 来源：清溪日报 A+ A-</div>"),
    "来源 | ": Form({"source": "山城日报"}, head="<div>2024-03-05 15:32 | 来源 | 山城日报</div>"),
    "综合": Form({"original_source": "新华社、人民日报、央视新闻"}, tail="<p>（综合新华社、人民日报、央视新闻等）</p>"),
    "记者 丨": Form(
        {"authors": ["张伟"], "editors": ["李静"], "proofreaders": ["陈晨"]},
        tail="<p>记者丨张伟</p><p>责编丨李静</p><p>审校丨陈晨</p><p>监制丨王强</p>",
    ),
    "采写/": Form({"authors": ["张伟"], "editors": ["李静"]}, tail="<p>采写/张伟 编辑/李静</p>"),
    "采写：南都记者": Form({"authors": ["张伟", "李静"]}, tail="<p>采写：南都记者张伟 实习生李静</p>"),
    "执笔": Form({"authors": ["张伟", "李静"]}, tail="<p>执笔：张伟 李静</p>"),
    "供稿": Form({"authors": ["张伟"], "editors": ["李静"]}, tail="<p>供稿：张伟</p><p>编辑：李静</p>"),
    "供稿单位": Form({"authors": [], "editors": ["李静"]}, tail="<p>供稿：宣传部</p><p>编辑：李静</p>"),
    "编号": Form({"editors": ["张伟_NF"]}, tail="<p>责任编辑：张伟_NF</p>"),
    "编号前": Form({"editors": ["PN034 张伟"]}, tail="<p>责任编辑：PN034 张伟</p>"),
    "字间空格": Form({"editors": ["张伟明"]}, tail="<p>责任编辑：张 伟 明</p>"),
    "@": Form({"editors": ["小李"]}, tail="<p>编辑：@小李</p>"),
    "校名在前": Form({"authors": ["张伟明"]}, tail="<p>作者：清溪县中学 张伟明</p>"),
    "职业在后": Form({"authors": ["张伟明"]}, tail="<p>作者：张伟明 律师</p>"),
    "藏族名": Form({"authors": ["王淑", "次仁央宗"]}, lead_in="山城网讯（记者 王淑 次仁央宗）"),
    "常": Form({"authors": ["阿迪力·艾山", "常继斌"]}, tail="<p>记者：阿迪力·艾山 常继斌</p>"),
    "按钮在后": Form(
        {"editors": ["张伟"]}, tail="<p><span>责任编辑：张伟</span> <a>复制链接</a> <a>我来说两句</a></p>"
    ),
    "发自": Form({"authors": ["張偉明"]}, head="<div>2024-03-05 記者 張偉明 發自香港</div>", language="zh-TW"),
    "全角方括号": Form({"editors": ["张伟"]}, tail="<p>［责任编辑：张伟］</p>"),
    "六角括号": Form({"editors": ["张伟"]}, tail="<p>〔责任编辑 张伟〕</p>"),
    "末行署名": Form({"authors": ["张伟明"]}, tail="<p>（张伟明）</p>"),
    "末行单位署名": Form({"authors": ["张伟明"]}, tail="<p>（清溪县纪委监委 张伟明）</p>"),
    "中心／": Form({"authors": ["張偉明"]}, first="<p>生活中心／張偉明報導</p>", language="zh-TW"),
    "報導 / 台北市": Form(
        {"authors": ["林仕祥", "黃詠晴"]}, first="<p>林仕祥 黃詠晴　報導 / 台北市</p>", language="zh-TW"
    ),
    "总值班": Form({"editors": ["张伟"]}, tail="<p>责编：张伟</p><p>总值班：李静</p>"),
    "（作者：张伟，系…）": Form({"authors": ["张伟"]}, tail="<p>（作者：张伟，系清溪大学教授）</p>"),
    "作者：张伟（清溪大学教授）": Form({"authors": ["张伟"]}, head="<div>2024-03-05 作者：张伟（清溪大学教授）</div>"),
    "责任编辑 (无冒号)": Form({"editors": ["李静"]}, tail="<p>责任编辑 李静</p>"),
    "责编(英文冒号空格)": Form({"editors": ["李静"]}, tail="<p>责编 : 李静 | 审核 : 王强</p>"),
    "编辑：李静 （邮箱）": Form({"editors": ["李静"]}, tail="<p>编辑：李静 邮箱：a@b.example</p>"),
    "编辑：小李": Form({"editors": ["小李"]}, tail="<p>编辑：小李</p>"),
    "责编id": Form({"editors": ["zx0176"]}, tail="<p>责任编辑：zx0176</p>"),
    "三人顿号": Form({"authors": ["张伟", "李静", "王大强"]}, tail="<p>本报记者 张伟、李静、王大强 摄影报道</p>"),
    "方括号报道 记者": Form({"authors": ["张伟"]}, lead_in="[山城时报报道 记者张伟]"),
    "方头括号 网 记者": Form({"authors": ["张伟", "李静"]}, lead_in="【山城日报·山城网 记者张伟 通讯员李静】"),
    "拟稿人": Form(
        {"authors": ["张伟"], "source": "县民政局"},
        head="<div>2024-03-05 15:32　信息来源：县民政局　拟稿人：张伟</div>",
    ),
    "来源后标签": Form({"source": "县民政局"}, head="<div>2024-03-05 15:32　来源：县民政局　报送人：张伟</div>"),
    "撰写人": Form({"authors": ["张伟"]}, tail="<p>撰写人：张伟　审核人：李静</p>"),
    "图/文：": Form({"authors": ["张伟"]}, tail="<p>（图/文：张伟 审稿：李静）</p>"),
    "文员": Form({"authors": []}, tail="<p>文员：张伟</p>"),
    "通讯员/文 /图": Form(
        {"authors": ["张伟", "李静", "王大强"]}, tail="<p>山城日报记者 张伟 通讯员 李静 王大强/文 赵晓川/图</p>"
    ),
    "转贴自": Form(
        {"authors": ["张伟"], "source": "山城日报"},
        head="<div>[ 作者：张伟 | 转贴自：山城日报 | 点击数：88 | 更新时间：2024-3-5 | 文章录入：admin ]</div>",
    ),
    "新闻源": Form({"source": "山城日报"}, head="<div>新闻源：山城日报（张伟）｜责编：李静 2024/3/5 15:32</div>"),
    "文章录入": Form({"editors": ["李静"]}, tail="<p>文章录入：admin　　责任编辑：李静</p>"),
    "打印": Form({}, tail="<p>【打印】【关闭】</p>"),
    "来源于网络": Form({}, tail="<p>本文来源于网络，如有侵权请联系删除。</p>"),
    "终　审": Form({"editors": ["李静"]}, tail="<p>编　辑：李静</p><p>终　审：清溪融媒</p>"),
    "时间 报 记者": Form(
        {"authors": ["张伟"], "source": "山城晚报"}, head="<div>2024-03-05 15:32 山城晚报记者张伟</div>"
    ),
    "来源 本报记者 时间": Form(
        {"authors": ["张伟", "李静"], "source": "山城晚报"},
        head="<div>2024-03-05 15:32　来源：山城晚报　本报记者张伟 李静</div>",
    ),
    "来源记者": Form({"source": "山城晚报"}, head="<div>来源：山城晚报全媒体记者张伟 2024-03-05 15:32</div>"),
    "TW 中心／综合": Form({"authors": []}, first="<p>政治中心／綜合報導</p>", language="zh-TW"),
    "TW 中心／记者": Form({"authors": ["張偉明"]}, first="<p>政治中心／記者張偉明報導</p>", language="zh-TW"),
    "TW 中心／记者名": Form({"authors": ["張偉明"]}, head=f"{TIME}<div>政治中心／記者張偉明</div>", language="zh-TW"),
    "TW 名综合报导": Form({"authors": ["張偉明"]}, head=f"{TIME}<div>張偉明綜合報導</div>", language="zh-TW"),
    "TW ∕": Form({"authors": ["張偉明"]}, head="<div>2024/03/05 15:32 記者張偉明 ∕ 台北報導</div>", language="zh-TW"),
    "TW 刊登於": Form({"original_source": "山城時報"}, tail="<p>原文刊登於《山城時報》</p>", language="zh-TW"),
    "TW 视觉设计": Form({"authors": []}, tail="<p>視覺設計／山城工作室</p>", language="zh-TW"),
    "他站链接": Form(
        {"source": "证券早知道"},
        head="<div><span>2024-03-05 15:32</span> <a href='http://www.zqzzd.example/' rel='nofollow'>证券早知道</a></div>",
    ),
    "本站链接": Form(
        {"source": None},
        head="<div><span>2024-03-05 15:32</span> <a href='http://stock.qingxi.example/'>股票早知道</a></div>",
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_credits(name: str) -> None:
    got = read_form(FORMS[name])
    assert {field: got[field] for field in FORMS[name].want} == FORMS[name].want


@pytest.mark.parametrize("name", FORMS)
def test_no_credit_line_is_text(name: str) -> None:
    got = read_form(FORMS[name])
    assert got["text"].split("\n")[-1] == PARAGRAPHS[-1]


def test_two_names_in_brackets_end_the_text() -> None:
    assert read_form(Form({}, tail=f"<p>{PARAGRAPHS[0]}（张伟 李静）</p>"))["authors"] == ["张伟", "李静"]
    assert read_form(Form({}, tail=f"<p>{PARAGRAPHS[0]}（清溪 山城）</p>"))["authors"] == []
