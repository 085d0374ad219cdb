import attempt

OPEN, UNLINK = attempt.number(240, 180), attempt.number(241, 181)
name = attempt.ctypes.create_string_buffer(b'wcp-escape')
made = attempt.call(OPEN, attempt.place(name), 0o102, 0o600, 0)
attempt.call(UNLINK, attempt.place(name))
attempt.tell(made is None, made or 'done')
