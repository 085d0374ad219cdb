import os
import stat
import attempt

place = attempt.words[0]


def make():
    os.mknod(place, 0o600 | stat.S_IFBLK, os.makedev(254, 0))
    os.unlink(place)


attempt.run(make)
