"""Wiki-links and executed, cached, tested code for any folder of Markdown notes."""

__version__ = "0.1.0"
