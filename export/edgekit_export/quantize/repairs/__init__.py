"""What is mended before and after rounding, each on its own and each with its gain measured."""
