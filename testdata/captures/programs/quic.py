"""QUIC with aioquic: quic.py serve CERTIFICATE KEY (ports 443, and 444 with Retry), or quic.py v1|v2|retry|0rtt CA"""
import asyncio
import ssl
import sys

from aioquic.asyncio import connect, serve
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import StreamDataReceived
from aioquic.quic.packet import QuicProtocolVersion


class Echo(QuicConnectionProtocol):
    def quic_event_received(self, event):
        if isinstance(event, StreamDataReceived) and event.end_stream:
            self._quic.send_stream_data(event.stream_id, b"echo", end_stream=True)
            self.transmit()


tickets = {}


async def server(certificate, key):
    for port, retry in (443, False), (444, True):
        config = QuicConfiguration(
            is_client=False, alpn_protocols=["echo"],
            supported_versions=[QuicProtocolVersion.VERSION_1, QuicProtocolVersion.VERSION_2])
        config.load_cert_chain(certificate, key)
        await serve("0.0.0.0", port, configuration=config, create_protocol=Echo, retry=retry,
                    session_ticket_handler=lambda t: tickets.__setitem__(t.ticket, t),
                    session_ticket_fetcher=lambda label: tickets.pop(label, None))
    await asyncio.Event().wait()


async def client(what, ca):
    kept = []
    for again in range(2 if what == "0rtt" else 1):
        config = QuicConfiguration(is_client=True, alpn_protocols=["echo"], server_name=f"{what}.example.net",
                                   verify_mode=ssl.CERT_NONE)
        if what == "v2":
            config.original_version = QuicProtocolVersion.VERSION_2
        config.supported_versions = [QuicProtocolVersion.VERSION_2 if what == "v2" else QuicProtocolVersion.VERSION_1]
        config.load_verify_locations(ca)
        if kept:
            config.session_ticket = kept[-1]
        async with connect("192.0.2.2", 444 if what == "retry" else 443, configuration=config,
                           session_ticket_handler=kept.append, wait_connected=not kept) as c:
            reader, writer = await c.create_stream()
            writer.write(b"hello")
            writer.write_eof()
            await reader.read()
            await asyncio.sleep(0.3)


asyncio.run(server(*sys.argv[2:]) if sys.argv[1] == "serve" else client(*sys.argv[1:]))
