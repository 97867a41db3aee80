package io.osier.agent.scenario;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.osier.dataplane.io.NetworkNamespace;
import io.osier.dataplane.packet.IpAddress;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Packets of one protocol of IP as they are, without their IP header. For one thread. */
final class RawSocket implements Closeable {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x8_0000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final short POLLIN = 1;
    private static final int POLL_BYTES = 8;
    private static final int MOST_BYTES = 2_048;

    static {
        Native.register(RawSocket.class, "c");
    }

    private final Family family;
    private final int descriptor;
    private final Memory packet = new Memory(MOST_BYTES);
    private final Memory source;
    private final Memory sourceLength = new Memory(Integer.BYTES);

    private RawSocket(Family family, int descriptor) {
        this.family = family;
        this.descriptor = descriptor;
        this.source = new Memory(lengthOfAddress());
    }

    private static native int socket(int family, int type, int protocol);

    private static native int connect(int descriptor, Pointer address, int length);

    private static native long sendto(
            int descriptor, Pointer packet, long length, int flags, @Nullable Pointer address, int addressLength);

    private static native long recvfrom(
            int descriptor, Pointer packet, long length, int flags, Pointer address, Pointer addressLength);

    private static native int poll(Pointer descriptors, long count, int timeoutMillis);

    private static native int close(int descriptor);

    static RawSocket open(String namespace, Family family, int protocol) throws IOException {
        return NetworkNamespace.named(namespace).call(() -> {
            int descriptor = socket(family == Family.IPV4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC, protocol);
            if (descriptor < 0) {
                throw new IOException("raw socket: errno " + Native.getLastError());
            }
            return new RawSocket(family, descriptor);
        });
    }

    /** From now on packets go to this address, and only its packets come. */
    void connect(String address) throws IOException {
        if (connect(descriptor, addressOf(address), lengthOfAddress()) < 0) {
            throw new IOException("raw socket to " + address + ": errno " + Native.getLastError());
        }
    }

    /** Sends to whom it is connected. An error that others' packets met is told first, and costs one more try. */
    void send(byte[] bytes) {
        packet.write(0, bytes, 0, bytes.length);
        for (int i = 0; i < 2; i++) {
            if (sendto(descriptor, packet, bytes.length, 0, null, 0) >= 0) {
                return;
            }
        }
    }

    void sendTo(String address, byte[] bytes) {
        packet.write(0, bytes, 0, bytes.length);
        sendto(descriptor, packet, bytes.length, 0, addressOf(address), lengthOfAddress());
    }

    /** What has come; null if nothing has. */
    byte @Nullable [] receive() {
        sourceLength.setInt(0, lengthOfAddress());
        int length = (int) recvfrom(descriptor, packet, packet.size(), MSG_DONTWAIT, source, sourceLength);
        if (length <= 0) {
            return null;
        }
        // With IPv4 the kernel gives the IP header, too.
        int header = family == Family.IPV4 ? (packet.getByte(0) & 0xf) * 4 : 0;
        return packet.getByteArray(header, length - header);
    }

    /** Who sent what came last. */
    String source() throws IOException {
        byte[] address = family == Family.IPV4 ? source.getByteArray(4, 4) : source.getByteArray(8, 16);
        return IpAddress.parse(InetAddress.getByAddress(address).getHostAddress())
                .toString();
    }

    /** Waits until something comes to one of them. */
    static void await(long patienceMillis, RawSocket... sockets) {
        Memory descriptors = new Memory((long) POLL_BYTES * sockets.length);
        descriptors.clear();
        for (int i = 0; i < sockets.length; i++) {
            descriptors.setInt((long) i * POLL_BYTES, sockets[i].descriptor);
            descriptors.setShort((long) i * POLL_BYTES + Integer.BYTES, POLLIN);
        }
        poll(descriptors, sockets.length, (int) Math.max(0, patienceMillis));
    }

    private int lengthOfAddress() {
        return family == Family.IPV4 ? 16 : 28;
    }

    private Memory addressOf(String text) {
        Memory address = new Memory(lengthOfAddress());
        address.clear();
        IpAddress ip = IpAddress.parse(text);
        if (family == Family.IPV4) {
            address.setShort(0, (short) AF_INET);
            address.setInt(4, Integer.reverseBytes(ip.v4Bits()));
        } else {
            address.setShort(0, (short) AF_INET6);
            address.setLong(8, Long.reverseBytes(ip.high()));
            address.setLong(16, Long.reverseBytes(ip.low()));
        }
        return address;
    }

    @Override
    public void close() {
        close(descriptor);
    }
}
