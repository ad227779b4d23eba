"""Many rows: read, cut into chunks, sent, matched with their answers, remembered."""
