"""INT8 side by side: edgekit's encodings and other tools' on the same pictures, in one run."""
