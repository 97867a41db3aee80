/** Descriptors: TAPs, the tunnel's socket, the epoll loop. The only code that touches the kernel. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.io;
