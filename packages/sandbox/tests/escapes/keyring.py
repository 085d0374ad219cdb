import platform
import attempt

KEYCTL = {'x86_64': 250, 'aarch64': 219}[platform.machine()]
# The number of the session's keyring.
attempt.calls((KEYCTL, 0, -3, 0))
