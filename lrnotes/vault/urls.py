"""Addresses of pages as other pages see them."""


def relative_url(url: str, source: str) -> str:
    """Return the address of ``url`` seen from the page ``source``; both from the root."""
    # Builders call the root "./".
    there, here = (each.removeprefix("./").split("/") for each in (url, source))
    shared = 0
    for one, other in zip(there[:-1], here[:-1], strict=False):
        if one != other:
            break
        shared += 1
    up = "../" * (len(here) - 1 - shared)
    return up + "/".join(there[shared:]) or "./"
