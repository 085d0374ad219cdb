import attempt

settings = attempt.ctypes.create_string_buffer(120)
attempt.calls((425, 1, attempt.place(settings)))
