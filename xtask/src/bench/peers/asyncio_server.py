"""A policy server as one writes it with asyncio: HOST PORT FILE."""

import asyncio
import sys

REQUEST = b"<policy-file-request/>\0"


class Policy(asyncio.Protocol):
    reply = b""

    def connection_made(self, transport):
        self.transport = transport
        self.seen = b""

    def data_received(self, data):
        self.seen += data
        if self.seen.startswith(REQUEST):
            self.transport.write(self.reply)
            self.transport.close()
        elif not REQUEST.startswith(self.seen):
            self.transport.close()


async def main(host, port, path):
    with open(path, "rb") as file:
        Policy.reply = file.read() + b"\0"
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Policy, host, int(port), backlog=4096)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
