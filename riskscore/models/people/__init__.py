"""What people keep for themselves: lists as they filtered, sorted and chose them."""
