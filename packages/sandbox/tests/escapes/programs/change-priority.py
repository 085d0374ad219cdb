import os
import attempt

pid = int(attempt.words[0])
attempt.run(lambda: os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid)))
