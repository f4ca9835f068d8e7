"""replay.html: one page that holds everything it needs, for who has to find out why an event was wrong."""
