"""What HTTP/2 allows and few do, in clear with Python's h2: h2_odd.py serve PORT, or h2_odd.py ADDRESS PORT [FILE]

The client makes a tunnel for WebSocket (RFC 8441), resets a stream, changes the size of its table, sends a header list that needs
CONTINUATION, and says why it goes. With FILE it asks once, waits until the file is there, and asks once more."""
import os
import socket
import sys
import time

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings

S = h2.settings.SettingCodes


def answer(h, event):
    stream = event.stream_id
    head = dict(event.headers)
    if b":protocol" in head:
        h.send_headers(stream, [(":status", "200"), ("sec-websocket-protocol", "chat")])
        h.send_data(stream, b"\x81\x02hi", end_stream=True)
    elif head[b":path"] == b"/slow":
        h.send_headers(stream, [(":status", "200"), ("server", "odd")])
        h.send_data(stream, b"never ends", pad_length=20)
    else:
        h.send_headers(stream, [(":status", "103"), ("link", "</style.css>; rel=preload")])
        h.send_headers(stream, [(":status", "200"), ("server", "odd"), ("set-cookie", "id=7"), ("x-path", head[b":path"])])
        h.send_data(stream, b"some data", pad_length=7)
        h.send_headers(stream, [("x-checksum", "0123abcd")], end_stream=True)


def serve(port):
    listener = socket.create_server(("", port))
    while True:
        conn, _ = listener.accept()
        h = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding=None))
        h.local_settings.enable_connect_protocol = 1
        h.initiate_connection()
        conn.sendall(h.data_to_send())
        while data := conn.recv(65535):
            for event in h.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    answer(h, event)
            conn.sendall(h.data_to_send())
        conn.close()


def client(address, port, wait):
    conn = socket.create_connection((address, port))
    h = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding=None))
    h.initiate_connection()

    def step(pause=0.2):
        conn.sendall(h.data_to_send())
        time.sleep(pause)
        h.receive_data(conn.recv(65535))
        conn.sendall(h.data_to_send())

    def ask(path, more=()):
        stream = h.get_next_available_stream_id()
        h.send_headers(stream, [(":method", "GET"), (":scheme", "http"), (":authority", "odd.example.org"), (":path", path),
                                ("user-agent", "odd/1.0")] + list(more), end_stream=True,
                       **({} if more else {"priority_weight": 10, "priority_exclusive": True}))
        return stream

    step()
    ask("/first")
    step()
    if wait:
        while not os.path.exists(wait):
            time.sleep(0.05)
        ask("/behind")
        step()
        return
    stream = h.get_next_available_stream_id()
    h.send_headers(stream, [(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", "/chat"),
                            (":authority", "odd.example.org"), ("sec-websocket-version", "13")])
    h.send_data(stream, b"\x81\x82\0\0\0\0hi")
    step()
    stream = ask("/slow")
    step()
    h.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
    h.update_settings({S.HEADER_TABLE_SIZE: 100, S.INITIAL_WINDOW_SIZE: 1 << 20})
    step()
    ask("/small-table")
    step()
    h.update_settings({S.HEADER_TABLE_SIZE: 16384})
    step()
    ask("/large", [("cookie", "a=b"), ("authorization", "Bearer token")] + [("x-%d" % i, "%d" % i * 500) for i in range(40)])
    step()
    ask("/last")
    step()
    h.close_connection(error_code=h2.errors.ErrorCodes.ENHANCE_YOUR_CALM, additional_data=b"that was enough")
    conn.sendall(h.data_to_send())
    time.sleep(0.2)


if sys.argv[1] == "serve":
    serve(int(sys.argv[2]))
else:
    client(sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
