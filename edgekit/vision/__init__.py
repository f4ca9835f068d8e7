"""Pure functions over pixel and output arrays: geometry, decoders, NMS."""
