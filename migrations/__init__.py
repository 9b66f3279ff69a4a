"""Plain SQL, applied in the order of the file names by hub.store.migrate."""
