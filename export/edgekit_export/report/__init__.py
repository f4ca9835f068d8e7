"""What export found out, for people and machines."""
