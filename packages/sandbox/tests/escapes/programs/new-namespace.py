import attempt

UNSHARE, CLONE, CLONE3 = attempt.number(272, 97), attempt.number(56, 220), 435
NEW_USER, CHILD_SIGNAL = 0x10000000, 17
size = 88
arguments = (attempt.ctypes.c_uint64 * (size // 8))(NEW_USER, 0, 0, 0, CHILD_SIGNAL)
attempt.calls(
    (CLONE, NEW_USER | CHILD_SIGNAL, 0, 0, 0, 0),
    (CLONE3, attempt.place(arguments), size),
    (UNSHARE, NEW_USER),
)
