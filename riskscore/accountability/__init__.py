"""Scores judged by what happened: an outside list of events joined to projects, and measured."""
