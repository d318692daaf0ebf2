"""Answers HTTP/2 in clear with Python's h2: h2_server.py PORT"""
import socket
import sys

import h2.connection
import h2.config
import h2.events

listener = socket.create_server(("", int(sys.argv[1])))
while True:
    conn, _ = listener.accept()
    h = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    h.initiate_connection()
    conn.sendall(h.data_to_send())
    while data := conn.recv(65535):
        for event in h.receive_data(data):
            if isinstance(event, h2.events.StreamEnded):
                h.send_headers(event.stream_id, [(":status", "201"), ("server", "python-h2"), ("x-made", "yes")])
                h.send_data(event.stream_id, b"made\n", end_stream=True)
        conn.sendall(h.data_to_send())
    conn.close()
