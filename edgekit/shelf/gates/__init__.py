"""Gates: what can be said of a sample before any model looks at it."""
