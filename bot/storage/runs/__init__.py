"""Where the runs of trained models are: the data folder, or an object store with a bounded cache here."""
