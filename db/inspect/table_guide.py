"""What the views hold, for the pages about them: the descriptions of `db.schema.views`, marked for translation.

A test holds that each description of a view and of its columns stands here.
"""

from __future__ import annotations

import re
from typing import Any

from db.inspect.translation.catalogues import gettext_noop
from db.schema.views import VIEWS

DESCRIPTIONS = frozenset(
    (
        gettext_noop("an article, in its latest revision"),
        gettext_noop("a name on an article (in its latest revision)"),
        gettext_noop("a revision of an article, with the previous one"),
        gettext_noop("a copy, with its original"),
        gettext_noop("a site with its counts"),
        gettext_noop("a day of a source: articles published that day, in UTC (first seen, if the page has no date)"),
        gettext_noop("a rejected page"),
        gettext_noop("how many pages of a source were rejected for a reason"),
        gettext_noop("a run of crawl, import or extract"),
        gettext_noop("a week of a source: whether what it published is here"),
        gettext_noop("a day of a source in the same way"),
        gettext_noop("the article's id, as in `copydesk show`"),
        gettext_noop("the site it was fetched from"),
        gettext_noop("who publishes it, as stated on the page"),
        gettext_noop("the outlet it was taken from, as stated on the page"),
        gettext_noop("headline"),
        gettext_noop("short line above the headline"),
        gettext_noop("line below the headline"),
        gettext_noop("another wording of the headline that the page gives"),
        gettext_noop("names, separated by commas"),
        gettext_noop("when it was published"),
        gettext_noop("the same in the publisher's local time, to the minute; empty if only the day is known"),
        gettext_noop("its precision: day, minute, second"),
        gettext_noop("when it was changed, as stated on the page"),
        gettext_noop("when it was first fetched"),
        gettext_noop("when this revision was fetched"),
        gettext_noop("section of the site"),
        gettext_noop("language of the text, as a code"),
        gettext_noop("words; characters in Chinese and Japanese"),
        gettext_noop("number of images"),
        gettext_noop("1: the page shows only a part"),
        gettext_noop("number of comments, as stated on the page"),
        gettext_noop("1, and one more for each correction"),
        gettext_noop("1: the same story as an earlier article"),
        gettext_noop("the article it is a copy of; its own id if it is not a copy"),
        gettext_noop("address"),
        gettext_noop("the page of this revision"),
        gettext_noop("the text, one paragraph a line"),
        gettext_noop("the article"),
        gettext_noop("as printed"),
        gettext_noop("author, editor, proofreader"),
        gettext_noop("position among those of the role"),
        gettext_noop("the site"),
        gettext_noop("the same in the publisher's local time"),
        gettext_noop("1: the article is a copy"),
        gettext_noop("1: as it was first seen"),
        gettext_noop("when it was fetched"),
        gettext_noop("when the previous one was fetched"),
        gettext_noop("headline of the previous one"),
        gettext_noop("length of the text"),
        gettext_noop("length of the previous one"),
        gettext_noop("the copy"),
        gettext_noop("the site that reprints"),
        gettext_noop("its headline there"),
        gettext_noop("when the copy was published"),
        gettext_noop("when the copy was first fetched"),
        gettext_noop("the original"),
        gettext_noop("the site of the original"),
        gettext_noop("its headline"),
        gettext_noop("when the original was published"),
        gettext_noop("when the original was first fetched"),
        gettext_noop("hours from the original's publication to the copy's; empty if only a day is known"),
        gettext_noop("address of the copy"),
        gettext_noop("address of the original"),
        gettext_noop("its name"),
        gettext_noop("its address"),
        gettext_noop("crawled, paused or removed"),
        gettext_noop("when it was added"),
        gettext_noop("pages stored"),
        gettext_noop("articles, copies included"),
        gettext_noop("of these, copies"),
        gettext_noop("of these, with more than one revision"),
        gettext_noop("pages that are not articles"),
        gettext_noop("when its newest article was published"),
        gettext_noop("when it last responded, even if nothing was new"),
        gettext_noop("when a new page was last fetched"),
        gettext_noop("the day"),
        gettext_noop("of these, with an author"),
        gettext_noop("of these, with an editor"),
        gettext_noop("words in all"),
        gettext_noop("the page"),
        gettext_noop("why, in one word"),
        gettext_noop("details"),
        gettext_noop("its number"),
        gettext_noop("crawl, import, extract"),
        gettext_noop("who or what started it"),
        gettext_noop("finished, stopped, failed"),
        gettext_noop("when it began"),
        gettext_noop("when it ended"),
        gettext_noop("from its beginning to its end"),
        gettext_noop("responses with a page"),
        gettext_noop("responses without news"),
        gettext_noop("new articles"),
        gettext_noop("new revisions of known articles"),
        gettext_noop("copies, and known pages at another address"),
        gettext_noop("why it failed"),
        gettext_noop("its Monday"),
        gettext_noop("complete, thin, missing, not looked, learning"),
        gettext_noop("articles expected by its rhythm and its listings; empty while too little is known"),
        gettext_noop("articles that are here, by the day the publisher states"),
        gettext_noop("links that listings named and that were never fetched"),
        gettext_noop("when this was judged; `copydesk coverage` does it anew"),
        gettext_noop("the day, as the publisher has it"),
        gettext_noop("articles expected"),
        gettext_noop("articles that are here"),
        gettext_noop("links never fetched"),
        gettext_noop("how many articles of a source have a value: a section, an hour of publication, a name"),
        gettext_noop("section; hour, by the publisher's clock; author, editor, proofreader"),
        gettext_noop("the section, the hour (00 to 23), the name as printed"),
        gettext_noop("of a name: who publishes the articles, as stated on the page"),
        gettext_noop("an article that is no longer at its address, as of its last visit"),
        gettext_noop("the address that answered"),
        gettext_noop("when it last answered so"),
        gettext_noop("the status of the answer; 200 if a page came that is no article"),
        gettext_noop("where it led, if it redirected"),
        gettext_noop("why the page that came is no article, another_article where it is one; empty if none came"),
        gettext_noop("the page of the latest revision"),
        gettext_noop("the text of the previous one"),
        gettext_noop("how much its changes matter, from 1 on substantially"),
        gettext_noop("the kinds of what changed, as a JSON list"),
        gettext_noop("1: the page says nothing of the change, and states no later time"),
        gettext_noop("the name under which the person is shown, where names were joined"),
        gettext_noop("a credited name, with the person's counts over all names that were joined"),
        gettext_noop("the name under which the person is shown; the same for all names that were joined"),
        gettext_noop("articles of the person, copies included"),
        gettext_noop("of these, as author"),
        gettext_noop("of these, as editor"),
        gettext_noop("of these, as proofreader"),
        gettext_noop("the day of the first, as the publisher has it"),
        gettext_noop("the day of the latest"),
        gettext_noop("a thread: articles about the same event, which `thread_articles` lists"),
        gettext_noop("its number, that of the article that founded it"),
        gettext_noop("headline of that article"),
        gettext_noop("when its first article was published"),
        gettext_noop("when its latest article was published"),
        gettext_noop("articles, copies left out"),
        gettext_noop("articles, copies included; 1: no other one is about its event"),
        gettext_noop("sites that have some of them"),
        gettext_noop("a problem, open or closed"),
        gettext_noop("what kind of problem it is, in one word"),
        gettext_noop("the site; empty if it concerns the machine"),
        gettext_noop("what is wrong"),
        gettext_noop("what to do"),
        gettext_noop("when it was noticed"),
        gettext_noop("when it was over; empty while it is open"),
    )
)

# Views that the schema's steps made, which those above are built on.
OTHER_VIEWS = {
    "current_articles": {
        "description": gettext_noop("an article in its latest revision, with the columns of the table")
    },
    "rejections": {"description": gettext_noop("a rejected page, with the columns of its outcome")},
    "pruned_pages": {"description": gettext_noop("a page whose bytes were pruned")},
}


def plain_description(text: str) -> str:
    """A description without the links of docs/schema.md."""
    return re.sub(r" \(\[[^\[\]]{1,80}\]\([^()]{1,120}\)\)", "", text)


def view_metadata() -> dict[str, Any]:
    """Datasette's metadata of the views: what a row is, and what each column holds."""
    return OTHER_VIEWS | {
        view.name: {
            "description": plain_description(view.description),
            "columns": {name: plain_description(text) for name, _, text in view.columns},
        }
        for view in VIEWS
    }
