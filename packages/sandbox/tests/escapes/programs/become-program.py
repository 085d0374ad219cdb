import os
import attempt

try:
    os.execv('/bin/sh', ['sh', '-c', """echo '{"escaped": true, "how": "a shell ran"}'"""])
except OSError as error:
    attempt.tell(False, attempt.errno.errorcode[error.errno])
