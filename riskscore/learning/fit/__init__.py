"""Fitting, calibrating and choosing estimators; models as bytes."""
