import socket
import attempt

# Past everything that a preload changes.
attempt.run(lambda: socket.create_connection((attempt.words[0], int(attempt.words[1])), 5).close())
