"""Settings that are not what they may be."""

import pytest

from lrnotes.errors import SettingsError
from lrnotes.settings import read_settings


@pytest.mark.parametrize("lists", ["commonmark", "markdown"])
def test_lists_follow_one_of_two_sets_of_rules(lists):
    assert read_settings({"lists": lists}).lists == lists


def test_other_rules_for_lists_are_refused():
    with pytest.raises(SettingsError, match=r"lists is 'gfm'"):
        read_settings({"lists": "gfm"})
