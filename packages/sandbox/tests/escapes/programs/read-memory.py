import attempt

pid, address = attempt.words


def read():
    with open(f'/proc/{pid}/mem', 'rb', 0) as memory:
        memory.seek(int(address))
        return memory.read(8)


attempt.run(read)
