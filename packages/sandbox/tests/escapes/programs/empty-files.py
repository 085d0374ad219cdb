import os
import shutil
import attempt

count, folder = int(attempt.words[1]), f'{attempt.words[0]}/{os.getpid()}'


def fill():
    os.makedirs(folder)
    for index in range(count):
        os.close(os.open(f'{folder}/{index}', os.O_CREAT | os.O_WRONLY))


attempt.run(fill)
shutil.rmtree(folder, ignore_errors=True)
