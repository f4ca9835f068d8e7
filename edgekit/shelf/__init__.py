"""Shelf truth: from samples to facing states, episodes and transitions. No backend, no camera, no thread."""
