import socket
import attempt


def send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.settimeout(5)
        way.connect((attempt.words[0], int(attempt.words[1])))
        way.send(b'anybody there?')
        return way.recv(100)


attempt.run(send)
