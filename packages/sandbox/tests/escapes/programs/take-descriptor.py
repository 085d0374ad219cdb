import os
import attempt

OPEN, GET = attempt.number(434, 434), attempt.number(438, 438)
pid, fd = map(int, attempt.words)
attempt.libc.syscall.restype = attempt.ctypes.c_long
handle = attempt.libc.syscall(OPEN, pid, 0)
opened = None if handle >= 0 else 'no such process'
taken = attempt.call(GET, handle if handle >= 0 else 0, fd, 0)
attempt.tell(taken is None, f'{opened},{taken}')
