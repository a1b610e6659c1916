"""Addresses that write: bodies, manners, and the actions that viewsets of rows take over."""
