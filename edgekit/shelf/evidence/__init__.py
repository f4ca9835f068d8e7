"""How fill is found: one file a method."""
