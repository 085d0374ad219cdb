import platform
import attempt

SOCKET = {'x86_64': 41, 'aarch64': 198}[platform.machine()]
# Raw IPv4, packet, netlink, vsock.
attempt.calls((SOCKET, 2, 3, 1), (SOCKET, 17, 3, 0), (SOCKET, 16, 3, 0), (SOCKET, 40, 1, 0))
