"""Shocks on what is loaded: every buyer and mineral, and what a social condition leaves."""
