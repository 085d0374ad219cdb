import os
import time
import attempt

children, milliseconds = map(int, attempt.words)


def spin():
    while time.process_time() * 1_000 < milliseconds:
        pass


forked = []
for _ in range(children):
    child = os.fork()
    if child == 0:
        os.setsid()
        spin()
        os._exit(0)
    forked.append(child)
spin()
for child in forked:
    os.waitpid(child, 0)
attempt.tell(True, 'it had its time')
