import os
import attempt

# Signal 0 asks whether there is anybody to signal.
attempt.run(lambda: os.kill(-1, 0))
