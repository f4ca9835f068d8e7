"""Recognition by example: products enrolled by a few photos, told apart without training."""
