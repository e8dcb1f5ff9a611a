"""Plays a recording to every client that connects, like a receiving station: feed.py RECORDING [ADDRESS:PORT]. Part of compose.yaml."""

import gzip
import socketserver
import sys

with gzip.open(sys.argv[1]) as recording:
    LINES = recording.read()
HOST, PORT = (sys.argv[2] if 2 < len(sys.argv) else "0.0.0.0:5631").rsplit(":", 1)


class Feed(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(LINES)
        # Like a station, keep the connection open until the client closes it.
        self.request.recv(1)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server((HOST, int(PORT)), Feed) as server:
    server.serve_forever()
