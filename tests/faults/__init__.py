"""The fault suite: real servers and workers of its own, broken on purpose, and a checker."""
