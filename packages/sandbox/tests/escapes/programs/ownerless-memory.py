import attempt

SHMGET, SHMCTL = attempt.number(29, 194), attempt.number(31, 195)
MSGGET, MSGCTL = attempt.number(68, 186), attempt.number(71, 187)
IPC_RMID = 0


def make(get, control, *arguments):
    found = attempt.libc.syscall(get, *arguments)
    if found == -1:
        return attempt.errno.errorcode[attempt.ctypes.get_errno()]
    attempt.libc.syscall(control, found, IPC_RMID, 0)
    return 'done'


results = [make(SHMGET, SHMCTL, 0, 1 << 20, 0o1600), make(MSGGET, MSGCTL, 0, 0o1600)]
attempt.tell('done' in results, ','.join(results))
