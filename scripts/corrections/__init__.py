"""Turns the published document into the effective one: nullability, corrections, components for types, names."""
