"""A file on its way: opened, checked, and sent as one part of a form."""
