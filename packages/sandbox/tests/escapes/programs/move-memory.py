import ctypes
import attempt


class Vector(ctypes.Structure):
    _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]


pid, address, direction = attempt.words
READ, WRITE = attempt.number(310, 270), attempt.number(311, 271)
own = ctypes.create_string_buffer(8)
near, far = Vector(attempt.place(own), 1), Vector(int(address), 1)
arguments = (int(pid), attempt.place(near), 1, attempt.place(far), 1, 0)
reading = attempt.call(READ, *arguments)
if direction == 'read':
    attempt.tell(reading is None, reading or own.raw.hex())
else:
    # What was there, or what it made up: the page is the target's own.
    writing = attempt.call(WRITE, *arguments)
    attempt.tell(writing is None, writing or 'done')
