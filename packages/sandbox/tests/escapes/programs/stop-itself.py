import os
import signal
import attempt

os.kill(os.getpid(), signal.SIGSTOP)
attempt.tell(True, 'nobody ended it')
