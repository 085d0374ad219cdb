import os
import signal
import attempt

children = []


def bomb():
    for _ in range(100):
        child = os.fork()
        if child == 0:
            signal.pause()
        children.append(child)


try:
    attempt.run(bomb)
finally:
    for each in children:
        os.kill(each, signal.SIGKILL)
