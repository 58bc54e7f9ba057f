"""Dates as vaults write them, and the feed that is made of them."""

from datetime import UTC, datetime

import pytest

from lrnotes.feed import Entry, Feed, atom, read_dates

DAY, LATER = datetime(2024, 1, 2, tzinfo=UTC), datetime(2024, 3, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({"date": "2024-01-02"}, (DAY, DAY)),
        ({"date": "2024-01-02", "updated": "2024-03-04T05:06:00"}, (DAY, LATER)),
        ({"date": "2024-01-02", "modified": "2024-03-04 05:06"}, (DAY, LATER)),
        ({"modified": "2024-03-04T05:06:00Z"}, (LATER, LATER)),
        ({"date": "last week"}, None),
        ({"date": ""}, None),
        ({"date": ["2024-01-02"]}, None),
        ({"title": "x"}, None),
    ],
)
def test_dates_are_read_as_vaults_write_them(meta, expected):
    assert read_dates(meta) == expected


def test_a_feed_holds_the_newest_and_only_what_xml_can_hold():
    entries = [
        Entry(
            f"\x07<{at}>",
            f"å {at}/",
            datetime(2000, 1, 1, at % 24, at % 60, tzinfo=UTC),
            LATER,
        )
        for at in range(60)
    ]
    text = atom(Feed("T & co", "https://x.org/y"), entries)

    assert text.count("<entry>") == 50
    assert "\x07" not in text
    assert "<id>https://x.org/y/%C3%A5%2047/</id>" in text
    assert "<title>T &amp; co</title>" in text
    assert text == atom(Feed("T & co", "https://x.org/y"), entries[::-1])
