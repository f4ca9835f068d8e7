"""The installer's tools for planograms: a reference picture, a proposal, import, checks, drawing and writing."""
