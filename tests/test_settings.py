"""Settings that are not what they may be."""

import re
from pathlib import Path

import pytest
from msgspec.structs import asdict

from lrnotes.errors import SettingsError
from lrnotes.settings import LEVELS, Settings, read_settings


@pytest.mark.parametrize("lists", ["commonmark", "markdown"])
def test_lists_follow_one_of_two_sets_of_rules(lists):
    assert read_settings({"lists": lists}).lists == lists


def test_other_rules_for_lists_are_refused():
    with pytest.raises(SettingsError, match=r"lists is 'gfm'"):
        read_settings({"lists": "gfm"})


def test_the_readme_names_each_setting_and_the_level_of_each_kind():
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `?(\w+)`? \| (.*) \|$", readme, re.MULTILINE))

    for level in ("warn", "info", "off"):
        kinds = [kind for kind, default in LEVELS.items() if default == level]
        assert rows[level] == ", ".join(f"`{kind}`" for kind in kinds)
    for name, default in asdict(Settings()).items():
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        assert rows[name].split(" | ")[0].strip() == ("" if default == {} else shown)
