"""The task's own metrics of any encoding, through the runtime's own preprocessing and decoding."""
