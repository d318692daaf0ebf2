"""WebSocket: websocket.py serve (port 8765), or websocket.py ADDRESS"""
import asyncio
import sys

import websockets


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def main():
    if sys.argv[1] == "serve":
        async with websockets.serve(echo, "0.0.0.0", 8765, subprotocols=["chat"]):
            await asyncio.Event().wait()
    async with websockets.connect(f"ws://{sys.argv[1]}:8765/chat?room=1", subprotocols=["chat"], proxy=None) as c:
        await c.send("hello")
        await c.recv()
        await c.send(bytes(range(200)))
        await c.recv()
        await (await c.ping())


asyncio.run(main())
