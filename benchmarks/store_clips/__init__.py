"""More made-up clips of shop shelves with their truth, by a second author.

Its author knew shops, cameras and shoppers, and how a truth is written, but had read neither edgekit, nor its
simulation, nor the earlier author's clips (blind_clips). Run by `benchmarks/shelf_events.py --blind`.
"""
