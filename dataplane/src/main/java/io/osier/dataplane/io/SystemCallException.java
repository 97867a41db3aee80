package io.osier.dataplane.io;

import java.io.IOException;

/** The kernel refused something; the message is one line, {@code WHAT: WHY}, fit for users. */
public final class SystemCallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    SystemCallException(String what, int errno) {
        this(what, errno, Libc.strerror(errno));
    }

    SystemCallException(String what, int errno, String why) {
        super(what + ": " + why);
        this.errno = errno;
    }

    /** The kernel's number for the reason, as in {@code errno(3)}. */
    public int errno() {
        return errno;
    }
}
