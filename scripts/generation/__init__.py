"""From the effective document to the generated package."""
