import platform
import attempt

PTRACE = {'x86_64': 101, 'aarch64': 117}[platform.machine()]
attempt.calls((PTRACE, 16, 1, 0, 0))
