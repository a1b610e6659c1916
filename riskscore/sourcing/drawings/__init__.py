"""Drawings as lists of marks, made once: pages show them as SVG, paper as PDF."""
