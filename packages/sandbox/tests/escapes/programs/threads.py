import threading
import attempt

end = threading.Event()


def start():
    try:
        for _ in range(100):
            threading.Thread(target=end.wait, daemon=True).start()
    except RuntimeError as error:
        raise OSError(11, str(error))


attempt.run(start)
end.set()
