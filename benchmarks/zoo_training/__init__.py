"""Trains small classifiers from scratch on CIFAR-10, so that INT8 can be judged on networks that really learned."""
