package io.osier.dataplane.forwarding;

import static io.osier.dataplane.port.Port.NO_LIMIT;

import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.observe.PacketTrace;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.UdpHeader;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.port.Port;

/**
 * Lets nothing vanish that is too long for the path to another node: what may be fragmented is, and the sender of what may
 * not is told how much fits, as by a router (RFC 1191, RFC 8201). TCP connections are told when they are opened.
 *
 * <p>Owned by the worker's thread; allocates nothing.
 */
final class PathMtu {
    private final Egress egress;
    private final ErrorSender errors;
    private final Counters counters;
    private final PacketTrace trace;
    private final Ipv4Fragmenter fragmenter = new Ipv4Fragmenter();

    PathMtu(Egress egress, ErrorSender errors, Counters counters, PacketTrace trace) {
        this.egress = egress;
        this.errors = errors;
        this.counters = counters;
        this.trace = trace;
    }

    /** Fragments or refuses what is too long for {@code out}; false if the packet goes on, as it now is. */
    boolean exceeded(Port in, Port out, Frame frame, ParsedPacket packet) {
        int mtuBytes = out.mtuBytes();
        if (!packet.isIp() || (mtuBytes == NO_LIMIT && in.mtuBytes() == NO_LIMIT)) {
            return false;
        }
        if ((packet.tcpFlags() & TcpHeader.SYN) != 0) {
            // The receiver will send by the same way back: what it may send depends on the port that this came in by,
            // too.
            MssClamp.clamp(frame, packet, Math.min(mtuBytes, in.mtuBytes()));
        }
        boolean fits = packet.networkLengthBytes() <= mtuBytes
                || (isSuperFrame(frame) && headerBytes(frame, packet) + frame.gsoSizeBytes() <= mtuBytes);
        if (fits || (mayBeCut(frame, packet) && cutSmaller(frame, packet, mtuBytes))) {
            return false;
        }
        if (mayBeCut(frame, packet) && !isSuperFrame(frame)) {
            fragment(in, out, frame, packet);
        } else {
            egress.drop(DropReason.TOO_BIG, in, frame);
            errors.tooBig(in, frame, packet, mtuBytes);
        }
        return true;
    }

    /** Everything that was emitted has been sent by now. */
    void flushed() {
        fragmenter.flushed();
    }

    private static boolean isSuperFrame(Frame frame) {
        return frame.gsoType() != VirtioNetHeader.GSO_NONE;
    }

    private static boolean mayBeCut(Frame frame, ParsedPacket packet) {
        return packet.isIpv4() && !Ipv4Header.dontFragment(frame.bytes(), packet.networkOffset());
    }

    /** A TCP super-frame needs no fragments: it is not cut yet, and where is of no matter to a stream. */
    private static boolean cutSmaller(Frame frame, ParsedPacket packet, int mtuBytes) {
        int segmentBytes = mtuBytes - headerBytes(frame, packet);
        if (!isSuperFrame(frame) || packet.protocol() != IpProtocol.TCP || segmentBytes <= 0) {
            return false;
        }
        frame.setOffloads(
                frame.offloadFlags(),
                frame.gsoType(),
                frame.headerLengthBytes(),
                segmentBytes,
                frame.checksumStart(),
                frame.checksumOffset());
        return true;
    }

    /** IP and transport headers of each segment. */
    private static int headerBytes(Frame frame, ParsedPacket packet) {
        int transport = packet.transportOffset();
        int transportBytes = packet.protocol() == IpProtocol.TCP
                ? TcpHeader.headerLengthBytes(frame.bytes(), transport)
                : UdpHeader.LENGTH_BYTES;
        return transport - packet.networkOffset() + transportBytes;
    }

    private void fragment(Port in, Port out, Frame frame, ParsedPacket packet) {
        int fragments = fragmenter.cut(frame, packet, out.mtuBytes());
        if (fragments == 0) {
            egress.drop(DropReason.OUT_OF_BUFFERS, in, frame);
            return;
        }
        trace.fragmented();
        counters.replicated(fragments - 1);
        for (int i = 0; i < fragments; i++) {
            egress.emit(out, fragmenter.fragment(i));
        }
    }
}
