import os
import sys
import attempt

folder = f'{attempt.words[0]}/python-{os.getpid()}'
os.mkdir(folder)
with open(f'{folder}/foreign.py', 'w') as file:
    file.write('import attempt\nattempt.tell(True, "another program ran")\n')
try:
    path = {'PYTHONPATH': f'{folder}:{os.getcwd()}'}
    os.execve(sys.executable, [sys.executable, '-c', 'import foreign'], {**os.environ, **path})
except OSError as error:
    attempt.tell(False, attempt.errno.errorcode[error.errno])
