"""From a model file to a bundle: models, graph, quantization, evaluation, report."""
