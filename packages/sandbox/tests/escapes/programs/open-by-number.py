import attempt

NAME, OPEN = attempt.number(303, 264), attempt.number(304, 265)
AT_FDCWD = -100
path = attempt.ctypes.create_string_buffer(attempt.words[0].encode())
handle = (attempt.ctypes.c_uint32 * 34)(128)
mount = attempt.ctypes.c_int()
named = attempt.call(NAME, AT_FDCWD, attempt.place(path), attempt.place(handle), attempt.place(mount), 0)
folder = attempt.os.open(attempt.os.path.dirname(attempt.words[1]), attempt.os.O_RDONLY)
opened = attempt.call(OPEN, folder, attempt.place(handle), 0)
attempt.tell(opened is None, f'{named},{opened}')
