"""Graph surgery: opset, clean-up, batch, preprocessing head, MACs."""
