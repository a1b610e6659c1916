"""From observations to indicators, one module per dimension's rules."""
