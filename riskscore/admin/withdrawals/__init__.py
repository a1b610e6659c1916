"""Withdrawing a release or a layer: the page that asks for a reason, and the list of what was."""
