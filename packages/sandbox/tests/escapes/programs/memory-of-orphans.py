import os
import time
import attempt

count, megabytes = map(int, attempt.words)
for _ in range(count):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            held = bytearray(b'x') * (megabytes * 1_000_000)
            time.sleep(1)
        os._exit(0)
time.sleep(0.8)
attempt.tell(True, 'they hold it')
