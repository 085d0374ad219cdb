"""Tries a thing and tells what came of it."""
import ctypes
import errno
import json
import os
import platform
import sys

# What the program is told: places of the host.
words = sys.argv[1:]
# As a worker of a Hall it begins when it has a call, and its answer is the result of that call.
# Another program that takes its place has it from the environment.
if os.environ.get('WCP_ESCAPE_CALL') == '':
    os.environ['WCP_ESCAPE_CALL'] = sys.stdin.readline()
_call = json.loads(os.environ['WCP_ESCAPE_CALL']) if 'WCP_ESCAPE_CALL' in os.environ else None
_own = os.getpid()
_is_arm = platform.machine() == 'aarch64'

libc = ctypes.CDLL(None, use_errno=True)


def tell(escaped, how):
    result = {'escaped': escaped, 'how': how}
    answer = {'status': 'ok', 'result': result, 'telemetry': [], 'evidence': [], 'deny_reason': None}
    print(json.dumps(result if _call is None else {'id': _call['id'], **answer}), flush=True)


def run(what):
    try:
        value = what()
        tell(True, 'done' if value is None else str(value)[:100])
    except OSError as error:
        tell(False, errno.errorcode.get(error.errno, str(error)))


def number(x64, arm64):
    """The number of a system call on this machine."""
    return arm64 if _is_arm else x64


def call(number, *arguments):
    """The name of the error of a system call; None where the kernel did it."""
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(each) for each in arguments])
    if os.getpid() != _own:
        os._exit(0)
    return errno.errorcode[ctypes.get_errno()] if result == -1 else None


def calls(*each):
    """Several system calls: none of them may succeed."""
    results = [call(*one) for one in each]
    tell(None in results, ','.join(result or 'done' for result in results))


def place(value):
    """The address of a buffer or a structure."""
    return ctypes.addressof(value)
