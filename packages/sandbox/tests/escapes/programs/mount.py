import attempt

UNSHARE, MOUNT = attempt.number(272, 97), attempt.number(165, 40)
NEW_MOUNTS, NEW_USER, RECURSIVE_PRIVATE = 0x20000, 0x10000000, 0x44000
# In a namespace of its own, so that nothing is left of it where it works.
attempt.call(UNSHARE, NEW_MOUNTS) and attempt.call(UNSHARE, NEW_MOUNTS | NEW_USER)
text = attempt.ctypes.create_string_buffer
root, kind, place = text(b'/'), text(b'tmpfs'), text(b'/tmp')
attempt.call(MOUNT, 0, attempt.place(root), 0, RECURSIVE_PRIVATE, 0)
attempt.calls((MOUNT, attempt.place(kind), attempt.place(place), attempt.place(kind), 0, 0))
