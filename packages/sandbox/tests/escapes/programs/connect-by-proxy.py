import os
import socket
import urllib.parse
import attempt

host, port = attempt.words


def reach():
    if 'HTTPS_PROXY' not in os.environ:
        return socket.create_connection((host, int(port)), 5).close()
    proxy = urllib.parse.urlsplit(os.environ['HTTPS_PROXY'])
    with socket.create_connection((proxy.hostname, proxy.port), 5) as way:
        way.sendall(f'CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n'.encode())
        status = way.recv(1024).split(b' ')[1].decode()
        if status in ('403', '502'):
            raise OSError(13, 'refused by the forwarder')
        return status


attempt.run(reach)
