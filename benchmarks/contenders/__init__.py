"""Programs that train the same network in different ways; each runs in a separate process."""
