"""From the published document to the effective one: nullability, corrections, one component a type, names."""
