"""One Python-Markdown extension: what a note means."""
