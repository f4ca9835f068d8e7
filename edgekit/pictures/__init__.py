"""Evidence pictures: what a facing looked like before and after, people masked, kept for a while and no longer."""
