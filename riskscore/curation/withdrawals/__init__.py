"""The way back: a release or a version of a map is withdrawn, with a reason and a preview."""
