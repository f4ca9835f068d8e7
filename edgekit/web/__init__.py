"""The local pages: one small server that asks for a token, and what is mounted on it."""
