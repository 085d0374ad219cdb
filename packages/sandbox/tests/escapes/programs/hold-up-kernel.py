import attempt

USERFAULTFD, USER_MODE_ONLY = attempt.number(323, 282), 1
attempt.calls((USERFAULTFD, USER_MODE_ONLY))
