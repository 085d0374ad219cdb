import time
import attempt

held = [bytearray(b'x') * 1_000_000 for _ in range(int(attempt.words[0]))]
# Longer than anybody takes who looks at it now and then.
time.sleep(0.5)
attempt.tell(True, f'{len(held)} MB')
