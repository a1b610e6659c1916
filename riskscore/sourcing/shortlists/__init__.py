"""Projects on two axes: what they take off a dependence, and at what human cost."""
