"""Made-up clips of shop shelves with their truth, by a generator that shares no line with what it judges."""
