import attempt

BPF, MAP_CREATE, ARRAY = attempt.number(321, 280), 0, 2
# A map of one entry: kind, size of a key, size of a value, entries.
settings = (attempt.ctypes.c_uint32 * 32)(ARRAY, 4, 4, 1)
attempt.calls((BPF, MAP_CREATE, attempt.place(settings), 128))
