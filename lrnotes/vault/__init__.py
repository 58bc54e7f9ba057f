"""All notes, snippets and attachments by name."""
