"""Faulty answers of a server: each is a function of the request's handler and the requested file."""

import gzip
import socket
import struct
import time

HTML = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Back soon</body></html>"


def status(code, body=b"", **headers):
    """Answer with a status."""
    return lambda handler, path: handler.send(code, body, **headers)


def begin(handler, length, **headers):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/x-hdf5")
    if length is not None:
        handler.send_header("Content-Length", str(length))
    else:
        handler.send_header("Connection", "close")
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.close_connection = True


def reset(handler, path):
    """End the connection with a reset, in the middle of the body."""
    data = path.read_bytes()
    begin(handler, len(data))
    handler.wfile.write(data[: len(data) // 3])
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw = socket.socket(fileno=handler.connection.detach())
    raw.close()


def cut(handler, path):
    """End the connection in the middle of the body, its length announced."""
    data = path.read_bytes()
    begin(handler, len(data))
    handler.wfile.write(data[: len(data) // 2])


def cut_unannounced(handler, path):
    """The same without Content-Length: to the client it looks like the end."""
    data = path.read_bytes()
    begin(handler, None)
    handler.wfile.write(data[: len(data) // 2])


def unannounced(handler, path):
    """All of it, without Content-Length: this is fine."""
    begin(handler, None)
    handler.wfile.write(path.read_bytes())


def announced_short(handler, path):
    """Content-Length says less than there is."""
    data = path.read_bytes()
    begin(handler, len(data) - 1000)
    handler.wfile.write(data)


def announced_long(handler, path):
    """Content-Length says more than there is."""
    data = path.read_bytes()
    begin(handler, len(data) + 1000)
    handler.wfile.write(data)


def stall(handler, path):
    """Half of it, then silence."""
    data = path.read_bytes()
    begin(handler, len(data))
    handler.wfile.write(data[: len(data) // 2])
    handler.wfile.flush()
    handler.server_state.closing.wait(60)


def silence(handler, path):
    """Not even headers."""
    handler.close_connection = True
    handler.server_state.closing.wait(60)


def drip(handler, path):
    """A few bytes a second: never silent, never done."""
    data = path.read_bytes()
    begin(handler, len(data))
    for i in range(0, len(data), 10):
        handler.wfile.write(data[i : i + 10])
        handler.wfile.flush()
        if handler.server_state.closing.wait(0.05):
            return


def slowly(seconds):
    """All of it, in pieces, over so many seconds: slow, yet not stalled."""

    def answer(handler, path):
        data = path.read_bytes()
        begin(handler, len(data))
        for i in range(20):
            handler.wfile.write(data[len(data) * i // 20 : len(data) * (i + 1) // 20])
            handler.wfile.flush()
            time.sleep(seconds / 20)

    return answer


def page(handler, path):
    """A web page with status 200."""
    handler.send(200, HTML, "text/html")


def other_bytes(handler, path):
    """As many bytes, some of them wrong, well after the head."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    handler.send(200, bytes(data), "application/x-hdf5")


def empty(handler, path):
    handler.send(200, b"", "application/x-hdf5")


def oversize(handler, path):
    """Far more than the record says, without saying so before."""
    data = path.read_bytes()
    begin(handler, None)
    handler.wfile.write(data)
    for _ in range(200):
        handler.wfile.write(bytes(1 << 20))


def bomb(handler, path):
    """A small gzip body that unpacks to 20 MB."""
    data = gzip.compress(path.read_bytes() + bytes(20 << 20), 1)
    begin(handler, len(data), Content_Encoding="gzip")
    handler.wfile.write(data)


def redirect(address):
    """Send elsewhere."""
    return lambda handler, path: handler.send(302, b"", Location=address)
