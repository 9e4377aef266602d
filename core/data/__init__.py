"""From any source of texts to ids: reading, cleaning, vocabulary, windows; knows no network."""
