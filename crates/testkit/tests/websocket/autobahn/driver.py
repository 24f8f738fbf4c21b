"""Runs the cases of the Autobahn test suite against a WebSocket server that echoes bytes.

    python3 driver.py HOST PORT ORIGIN autobahntestsuite-25.10.1.tar.gz

The suite is written in Python 2, for a library in Python 2. Its cases are translated here (lib2to3, which Python
has up to 3.12), and this file replaces that library with a client on a plain socket. Text is a string of Latin-1.

A game's server receives bytes, so a case's text is sent as binary, and what comes back is passed to the case as one
message of the same length, wherever the server has cut it. Prints one line per case: its number, its verdict on the
answer and on the close, and its reasons.
"""

import base64
import heapq
import importlib
import itertools
import os
import re
import select
import socket
import struct
import sys
import tarfile
import tempfile
import time
import types
from concurrent.futures import ThreadPoolExecutor
from lib2to3.refactor import RefactoringTool, get_fixers_from_package

# Groups 6 (UTF-8 of text) and 12, 13 (compression) do not apply to a server that forwards bytes unchanged.
GROUPS = ("1", "2", "3", "4", "5", "7", "9", "10")

# An empty message has no effect: a TCP server receives no bytes, and Ruffle no empty frame.
EMPTY = {(1, 1, 1), (1, 2, 1), (9, 7, 1), (9, 8, 1)}

# No case waits longer.
LIMIT = 60

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class WebSocketProtocol:
    """What cases take from the library's class."""

    STATE_CLOSED, STATE_CONNECTING, STATE_CLOSING, STATE_OPEN = range(4)
    CLOSE_STATUS_CODE_NORMAL = 1000
    CLOSE_STATUS_CODE_GOING_AWAY = 1001
    CLOSE_STATUS_CODE_PROTOCOL_ERROR = 1002
    CLOSE_STATUS_CODE_UNSUPPORTED_DATA = 1003
    CLOSE_STATUS_CODE_INVALID_PAYLOAD = 1007


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")


class Client(WebSocketProtocol):
    """A connection for one case."""

    def __init__(self, address, origin):
        self.socket = socket.create_connection(address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.factory = types.SimpleNamespace(isServer=False)
        self.state = self.STATE_OPEN
        self.connectionWasOpen = True
        self.closedByMe = self.wasClean = self.droppedByMe = False
        self.remoteCloseCode = self.localCloseReason = None
        self.autoFragmentSize = 0
        self.createWirelog = True
        self.txFrameStats, self.rxFrameStats = {}, {}
        self.trafficStats = None
        self.later, self.ids = [], itertools.count()
        # Lengths and kinds of the messages whose bytes are to come back, and the one that is being sent.
        self.echoes, self.sending, self.heard = [], None, b""
        self.buffer, self.closing = b"", False
        self.handshake(origin)
        self.socket.setblocking(False)
        self.unsent = bytearray()

    def handshake(self, origin):
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET / HTTP/1.1\r\nHost: play.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: {origin}\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.socket.recv(4096) or sys.exit("no response")
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 101 "):
            sys.exit(head.decode("latin-1"))

    # What cases call.

    def sendFrame(self, opcode, payload="", fin=True, rsv=0, mask=None, payload_len=None, chopsize=None, sync=False):
        payload = as_bytes(payload)
        if payload_len is not None:
            payload = (payload * (payload_len // max(len(payload), 1) + 1))[:payload_len]
        self.note(opcode, len(payload), fin)
        length = len(payload)
        size = (
            bytes([0x80 | length])
            if length < 126
            else b"\xfe" + struct.pack(">H", length)
            if length < 65536
            else b"\xff" + struct.pack(">Q", length)
        )
        mask = as_bytes(mask) if mask else os.urandom(4)
        key = (mask * (length // 4 + 1))[:length]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(length, "big")
        first = (0x80 if fin else 0) | rsv << 4 | (BINARY if opcode == TEXT else opcode)
        self.write(bytes([first]) + size + mask + masked, chopsize or (1 if sync else None))

    def sendMessage(self, payload, isBinary=False, fragmentSize=None):
        payload = as_bytes(payload)
        size = fragmentSize or self.autoFragmentSize or max(len(payload), 1)
        pieces = [payload[at : at + size] for at in range(0, len(payload), size)] or [b""]
        for nth, piece in enumerate(pieces):
            opcode = 0 if nth else BINARY if isBinary else TEXT
            self.sendFrame(opcode, piece, nth + 1 == len(pieces))

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        payload = struct.pack(">H", code) if code is not None else b""
        payload += as_bytes(reasonUtf8 or "")
        self.localCloseReason = reasonUtf8
        if not isReply:
            self.closedByMe = True
        self.closing, self.state = True, self.STATE_CLOSING
        self.sendFrame(CLOSE, payload)

    def sendClose(self, code=None, reason=None):
        if not self.closing:
            self.sendCloseFrame(code, reason)

    def continueLater(self, delay, function, tag=None):
        heapq.heappush(self.later, (time.monotonic() + delay, next(self.ids), function))

    def closeAfter(self, delay):
        self.continueLater(delay, self.sendClose)

    def killAfter(self, delay):
        def kill():
            self.droppedByMe = True
            self.state = self.STATE_CLOSED

        self.continueLater(delay, kill)

    def enableWirelog(self, enable):
        pass

    # What they do not.

    def note(self, opcode, length, fin):
        if opcode in (TEXT, BINARY):
            self.sending = [0, opcode == BINARY]
        if opcode in (0, TEXT, BINARY):
            self.txFrameStats[opcode] = self.txFrameStats.get(opcode, 0) + 1
            if self.sending:
                self.sending[0] += length
                if fin:
                    self.echoes.append(tuple(self.sending))
                    self.sending = None

    def write(self, data, size):
        pieces = [data] if size is None else [data[at : at + size] for at in range(0, len(data), size)]
        for piece in pieces:
            self.unsent += piece
            self.flush()

    def flush(self):
        try:
            while self.unsent:
                del self.unsent[: self.socket.send(self.unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self.unsent.clear()

    def run(self, case):
        case.onOpen()
        limit = time.monotonic() + LIMIT
        while self.state != self.STATE_CLOSED and time.monotonic() < limit:
            while self.later and self.later[0][0] <= time.monotonic():
                heapq.heappop(self.later)[2]()
            wait = self.later[0][0] - time.monotonic() if self.later else 1
            writers = [self.socket] if self.unsent else []
            readable, writable, _ = select.select([self.socket], writers, [], max(wait, 0))
            if writable:
                self.flush()
            if readable:
                self.receive(case)
        self.socket.close()
        case.onConnectionLost(self.droppedByMe)

    def receive(self, case):
        try:
            data = self.socket.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.state = self.STATE_CLOSED
            return
        self.buffer += data
        while frame := self.frame():
            self.take(case, *frame)

    def frame(self):
        data = self.buffer
        if len(data) < 2:
            return None
        first, length, at = data[0], data[1], 2
        if length >= 126:
            size, kind = (2, ">H") if length == 126 else (8, ">Q")
            at += size
            if len(data) < at:
                return None
            (length,) = struct.unpack(kind, data[2:at])
        if len(data) < at + length:
            return None
        self.buffer = data[at + length :]
        return first, data[at : at + length]

    def take(self, case, first, payload):
        kind = first & 15
        if kind == PING:
            case.onPing(payload.decode("latin-1"))
        elif kind == PONG:
            case.onPong(payload.decode("latin-1"))
        elif kind == CLOSE:
            self.remoteCloseCode = struct.unpack(">H", payload[:2])[0] if len(payload) > 1 else None
            if not self.closing:
                self.sendCloseFrame(self.remoteCloseCode, isReply=True)
            self.wasClean = True
            case.onClose(True, self.remoteCloseCode, payload[2:].decode("latin-1"))
        elif first == 0x80 | BINARY and payload:
            self.heard += payload
            while self.echoes and len(self.heard) >= self.echoes[0][0]:
                length, binary = self.echoes.pop(0)
                message, self.heard = self.heard[:length], self.heard[length:]
                case.onMessage(message.decode("latin-1"), binary)
        else:
            raise ValueError(f"expected a binary frame that is not empty, found {first:#x}, {len(payload)} bytes")


def cases(archive, folder):
    """Every case of the groups, by its number."""
    modules = types.ModuleType("autobahn"), types.ModuleType("autobahn.websocket")
    protocol = types.ModuleType("autobahn.websocket.protocol")
    protocol.WebSocketProtocol = WebSocketProtocol
    for module in (*modules, protocol):
        sys.modules[module.__name__] = module
    fixers = [name for name in get_fixers_from_package("lib2to3.fixes") if not name.endswith("fix_import")]
    tool = RefactoringTool(fixers)
    with tarfile.open(archive) as tar:
        for member in tar:
            found = re.fullmatch(r"[^/]+/autobahntestsuite/case/(\w+\.py)", member.name)
            name = found and found[1]
            # The suite does not run 9.9.1 either.
            wanted = name and name != "case9_9_1.py" and (name == "case.py" or re.match(rf"case({'|'.join(GROUPS)})_", name))
            if wanted:
                text = tar.extractfile(member).read().decode() + "\n"
                text = str(tool.refactor_string(text, name))
                # What Python 2 takes and lib2to3 leaves: whole numbers, `object` in front of other classes, text as bytes.
                text = text.replace(" / self.p.autoFragmentSize", " // self.p.autoFragmentSize")
                text = text.replace("(object, Case, )", "(Case, )")
                text = text.replace("b2a_hex(self.p.localCloseReason)", "b2a_hex(self.p.localCloseReason.encode('latin-1'))")
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
    sys.path.insert(0, folder)
    base = importlib.import_module("case").Case
    found = {}
    for name in sorted(os.listdir(folder)):
        module = importlib.import_module(name.removesuffix(".py")) if name.endswith(".py") and name != "case.py" else None
        for value in vars(module).values() if module else ():
            for one in value if isinstance(value, list) else [value]:
                number = isinstance(one, type) and issubclass(one, base) and re.fullmatch(r"Case([\d_]+)", one.__name__)
                number = number and tuple(map(int, number[1].split("_")))
                if number and number not in EMPTY:
                    found[number] = one
    return found


def judge(address, origin, number, kind):
    name = ".".join(map(str, number))
    try:
        client = Client(address, origin)
        case = kind(client)
        client.run(case)
    except Exception as error:  # A case that can't be run has not passed.
        return f"{name}\tERROR\tERROR\t{type(error).__name__}: {error}"
    return f"{name}\t{case.behavior}\t{case.behaviorClose}\t{case.result} {case.resultClose}"


def main():
    host, port, origin, archive = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        found = sorted(cases(archive, folder).items())
        with ThreadPoolExecutor(16) as pool:
            for line in pool.map(lambda item: judge((host, int(port)), origin, *item), found):
                print(line, flush=True)


if __name__ == "__main__":
    main()
