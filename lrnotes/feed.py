"""A feed of the notes that say in their front matter when they were written (Atom)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote, urljoin

from msgspec import Struct

FEED = "feed.xml"
"""Where it lies, from the site's root."""
_TYPE = "application/atom+xml"
_NEWEST = 50
_CONTROL = re.compile("[\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
"""What XML cannot hold."""


class Entry(Struct, frozen=True):
    """A note with a date."""

    title: str
    url: str
    """From the site's root."""
    published: datetime
    updated: datetime
    summary: str = ""


class Feed(Struct, frozen=True):
    """What is said of the site as a whole."""

    title: str
    url: str = ""
    """Where it is published; empty where that is not known, and then there is no feed."""
    author: str = ""
    language: str = "en"


def feed_link(feed: Feed) -> str:
    """Return the element by which a page's head names the feed, from the site's root."""
    # The space keeps Material from asking for a sitemap; see `twins.twin_link`.
    kind = f'rel="alternate " type="{_TYPE}" title="{escape(feed.title)}"'
    return f'<link {kind} href="{FEED}">'


def read_dates(meta: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    """Return when a note was published and last changed, as its front matter says.

    ``date`` is the first, ``updated`` or ``modified`` the second; one stands for both.
    A time without a zone is taken as UTC; what is no date of ISO 8601 counts for nothing.
    """
    published = _date(meta.get("date"))
    updated = _date(meta.get("updated")) or _date(meta.get("modified"))
    first = published or updated
    return (first, updated or first) if first else None


def _date(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value or "").strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def atom(feed: Feed, entries: Iterable[Entry]) -> str:
    """Return the feed of the newest entries, newest first (RFC 4287)."""
    root = feed.url if feed.url.endswith("/") else f"{feed.url}/"
    newest = sorted(entries, key=lambda each: each.url)
    newest.sort(key=lambda each: (each.published, each.updated), reverse=True)
    newest = newest[:_NEWEST]
    changed = max(each.updated for each in newest)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{_xml(feed.language)}">',
        f"<title>{_xml(feed.title)}</title>",
        f"<id>{_xml(root)}</id>",
        f'<link href="{_xml(root)}"/>',
        f'<link rel="self" type="{_TYPE}" href="{_xml(urljoin(root, FEED))}"/>',
        f"<updated>{_stamp(changed)}</updated>",
        f"<author><name>{_xml(feed.author or feed.title)}</name></author>",
    ]
    for each in newest:
        url = _xml(urljoin(root, quote(each.url.removeprefix("./"), safe="/%")))
        lines += [
            "<entry>",
            f"<title>{_xml(each.title)}</title>",
            f"<id>{url}</id>",
            f'<link href="{url}"/>',
            f"<published>{_stamp(each.published)}</published>",
            f"<updated>{_stamp(each.updated)}</updated>",
            *([f"<summary>{_xml(each.summary)}</summary>"] if each.summary else []),
            "</entry>",
        ]
    return "\n".join([*lines, "</feed>", ""])


def _stamp(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def _xml(text: str) -> str:
    return escape(_CONTROL.sub("", text))
