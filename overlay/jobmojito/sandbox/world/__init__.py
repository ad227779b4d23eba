"""What the sandbox remembers, and the operations that read and change it."""
