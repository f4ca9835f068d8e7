"""Replay: recorded or simulated clips through the shelf logic, its events held against what truly happened."""
