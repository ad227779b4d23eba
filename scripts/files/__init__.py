"""What every script needs for files: reading JSON, fetching, comparing folders, replacing files all or none."""
