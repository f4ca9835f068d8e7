"""Parts of benchmarks/recognition.py: photos, features, figures."""
