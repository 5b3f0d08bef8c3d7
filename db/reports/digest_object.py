"""A digest as an object for JSON: `copydesk digest --json`, the inspector, and the `evidence` of the hook. Its keys are stable.

Each item that needs a look has `command`, which leads on.
"""

from __future__ import annotations

from db.display.shell_commands import shell_command
from db.reports.digest import Digest, DigestAlert, GrownRejections, SlowSource, SourceGap, SourceNews, Story
from db.reports.digest_articles import MOST_GONE, Correction, GoneArticle
from db.store.service.alerts import AlertKind
from db.timestamps import format_timestamp


def digest_object(digest: Digest) -> dict[str, object]:
    """All of a digest."""
    return {
        "since": format_timestamp(digest.since),
        "until": format_timestamp(digest.until),
        "summary": digest.summary,
        "new": digest.new,
        "copies": digest.copies,
        "corrected": digest.corrected,
        "of_substance": digest.of_substance,
        "articles_gone": len(digest.gone),
        "coverage_judged_late": digest.judged_late,
        "sources": [_news(one) for one in digest.news],
        "silent": [_alert(one) for one in digest.alerts_of(AlertKind.SILENT)],
        "rotting": [_alert(one) for one in digest.alerts_of(AlertKind.ROTTING)],
        "alerts": [_alert(one) for one in digest.other_alerts],
        "gaps": [_gap(one) for one in digest.gaps],
        "slow": [_slow(one) for one in digest.slow],
        "stories": [_story(one) for one in digest.stories],
        "corrections": [_correction(one) for one in digest.corrections],
        "gone": [_gone(one) for one in digest.gone[:MOST_GONE]],
        "rejections": [_rejection(one) for one in digest.rejections],
    }


def _alert(one: DigestAlert) -> dict[str, object]:
    return {
        "kind": one.kind,
        "source": one.source,
        "says": one.message,
        "since": format_timestamp(one.since),
        "command": shell_command("why", one.source) if one.source else "copydesk alerts",
    }


def _news(one: SourceNews) -> dict[str, object]:
    return {
        "source": one.source,
        "new": one.new,
        "copies": one.copies,
        "corrections": one.corrections,
        "usual": None if one.usual is None else round(one.usual, 1),
    }


def _gap(one: SourceGap) -> dict[str, object]:
    return {
        "source": one.source,
        "state": one.gap.state.value,
        "first": one.gap.first.isoformat(),
        "last": one.gap.last.isoformat(),
        "days": one.gap.days,
        "lost": round(one.gap.lost, 1),
        "command": shell_command("coverage", one.source),
    }


def _slow(one: SlowSource) -> dict[str, object]:
    return {
        "source": one.source,
        "seconds": one.seconds,
        "before": one.before,
        "command": shell_command("why", one.source),
    }


def _story(one: Story) -> dict[str, object]:
    return {
        "article": one.article_id,
        "title": one.title,
        "copies": one.copies,
        "articles": one.articles,
        "sources": one.sources,
        "command": shell_command("copies", one.article_id),
    }


def _correction(one: Correction) -> dict[str, object]:
    return {
        "article": one.article_id,
        "source": one.source,
        "title": one.title,
        "revision": one.revision,
        "score": one.score,
        "changed": None
        if one.change is None
        else {"kind": one.change.kind.value, "before": one.change.before, "after": one.change.after},
        "command": shell_command("show", one.article_id, "--diff"),
    }


def _gone(one: GoneArticle) -> dict[str, object]:
    return {
        "article": one.article_id,
        "source": one.source,
        "title": one.title,
        "status": one.status,
        "reason": one.reason,
        "command": shell_command("show", one.article_id),
    }


def _rejection(one: GrownRejections) -> dict[str, object]:
    return {
        "source": one.source,
        "reason": one.reason,
        "pages": one.pages,
        "before": one.before,
        "command": shell_command("why", one.source),
    }
