import attempt


def write():
    try:
        return open('/proc/1/mem', 'r+b', 0).close()
    except OSError:
        return open('/proc/1/task/1/mem', 'r+b', 0).close()


attempt.run(write)
