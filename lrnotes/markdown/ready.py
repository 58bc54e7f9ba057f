"""One Markdown instance for page after page, where a builder makes one for each.

To look up fifteen extensions, build and load them takes about as long as to convert a
short note.  Python-Markdown's own way to save it, `Markdown.reset`, is for who calls
`convert`; a builder that makes an instance for each page is given the loaded state of the
first one instead.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension

_RESETTABLE = ("markdown.", "pymdownx.", "lrnotes.")
"""Packages whose extensions are known to keep nothing that `Markdown.reset` leaves."""


class ReadyExtension(Extension):
    """Stands for all extensions of a site: loads them once, then gives what was loaded.

    The instances that load it are one behind the scenes, so the builder must be done with
    one before the next: only inside `lend` and `take_back` is an instance shared, and only
    the first that asks.  Any other loads the extensions for itself.
    """

    def __init__(
        self, names: Sequence[Any], configs: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Stand for these extensions and their options."""
        super().__init__()
        self.names = list(names)
        self.configs = {name: dict(options) for name, options in configs.items()}
        self.is_free = False
        self._first: Markdown | None = None
        self._is_fit = True
        self._loaded: list[tuple[Any, dict[str, Any]]] = []

    def lend(self, config: MutableMapping[str, Any]) -> ReadyExtension:
        """Put itself in the place of the extensions in a builder's configuration.

        Where these are no longer what was loaded, another takes the place; it is returned.
        """
        names, configs = config["markdown_extensions"], config["mdx_configs"]
        if self.names != names or self.configs != configs:
            return ReadyExtension(names, configs).lend(config)
        self.is_free = self._is_fit
        config["markdown_extensions"] = [self]
        return self

    def take_back(self, config: MutableMapping[str, Any]) -> None:
        """Put the extensions back; nobody shares the instance from now on."""
        self.is_free = False
        config["markdown_extensions"] = self.names

    def extendMarkdown(self, md: Markdown) -> None:
        """Load all extensions, or take over what the first instance has loaded."""
        if not self.is_free:
            md.registerExtensions(self.names, self.configs)
            return
        self.is_free = False
        if self._first is None:
            self._load(md)
            return
        for each, attributes in self._loaded:
            each.__dict__.clear()
            each.__dict__.update(attributes)
        # All processors know the first instance; from now on the two have one state.
        md.__dict__ = self._first.__dict__

    def _load(self, md: Markdown) -> None:
        for name in self.names:
            each = name
            if isinstance(name, str):
                each = md.build_extension(name, self.configs.get(name, {}))
            self._is_fit &= type(each).__module__.startswith(_RESETTABLE)
            md.registerExtensions([each], {})
        if self._is_fit:
            self._first = md
            # `reset` may count how often it was called, as footnotes do.
            self._loaded = [
                (each, dict(vars(each))) for each in (md, *md.registeredExtensions)
            ]


def given_extensions(extensions: Sequence[Any]) -> Sequence[Any]:
    """Return the extensions of a site, where one stands for them all too."""
    if len(extensions) == 1 and isinstance(extensions[0], ReadyExtension):
        return extensions[0].names
    return extensions
