import signal
import os
import attempt

attempt.run(lambda: signal.pidfd_send_signal(os.pidfd_open(int(attempt.words[0])), signal.SIGUSR1))
