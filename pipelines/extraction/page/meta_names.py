"""The names of metas that state when an article went out or was changed, as systems and standards write them, lower case.

Three tables. `PUBLISHED_METAS` speak of the article: Open Graph, Parse.ly, Sailthru, Cxense, Brightspot, Highwire and the
publishers' own. `PAGE_METAS` speak of the page that holds it (Dublin Core, a bare "date", "created"): TYPO3 and others fill them
with the page's own record, so the article's microdata in the body is asked before them. Order is that of asking.
"""

from __future__ import annotations

PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished",
    "article.published", "og:article:published", "og:datepublished", "article:publicationdate", "article:publish_date",
    "publishdate", "publish_date", "publish-date", "publisheddate", "published_date", "publication_date", "publicationdate",
    "publication-date", "published_time", "publishedtime", "publishedat", "published_at", "pubdate", "pub_date", "pub-date",
    "published", "date_published", "date-published",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "parsely-pub-date", "sailthru.date", "weibo:article:create_at",
    "article:create_at", "rnews:datepublished", "citation_publication_date", "bt:pubdate", "iso-8601-publish-date",
    "originalpublicationdate", "article_date_original", "vr:published_time", "dcsext.articlefirstpublished",
    "analyticsattributes.articledate", "release_date", "published-date", "article:published_date", "article_published",
    "article_publish_time", "article_date", "article-date", "articledate", "news_date", "newsdate", "displaydate",
    "display_date", "firstpublished", "first_published", "first-published", "firstpublishedtime",
    "uploaddate", "article.created", "article:post_date",
    "article:created_time", "citation_date", "citation_online_date", "dateposted", "postdate", "post_date", "post-date",
    "doc_date", "og:publish_date", "og:publish_time", "og:pubdate", "og:regdate", "og:question:published_time",
    "prism.publicationdate", "rbpubdate", "shareaholic:article_published_time", "mediator_published_time", "publish_time",
    "publish-time", "publishtime", "twt-published-at", "video:release_date", "gentime", "ptime", "content_create_date", "pdate",
)  # fmt: skip
PAGE_METAS = (
    "dcterms.issued", "dc.date.issued", "dcterms.created", "dc.date.created", "dc.date.published", "dc.date.publication",
    "dcterms.available", "dc.issued", "dc.created", "dc:created", "dateissued", "date.issued", "dc.date", "dc:date", "dcterms.date",
    "created", "datecreated", "date.created", "date_created", "creation_date", "creationdate", "date", "eprints.date", "timestamp",
    "time",
)  # fmt: skip
MODIFIED_METAS = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "og:modified_time", "datemodified", "article:modified",
    "article:modified_date", "article:post_modified", "article:updated", "article:updated_time", "article:update_time",
    "last-modified", "lastmodified", "lastmod", "last_modified", "modified_time", "modificationdate", "modification_date",
    "lastmodifiedtime", "dateupdate", "dateupdated", "revision_date", "dcterms.modified", "dc.date.modified", "dc.modified",
    "cxenseparse:recs:mod", "weibo:article:update_at",
    "updated_time", "update_time", "updatetime", "utime", "updated", "last_updated", "last-updated", "lastupdated",
    "last_updated_date", "modified", "revised", "bt:moddate",
)  # fmt: skip
