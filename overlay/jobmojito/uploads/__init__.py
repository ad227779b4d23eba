"""One file: opened, checked, and sent as a part of a form."""
