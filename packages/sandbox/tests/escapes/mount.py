import platform
import attempt

MOUNT = {'x86_64': 165, 'aarch64': 40}[platform.machine()]
attempt.calls((MOUNT, 0, 0, 0, 0, 0))
