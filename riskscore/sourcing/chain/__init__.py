"""Ore, refining, buyer: who holds each stage, and which way a project's output takes."""
