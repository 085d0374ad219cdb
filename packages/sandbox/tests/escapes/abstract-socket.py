import socket
import sys
import attempt

attempt.run(lambda: socket.socket(socket.AF_UNIX).connect('\0' + sys.argv[1]))
