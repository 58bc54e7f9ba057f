"""A note's other names, lent to its page while search reads it."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any

_NONE = object()


class Findable:
    """Puts names where a search looks first, and takes them back before rendering."""

    def __init__(self, *, has_tag_field: bool) -> None:
        """Begin with none; Material's index has a field for tags, others text alone."""
        self.has_tag_field = has_tag_field
        self.lent: dict[str, tuple[str, Any]] = {}

    def lend(
        self,
        url: str,
        content: str,
        meta: MutableMapping[str, Any],
        names: Sequence[str],
    ) -> str:
        """Give a page its names: into its tags, or before the content returned."""
        if not names:
            return content
        # A tag stands on many notes and would weigh more than the title of one.
        if self.has_tag_field:
            self.lent[url] = ("", meta.get("tags", _NONE))
            meta["tags"] = list(names)
            return content
        opening = f"<p>{escape(' · '.join(names), quote=False)}</p>"
        self.lent[url] = (opening, _NONE)
        return opening + content

    def take_back(self, url: str, content: str, meta: MutableMapping[str, Any]) -> str:
        """Return the content of a page as its reader gets it; mend its tags."""
        if url not in self.lent:
            return content
        opening, tags = self.lent.pop(url)
        if self.has_tag_field and tags is not _NONE:
            meta["tags"] = tags
        elif self.has_tag_field:
            meta.pop("tags", None)
        return content.removeprefix(opening)
