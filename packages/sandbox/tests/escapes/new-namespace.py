import platform
import attempt

UNSHARE, CLONE, CLONE3 = {'x86_64': (272, 56, 435), 'aarch64': (97, 220, 435)}[platform.machine()]
NEW_USER = 0x10000000
attempt.calls((UNSHARE, NEW_USER), (CLONE, NEW_USER | 17, 0, 0, 0, 0), (CLONE3, 0, 0))
