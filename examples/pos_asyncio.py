"""The same inside an asyncio program: events arrive while the host does its own work.

python examples/pos_asyncio.py edgekit.yaml
"""

from __future__ import annotations

import asyncio
import sys

import edgekit


async def show_events(runtime: edgekit.Runtime) -> None:
    async for event in runtime.aevents(consumer="pos-asyncio"):
        happened = event.type.rsplit(".", 1)[1]
        print(f"{event.time:%H:%M:%S}  {happened}: {event.data.facing} ({event.data.product})", flush=True)
        event.ack()


async def sell(stop: asyncio.Event) -> None:
    """Stands for the host's own work, which must never wait for a camera."""
    while not stop.is_set():
        await asyncio.sleep(0.05)


async def main(config: str) -> None:
    stop = asyncio.Event()
    selling = asyncio.create_task(sell(stop))
    with edgekit.Runtime(config) as runtime:
        await show_events(runtime)
    stop.set()
    await selling


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "edgekit.yaml"))
