"""What a site's row must stand before it is published: where it lies, and whether it is known."""
