"""Adherence from tables of supply."""
