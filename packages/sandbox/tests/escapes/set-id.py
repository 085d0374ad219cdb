import ctypes
import platform
import attempt

OPENAT, FCHMODAT = {'x86_64': (257, 268), 'aarch64': (56, 53)}[platform.machine()]
path = ctypes.create_string_buffer(b'/tmp/program')
address = ctypes.addressof(path)
open('/tmp/program', 'w').close()
attempt.calls((FCHMODAT, -100, address, 0o4755), (OPENAT, -100, address, 0o102, 0o4755))
