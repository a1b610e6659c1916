"""One printable page per project, buyer or portfolio: what is said once, on paper and on screen."""
