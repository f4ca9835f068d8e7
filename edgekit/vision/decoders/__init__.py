"""How raw outputs become boxes or probabilities: one file a family."""
