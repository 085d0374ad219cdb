import attempt


def write():
    try:
        return open('/proc/1/mem', 'r+b', 0)
    except OSError:
        return open('/proc/1/task/1/mem', 'r+b', 0)


attempt.run(write)
