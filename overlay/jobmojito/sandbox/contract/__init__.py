"""The contract as the sandbox reads it, and what is made of its schemas."""
