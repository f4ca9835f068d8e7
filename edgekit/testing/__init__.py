"""Fakes for tests of programs that embed edgekit: clock, camera, backend."""
