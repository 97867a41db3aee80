package io.osier.agent.scenario;

import java.io.IOException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** By SCTP, with packets made by hand: asks to open associations, and hears the answer or the ICMP error. */
final class SctpClient implements Client {
    private static final int FIRST_PORT = 40_000;
    private static final int PORTS = 24_000;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final int ICMP_HEADER_BYTES = 8;
    private static final int IPV6_HEADER_BYTES = 40;

    /** None is used twice while anybody remembers it. */
    private static final AtomicInteger ASKED = new AtomicInteger();

    private final Family family;
    private final String address;
    private final int port;
    private final RawSocket sctp;
    private final RawSocket icmp;

    private SctpClient(Family family, String address, int port, RawSocket sctp, RawSocket icmp) {
        this.family = family;
        this.address = address;
        this.port = port;
        this.sctp = sctp;
        this.icmp = icmp;
    }

    static SctpClient open(String namespace, String address, int port) throws IOException {
        Family family = Family.of(address);
        RawSocket sctp = RawSocket.open(namespace, family, SctpPacket.PROTOCOL);
        RawSocket icmp = RawSocket.open(namespace, family, family == Family.IPV4 ? ICMP : ICMPV6);
        return new SctpClient(family, address, port, sctp, icmp);
    }

    @Override
    public String ask(int patienceMillis) throws IOException {
        sctp.connect(address); // again, so that an error of the packet before is nobody's any more
        int asked = ASKED.getAndIncrement();
        SctpPacket init = SctpPacket.init(FIRST_PORT + asked % PORTS, port, asked + 1);
        sctp.send(init.bytes());
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        long leftNanos = deadlineNanos - System.nanoTime();
        while (leftNanos > 0) {
            RawSocket.await(TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1, sctp, icmp);
            for (byte[] in = sctp.receive(); in != null; in = sctp.receive()) {
                SctpPacket packet = SctpPacket.parse(in);
                if (packet != null && packet.isAnswerTo(init)) {
                    return packet.cookie();
                }
            }
            for (byte[] in = icmp.receive(); in != null; in = icmp.receive()) {
                if (isAbout(init, in)) {
                    throw failure(in);
                }
            }
            leftNanos = deadlineNanos - System.nanoTime();
        }
        throw new SocketTimeoutException();
    }

    /** Whether an ICMP error has this packet inside; every error comes to everybody who listens to ICMP. */
    private boolean isAbout(SctpPacket init, byte[] error) {
        boolean isError =
                family == Family.IPV4 ? error[0] == 3 || error[0] == 11 || error[0] == 12 : (error[0] & 0x80) == 0;
        if (!isError || error.length < ICMP_HEADER_BYTES + 24) {
            return false;
        }
        int ports =
                ICMP_HEADER_BYTES + (family == Family.IPV4 ? (error[ICMP_HEADER_BYTES] & 0xf) * 4 : IPV6_HEADER_BYTES);
        int protocol = error[ICMP_HEADER_BYTES + (family == Family.IPV4 ? 9 : 6)] & 0xff;
        ByteBuffer bytes = ByteBuffer.wrap(error);
        return protocol == SctpPacket.PROTOCOL
                && error.length >= ports + 4
                && (bytes.getShort(ports) & 0xffff) == init.sourcePort()
                && (bytes.getShort(ports + 2) & 0xffff) == init.destinationPort();
    }

    /** By type and code (RFC 792, RFC 4443). */
    private IOException failure(byte[] error) {
        int what = (error[0] & 0xff) << 8 | (error[1] & 0xff);
        return switch (family == Family.IPV4 ? what : what << 16) {
            case 0x303, 0x104 << 16 -> new PortUnreachableException();
            case 0x302, 0x401 << 16 -> new ProtocolException();
            case 0x300, 0x301, 0x100 << 16, 0x103 << 16 -> new NoRouteToHostException();
            default -> new IOException("ICMP " + Integer.toHexString(what));
        };
    }

    @Override
    public void close() {
        sctp.close();
        icmp.close();
    }
}
