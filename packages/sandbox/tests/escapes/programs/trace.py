import attempt

PTRACE, SEIZE = attempt.number(101, 117), 0x4206
attempt.calls((PTRACE, SEIZE, int(attempt.words[0]), 0, 0))
