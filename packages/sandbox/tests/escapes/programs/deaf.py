import signal
import time
import attempt

for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
time.sleep(1.5)
attempt.tell(True, 'nobody ended it')
