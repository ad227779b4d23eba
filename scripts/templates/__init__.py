"""What `scripts.generate` puts into the low-level client: our templates, and the runtime modules copied as they are."""
