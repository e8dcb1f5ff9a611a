"""Prints each alert that it receives on one line: receiver.py [ADDRESS:PORT]. Part of compose.yaml."""

import http.server
import json
import sys

HOST, PORT = (sys.argv[1] if 1 < len(sys.argv) else "0.0.0.0:8080").rsplit(":", 1)


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        change = json.loads(body)["data"]
        alert = change["alert"]
        print(change["at"], alert["severity"], alert["behaviour"], change["change"] + ":", alert["summary"], flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        """Prints nothing: the line for each alert is enough."""


http.server.ThreadingHTTPServer((HOST, int(PORT)), Receiver).serve_forever()
