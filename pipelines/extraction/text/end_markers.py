"""Lines after which nothing of the article comes: the editor's line, the comments, the other stories.

A stop is a short line that says so. It counts only once text has been read: a page may show "Comments" above its text as well.
"""

from __future__ import annotations

import re

_HARD = re.compile(
    r"^\W{0,6}(?:(?:相关|相關|延伸|推荐|推薦|拓展|关联)(?:阅读|閱讀|新闻|新聞|推荐|文章|报道|報道|链接|资讯|内容|专题|视频)|(?:热门|热点|精彩|更多|为你|为您|今日|小编|编辑|图文|本站|资讯|健康资讯)(?:推荐|推薦|文章|评论|阅读|新闻|排行|精选|资讯)"
    r"|猜你喜欢|往期(?:回顾|精选|推荐)|(?:最新|网友|全部|精彩|发表|我来|用户|文章|热门)评论|评论列表|最(?:热|新|近)(?:文章|新闻|发布|发表)|精华文章|相关信息|(?:作者|小编)最近文章|上一篇|下一篇|阅读下一篇|返回搜狐|返回首页"
    r"|平台声明|其他人也在看|(?:-\s?)?the end(?:\s?-)?\W{0,3}$|你可能(?:还)?(?:喜欢|感兴趣)|大家都在看|看完这篇"
    r"|文章价值打分|友情链接|(?:分享|转发)(?:到|至|让更多人看到)|扫(?:一扫|二维码)|关注我们|観連記事|関連(?:記事"
    r"|ニュース|リンク|キーワード)"
    r"|おすすめ(?:記事|の記事)|あわせて読みたい|人気記事|アクセスランキング|コメント(?:\s?[(（]|する|$)"
    r"|最新(?:記事|ニュース)$|관련\s?(?:기사|뉴스)|많이 본|댓글|추천\s?(?:기사|뉴스)|인기\s?(?:기사|뉴스)"
    r"|related (?:articles?|stories|posts?|content|news|topics|reading|links|coverage)|(?:you )?(?:may|might)(?:"
    r" also)? (?:also )?(?:like|be interested)|recommended (?:for you|stories|articles|reading)|leave a (?:reply"
    r"|comment)"
    r"|post a comment|join the (?:conversation|discussion)|comments?(?:\s?\(\d+\)|:|$)|\d+ (?:comments?|responses?"
    r"|thoughts? on)|about the authors?$|recent posts|popular posts|(?:latest|more|top|trending|other) (?:news"
    r"|stories|posts|articles|from)\b.{0,30}$"
    r"|more (?:\w{1,20} ){1,2}(?:articles|posts|stories|recommendations|recipes|guides|resources)\b.{0,30}:$"
    r"|most (?:read|popular|viewed)|trending(?: now)?$|what to read next|up next|read next|keep reading$|share"
    r" this(?: \w+)?:?$|follow us|similar (?:posts|articles|stories)|(?:previous|next) (?:post|article|story)"
    r"|subscribe to our|sign up (?:for|to)|more on this(?: story| topic)?$|(?:see|read) also\b"
    r"|das könnte (?:sie|dich|ihnen|euch)|mehr zum thema$|lesen sie auch"
    r"|weitere (?:artikel|themen|meldungen|nachrichten)|ähnliche (?:artikel"
    r"|beiträge)|meistgelesen|kommentare?(?:\s?\(\d+\)|:|$)|schreiben? sie einen kommentar|mehr aus |zur"
    r" startseite|verwandte|ähnliche:?$"
    r"|articles? (?:liés?|similaires?|connexes?)|sur le même (?:sujet|thème)|les plus lus"
    r"|commentaires?(?:\s?\(\d+\)|:|$)|vous aimerez|à lire (?:aussi|également) sur"
    r"|(?:artículos|noticias|contenidos|notas) relacionad|te puede interesar|lo más (?:leído|visto)"
    r"|comentarios?(?:\s?\(\d+\)|:|$)|más noticias|articoli correlati|potrebbe(?:ro)? interessart|i più letti"
    r"|commenti(?:\s?\(\d+\)|:|$)"
    r"|notícias relacionadas|mais lidas|lees ook|gerelateerd|reacties|mest lest|mest läst|kommentarer|komentarze"
    r"|polecane|zobacz również|похожие|комментари|читайте также:?$|по теме:?$|материалы по теме|ilgili haberler"
    r"|yorumlar|benzer haberler"
    r"|مواضيع ذات صلة|اقرأ أيضا|التعليقات|مطالب مرتبط|اقرأ أيضًا|اقرأ المزيد"
    r"|إقرأ أيضا|موضوعات متعلقة|أخبار ذات صلة|بیشتر بخوانید|खबरें और भी)", re.I,
)  # fmt: skip
_EDITOR_LINE = re.compile(r"^[\[【(（\s]{0,3}(?:责任编辑|責任編輯|责编|責編|编辑|編輯|值班编辑)\s{0,3}[:：丨|｜/]")
_MAX_STOP = 50


def is_stop(text: str) -> bool:
    """Whether a line opens what is no more of the article."""
    return len(text) <= _MAX_STOP and _HARD.match(text) is not None


def is_editor_line(text: str) -> bool:
    """Whether a line is the Chinese editor's credit that closes an article."""
    return len(text) <= 80 and _EDITOR_LINE.match(text) is not None
