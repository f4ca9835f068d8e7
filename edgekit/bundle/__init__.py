"""The bundle: one .edgekit file with graphs, preprocessing contract, golden outputs and report."""
