import os
import attempt

path = f'/tmp/wcp-escape-{os.getpid()}'
open(path, 'w').close()
place = attempt.ctypes.create_string_buffer(path.encode())
FCHMODAT, OPENAT = attempt.number(268, 53), attempt.number(257, 56)
attempt.calls((FCHMODAT, -100, attempt.place(place), 0o4755), (OPENAT, -100, attempt.place(place), 0o102, 0o4755))
os.unlink(path)
