"""edgekit.yaml: its schema, its loading with line numbers, and the template that `edgekit init` writes."""
