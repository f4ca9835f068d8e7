"""From source to events: one thread each for reading, working, inferring and delivering."""
