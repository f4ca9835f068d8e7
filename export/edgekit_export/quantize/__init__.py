"""From a float graph and calibration images to both INT8 encodings."""
