import platform
import attempt

SHMGET, MSGGET = {'x86_64': (29, 68), 'aarch64': (194, 186)}[platform.machine()]
attempt.calls((SHMGET, 0, 1 << 30, 0o1600), (MSGGET, 0, 0o1600))
