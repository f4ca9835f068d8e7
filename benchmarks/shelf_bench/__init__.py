"""Parts of benchmarks/shelf_events.py."""
