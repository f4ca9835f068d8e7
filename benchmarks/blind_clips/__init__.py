"""Made-up clips of shop shelves with their truth, by a generator that shares no line with what it judges.

Its author knew what happens in shops and how a truth is written, and had read neither the shelf logic nor
`edgekit simulate`. Run by `benchmarks/shelf_events.py --blind`.
"""
