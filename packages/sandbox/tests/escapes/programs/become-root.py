import os
import attempt

attempt.run(lambda: os.setuid(0))
