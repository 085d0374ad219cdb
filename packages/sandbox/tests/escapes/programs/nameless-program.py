import os
import attempt

attempt.run(lambda: os.memfd_create('program'))
