import attempt

KEYCTL, GET_KEYRING_ID, USER_KEYRING = attempt.number(250, 219), 0, -4
attempt.calls((KEYCTL, GET_KEYRING_ID, USER_KEYRING, 1))
