"""Scripted clips with their truth: shelves, packages, people and trouble, rendered from chance and a seed."""
