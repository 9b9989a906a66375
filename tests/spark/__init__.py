"""Scoring on Spark."""
