"""The sentence around a place in a note, as a reader sees it."""

from __future__ import annotations

import re

_LONGEST = 240
_BLOCK_END = re.compile(
    r"\n[ \t>]*(?:\r?\n|[-*+][ \t]|\d+[.)][ \t]|#{1,6} |\||---[ \t]*\r?\n)|\n[ \t>]*$"
)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s+(?=[^\Wa-z]|[\[*_`\"“])")
_BLOCK_MARK = re.compile(
    r"^(?:-{3}\r?\n)?(?:\s|>|(?:[-*+]|\d+[.)]|#{1,6})[ \t]+(?:\[.\] )?)*"
)
_EMBED = re.compile(r"!\[\[[^\]]*\]\]|!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(
    r"\[\[([^\[\]|\\]*)(?:\\?\|([^\[\]]*))?\]\]|\[([^\[\]]*)\]\((?:<[^>]*>|[^()\s]*)[^)]*\)"
)
_MARKS = re.compile(
    r"%%.*?%%|<[^<>]+>|\[\^[^\]]+\]|\{[:.#][^}]*\}|\*\*|__|~~|==|(?<!\w)[*_]|[*_](?!\w)|`|"
    r"\s\^[\w-]+$",
    re.DOTALL,
)


class Sentences:
    """The sentences of one text."""

    def __init__(self, text: str) -> None:
        """Keep the text; nothing is read before a question."""
        self.text = text

    def around(self, at: int) -> str:
        """Return the sentence that stands around a place, in plain text."""
        if at < 0:
            return ""
        start, end = self._block(at)
        for found in _SENTENCE_END.finditer(self.text, start, end):
            if found.end() <= at:
                start = found.end()
            else:
                end = found.end()
                break
        sentence = plain_text(self.text[start:end])
        return _shorten(sentence, plain_text(self.text[at : min(end, at + 60)]))

    def _block(self, at: int) -> tuple[int, int]:
        """Return the lines that belong together around a place."""
        start = 0
        for found in _BLOCK_END.finditer(self.text, max(0, at - 2000), at):
            start = found.start() + 1
        end = _BLOCK_END.search(self.text, at)
        return start, end.start() if end else len(self.text)


def plain_text(source: str) -> str:
    """Return about what a piece of Markdown shows, in one line."""
    text = _BLOCK_MARK.sub("", source)
    text = _EMBED.sub("", text)
    text = _LINK.sub(lambda link: link[2] or link[3] or link[1] or "", text)
    text = _MARKS.sub("", text)
    return " ".join(text.replace("\n> ", " ").replace("|", " ").split())


def _shorten(sentence: str, ahead: str) -> str:
    """Return a long sentence cut to what stands around its link."""
    if len(sentence) <= _LONGEST:
        return sentence
    middle = max(0, sentence.find(ahead[:20]))
    start = max(0, min(middle - _LONGEST // 2, len(sentence) - _LONGEST))
    cut = sentence[start : start + _LONGEST]
    if start:
        cut = "… " + cut.partition(" ")[2]
    if start + _LONGEST < len(sentence):
        cut = cut.rpartition(" ")[0] + " …"
    return cut
