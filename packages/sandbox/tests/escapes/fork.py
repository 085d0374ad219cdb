import os
import attempt

attempt.run(os.fork)
