"""One set of settings, with defaults, for mkdocs.yml, pytest and the command line."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from msgspec import Struct, field

from lrnotes.errors import ProjectError, SettingsError
from lrnotes.model import Place

Level = Literal["off", "info", "warn", "error"]

CONFIG_NAMES = ("mkdocs.yml", "mkdocs.yaml", "properdocs.yml", "properdocs.yaml")

LEVELS: dict[str, Level] = {
    "unresolved-link": "warn",
    "unresolved-heading": "warn",
    "unresolved-block": "warn",
    "unresolved-cell": "warn",
    "unresolved-value": "warn",
    "unresolved-citation": "warn",
    "ambiguous-link": "info",
    "alias-clash": "warn",
    "embed-cycle": "warn",
    "unresolved-requirement": "warn",
    "requires-cycle": "warn",
    "outside-project": "warn",
    "front-matter": "warn",
    "unclosed-fence": "warn",
    "bad-option": "warn",
    "duplicate-title": "warn",
    "hidden-fence": "warn",
    "failed-cell": "warn",
    "missing-alt": "info",
    "claim-without-assert": "warn",
    "claim-without-sentence": "info",
    "claim-binds-name": "warn",
    "old-form": "info",
    "undrawn-diagram": "info",
    "orphan": "off",
    "unsupported-number": "off",
    "unsupported-comparison": "off",
    "rounded-bound": "off",
    "repeated-text": "off",
    "repeated-heading": "off",
    "undefined-term": "off",
    "run-remark": "info",
    "bibliography": "warn",
    "bad-maths": "warn",
}
"""The kinds of finding and their default levels; ``warn`` fails a strict build."""


class Settings(Struct, frozen=True):
    """What a project may set; every field has a default that works on any folder."""

    snippets: str = "snippets"
    """Folder of the snippets, from the project root."""
    workers: int = 0
    """Scripts run at a time; 0 for one a core."""
    threads: int = 1
    """Threads that torch may use in each worker; part of every key's manifest."""
    device: str = "auto"
    """``auto``, or a torch device such as ``cpu`` or ``cuda``."""
    timeout: float = 120.0
    """Seconds that a script may take."""
    memory: str = ""
    """What a script may add to the preloaded process, such as ``2GB``."""
    cache: str = ""
    """The cache folder; empty for ``.lrnotes`` in the project root."""
    bibliography: str = "references.bib"
    """BibTeX file in the docs folder."""
    lists: str = "commonmark"
    """Whose rules lists and quotes follow: ``commonmark``, as Obsidian and GitHub read
    them, or ``markdown``, as Python-Markdown does."""
    maths: bool = True
    """Whether maths is rendered while building."""
    mermaid: str = ""
    """The site's copy of ``mermaid.min.js``, from the docs folder."""
    graph_names: bool = False
    """Whether the graph names what links ask for and no file of the vault is."""
    twins: bool = False
    """Whether each note's page has a twin in Markdown beside it, such as ``adam.md``."""
    levels: dict[str, Level] = field(default_factory=dict)
    """Level of each kind of finding, where it differs from the default."""

    def level(self, kind: str) -> Level:
        """Return how loudly a kind of finding is reported."""
        return self.levels.get(kind, LEVELS[kind])

    @property
    def worker_count(self) -> int:
        """How many scripts run at a time."""
        return self.workers or os.cpu_count() or 1


class Layout(Struct, frozen=True):
    """Where a project's things are."""

    root: Path
    """The folder of the configuration; every `Place` is relative to it."""
    config: str
    """Name of the configuration file, for messages."""
    docs: str
    """The docs folder, POSIX, from the root."""
    settings: Settings

    @property
    def cache(self) -> Path:
        """The cache folder: ``LRNOTES_CACHE``, else the setting, else ``.lrnotes``."""
        chosen = os.environ.get("LRNOTES_CACHE") or self.settings.cache or ".lrnotes"
        return self.root / chosen


def read_settings(given: Mapping[str, Any], config: str = "mkdocs.yml") -> Settings:
    """Validate the plugin's options; raise SettingsError with the nearest right form."""
    known = Settings.__struct_fields__
    place = Place(config)
    for name, value in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"nearest: {near[0]}" if near else f"known: {', '.join(known)}"
            raise SettingsError(f'no setting "{name}"', place=place, hint=hint)
        wanted = type(getattr(Settings(), name))
        allowed = (int, float) if wanted is float else wanted
        if not isinstance(value, allowed) or (wanted is int and value is True):
            hint = f"a {wanted.__name__} is wanted"
            raise SettingsError(f"{name} is {value!r}", place=place, hint=hint)
    # YAML reads `off` as false.
    told = given.get("levels", {}).items()
    levels = {kind: "off" if level is False else level for kind, level in told}
    _check_levels(levels, place)
    lists, hint = given.get("lists", "commonmark"), "commonmark or markdown"
    if lists not in hint.split(" or "):
        raise SettingsError(f"lists is {lists!r}", place=place, hint=hint)
    return Settings(**{**given, "levels": levels})


def _check_levels(levels: Mapping[str, Any], place: Place) -> None:
    for kind, level in levels.items():
        if kind not in LEVELS:
            near = difflib.get_close_matches(kind, LEVELS, 1)
            hint = f"nearest: {near[0]}" if near else f"known: {', '.join(LEVELS)}"
            raise SettingsError(f'no kind of finding "{kind}"', place=place, hint=hint)
        if level not in get_args(Level):
            what = f"the level of {kind} is {level!r}"
            raise SettingsError(what, place=place, hint="off, info, warn or error")


class _Loader(yaml.SafeLoader):
    """Reads a builder's configuration and passes over the tags that only it knows."""


_Loader.add_multi_constructor("", lambda _loader, _suffix, _node: None)


def find_layout(start: Path) -> Layout | None:
    """Return the lrnotes project that holds ``start``, or None where there is none.

    A project is a folder whose configuration names the plugin ``lrnotes``.
    """
    for folder in (start, *start.parents):
        for name in CONFIG_NAMES:
            path = folder / name
            if path.is_file():
                layout = _read_layout(path)
                if layout is not None:
                    return layout
    return None


def find_docs(config: Path, folder: str) -> str:
    """Return the docs folder as seen from the resolved configuration's folder.

    Raises:
        ProjectError: where it lies outside, as scripts and caches would.
    """
    root = config.parent
    found = Path(root, folder).resolve()
    if not found.is_relative_to(root):
        raise ProjectError(
            f"docs_dir: {folder} lies outside the folder of this file",
            place=Place(config.name),
            hint="put the configuration above the notes",
        )
    return found.relative_to(root).as_posix()


def read_extensions(layout: Layout) -> tuple[list[str], dict[str, Any]]:
    """Return the Markdown extensions of the configuration, and their options.

    Options that only the builder can read, such as functions, are left out.
    """
    config = _read_config(layout.root / layout.config)
    given = config.get("markdown_extensions") or []
    items = (
        [{name: given[name]} for name in given] if isinstance(given, dict) else given
    )
    names: list[str] = []
    options: dict[str, Any] = {}
    for item in items:
        pair = item if isinstance(item, dict) else {item: None}
        name, settings = next(iter(pair.items()))
        names.append(name)
        told = (settings or {}).items()
        options[name] = {key: value for key, value in told if value is not None}
    return names, options


def uses_directory_urls(layout: Layout) -> bool:
    """Return whether the builder gives each page a folder of its own."""
    config = _read_config(layout.root / layout.config)
    return bool(config.get("use_directory_urls", True))


def _read_layout(path: Path) -> Layout | None:
    config = _read_config(path)
    options = _plugin_options(config.get("plugins"))
    if options is None:
        return None
    docs = find_docs(path.resolve(), str(config.get("docs_dir") or "docs"))
    settings = read_settings(options, path.name)
    return Layout(path.parent.resolve(), path.name, docs, settings)


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(path.name, mark.line + 1 if mark else 1)
        raise ProjectError("this is not YAML", place=place, hint=str(error)) from error
    return config if isinstance(config, dict) else {}


def _plugin_options(plugins: Any) -> Mapping[str, Any] | None:
    items = plugins.items() if isinstance(plugins, dict) else plugins or ()
    for item in items:
        name, options = item if isinstance(item, tuple) else (item, None)
        if isinstance(item, dict) and len(item) == 1:
            ((name, options),) = item.items()
        if name == "lrnotes":
            return options or {}
    return None
