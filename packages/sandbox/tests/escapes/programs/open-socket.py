import attempt

SOCKET = attempt.number(41, 198)
attempt.calls((SOCKET, *map(int, attempt.words)))
