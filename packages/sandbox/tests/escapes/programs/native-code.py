import ctypes
import os
import shutil
import attempt

library = next(line.split()[-1] for line in open('/proc/self/maps') if 'libm.' in line or 'libm-' in line)
copy = f'{attempt.words[0]}/{os.getpid()}.so'
shutil.copy(library, copy)
attempt.run(lambda: ctypes.CDLL(copy).cos)
