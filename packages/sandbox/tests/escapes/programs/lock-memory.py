import attempt

held = attempt.ctypes.create_string_buffer(1_000_000)
MLOCK = attempt.number(149, 228)
attempt.calls((MLOCK, attempt.place(held), len(held)))
