"""``python -m lrnotes`` is the command ``lrnotes``."""

from lrnotes.cli import main

main()
