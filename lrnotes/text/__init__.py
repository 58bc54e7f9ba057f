"""Scan notes and snippets into the nouns of `lrnotes.model`; text in, values out."""
