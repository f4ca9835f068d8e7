"""The smallest embedding: print each restock event and acknowledge it.

python examples/pos_console.py edgekit.yaml
"""

from __future__ import annotations

import sys

import edgekit


def main(config: str) -> None:
    with edgekit.Runtime(config) as runtime:
        for event in runtime.events(consumer="pos-console"):
            print(f"{event.time:%H:%M:%S}  {event.data.facing}: {event.data.product} is {event.data.state}", flush=True)
            event.ack()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "edgekit.yaml")
