import resource
import attempt

attempt.run(lambda: resource.prlimit(int(attempt.words[0]), resource.RLIMIT_NOFILE))
