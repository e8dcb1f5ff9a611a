"""A mail server that takes mail in and prints each, parsed, as a line of JSON: smtp.py open|tls|starttls|login|talks|later|refuse|one-refused|one-later.

First it prints its port. Certificates stand beside it.
"""

import asyncio
import base64
import email
import email.policy
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

HERE = pathlib.Path(__file__).parent
KIND = sys.argv[1]
LOGIN = b"right-canary"


def told(message):
    text = message.get_body(("plain",))
    files = [[part.get_filename(), part.get_content_type(), part.get_payload(decode=True).decode("utf-8")]
             for part in message.iter_attachments()]
    return {
        "headers": [[name, str(value)] for name, value in message.items()],
        "text": text.get_content().replace("\r\n", "\n"),
        "files": files,
        "defects": [repr(defect) for defect in message.defects],
    }


class Handler:
    greeted = False

    async def handle_RCPT(self, server, session, envelope, address, options):
        if KIND == "talks" and not address.startswith("watch@"):
            # Says what it was shown: to the address that is gone for good, and to the one that is not there yet.
            code = "550 5.1.1" if address.startswith("gone@") else "451 4.7.1"
            return f"{code} {LOGIN.decode()} {base64.b64encode(LOGIN).decode()}" + " and so on" * 30
        if KIND == "refuse" or (KIND == "one-refused" and address.startswith("gone@")):
            return "550 5.1.1 no such user"
        if KIND == "one-later" and address.startswith("gone@") and not self.greeted:
            self.greeted = True
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if KIND == "later":
            return "451 4.7.1 try again later"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        seen = told(message)
        seen["tls"] = session.ssl is not None or KIND == "tls"
        seen["user"] = session.auth_data.decode() if session.auth_data else None
        seen["from"], seen["to"] = envelope.mail_from, envelope.rcpt_tos
        print(json.dumps(seen), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    right = data.login == b"atalaia" and data.password == LOGIN
    # A server that says too much.
    message = None if right else f"535 5.7.8 {data.password.decode()} is wrong"
    return AuthResult(success=right, handled=False, message=message, auth_data=data.login)


options = {}
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(HERE / "server.pem", HERE / "server.key")
if KIND in ("starttls", "login", "talks"):
    options.update(tls_context=context, require_starttls=True)
if KIND in ("login", "talks"):
    options.update(authenticator=authenticate, auth_required=True, auth_require_tls=True)


async def serve():
    loop = asyncio.get_running_loop()
    handler = Handler()
    make = lambda: SMTP(handler, hostname="127.0.0.1", **options)
    server = await loop.create_server(make, "127.0.0.1", 0, ssl=context if KIND == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started it closes its input.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(serve())
