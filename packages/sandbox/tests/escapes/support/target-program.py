"""A process of the host that hostile programs are after: it stands for the Hall and for other workers."""
import ctypes
import json
import mmap
import os
import signal
import sys

key, shared_file = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
libc.shmget.argtypes = [ctypes.c_int, ctypes.c_size_t, ctypes.c_int]
IPC_CREAT, IPC_EXCL, IPC_RMID = 0o1000, 0o2000, 0

page = mmap.mmap(-1, mmap.PAGESIZE)
page.write(b'of the host')
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
fd = os.open(key, os.O_RDONLY)
output = os.pipe()[1]
shared_key = os.getpid() | 0x57_00_00_00
shared_id = libc.shmget(shared_key, mmap.PAGESIZE, IPC_CREAT | IPC_EXCL | 0o600)
with open(shared_file, 'w') as file:
    file.write('of the host')
places = {'pid': os.getpid(), 'address': address, 'fd': fd, 'output_fd': output,
          'shared_key': shared_key, 'shared_id': shared_id}
print(json.dumps(places), flush=True)
try:
    sys.stdin.read()
finally:
    libc.shmctl(shared_id, IPC_RMID, None)
    os.unlink(shared_file)
