"""From raw values to the method's scale: preparation, treatment, scales."""
