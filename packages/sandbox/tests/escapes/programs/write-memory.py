import attempt

pid, address = attempt.words


def write():
    with open(f'/proc/{pid}/mem', 'r+b', 0) as memory:
        memory.seek(int(address))
        first = memory.read(1)
        memory.seek(int(address))
        memory.write(first)


attempt.run(write)
