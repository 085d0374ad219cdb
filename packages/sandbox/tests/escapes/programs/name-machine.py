import socket
import attempt

# The name that it has already.
attempt.run(lambda: socket.sethostname(socket.gethostname()))
