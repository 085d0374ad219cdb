import attempt

SYSLOG, READ_ALL = attempt.number(103, 116), 3
text = attempt.ctypes.create_string_buffer(100)
attempt.calls((SYSLOG, READ_ALL, attempt.place(text), len(text)))
