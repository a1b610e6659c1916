"""Messages, written with what they tell of."""
