"""Code highlighted as ever, without what each block of code would have looked up anew."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, cast

from markdown import Markdown
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.style import Style, StyleMeta
from pygments.styles import get_style_by_name
from pygments.util import ClassNotFound
from pymdownx.highlight import Highlight


def share_lookups(md: Markdown) -> None:
    """Let the fences of an instance be highlighted with what was looked up once."""
    if "fenced_code_block" not in md.preprocessors:
        return
    fenced: Any = md.preprocessors["fenced_code_block"]
    if not hasattr(fenced, "get_hl_settings"):
        return
    fenced.get_hl_settings()
    if fenced.highlighter is Highlight:
        fenced.highlighter = _Highlight


class _Highlight(Highlight):  # type: ignore[misc]
    """Knows the lexers and the style from the blocks before."""

    def __init__(self, *args: Any, **options: Any) -> None:
        # Classes alone go into the page; colours are the stylesheet's.
        if options["use_pygments"] and not options["noclasses"]:
            style = _without_colours(options["pygments_style"])
            options = {**options, "pygments_style": style}
        super().__init__(*args, **options)

    def get_lexer(
        self, src: str, language: str, inline: bool, stripnl: bool
    ) -> tuple[Lexer, str]:
        if language and language.lower() not in self.extend_pygments_lang:
            lexer = _find_lexer(language)
            if lexer is not None:
                return lexer(stripnl=stripnl), language
        found: tuple[Lexer, str] = super().get_lexer(src, language, inline, stripnl)
        return found


@functools.lru_cache
def _find_lexer(name: str) -> type[Lexer] | None:
    """Return the class of the lexer of that name; each text gets an instance."""
    try:
        return type(get_lexer_by_name(name))
    except ClassNotFound:
        return None


class _Colourless(StyleMeta):
    """Makes styles that list no colours of tokens, for which formatters make CSS."""

    def __iter__(cls) -> Iterator[Any]:
        return iter(())


@functools.lru_cache
def _without_colours(style: str | type[Style]) -> type[Style]:
    """Return a style for what is written with classes."""
    known = get_style_by_name(style) if isinstance(style, str) else style
    return cast("type[Style]", _Colourless(known.__name__, (known,), {}))
