"""Plan, run, record and keep scripts; only the worker imports torch and matplotlib."""
