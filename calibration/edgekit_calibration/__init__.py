"""Calibration: observers, range tables, choice of images."""
