"""The command line: one file a command, each a few lines over a library call."""
