"""The default bundle: publisher files in, the project's own tables out."""
