import attempt

PERF = attempt.number(298, 241)
# A software counter (kind 1) of this process, not of the kernel.
settings = (attempt.ctypes.c_uint64 * 16)(1 | 128 << 32, 0)
settings[5] = 0b1100001
attempt.calls((PERF, attempt.place(settings), 0, -1, -1, 0))
