"""Programs that train the same network in different ways; each is started as a process of its own."""
