"""Events as CloudEvents, the outbox that holds them, and the sinks they go to."""
