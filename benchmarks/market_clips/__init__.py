"""Made-up clips of shop shelves with their truth, to judge a shelf monitor.

Their author knew shops, cameras and how a truth is written, but had read neither edgekit nor its other clips.
"""
