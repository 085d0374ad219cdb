import os
import time
import attempt

proof = attempt.words[0]
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(3):
            os.close(fd)
        time.sleep(0.4)
        open(proof, 'w').close()
    os._exit(0)
attempt.tell(False, 'it has gone its own way')
