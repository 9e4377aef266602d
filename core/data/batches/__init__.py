"""Windows and streams of ids, a batch at a time; knows no network."""
