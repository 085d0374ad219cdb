import attempt

SHMGET, SHMAT = attempt.number(29, 194), attempt.number(30, 196)
attempt.libc.syscall.restype = attempt.ctypes.c_long
found = attempt.call(SHMGET, int(attempt.words[0]), 0, 0)
attached = attempt.call(SHMAT, int(attempt.words[1]), 0, 0o10000)
attempt.tell(None in (found, attached), f'{found},{attached}')
