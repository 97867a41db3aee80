package io.osier.dataplane.forwarding;

import io.osier.dataplane.bridge.NdpResponder;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.observe.PacketTrace;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.PacketParser;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortKind;
import org.jspecify.annotations.Nullable;

/** Tells senders by ICMP what became of their packets, where that is allowed and as often as there is memory for it. */
final class ErrorSender {
    private final Segment segment;
    private final Egress egress;
    private final ServiceTranslator services;
    private final Counters counters;
    private final PacketTrace trace;
    private final AnswerFrames answers = new AnswerFrames();
    private final PacketParser parser = new PacketParser();
    private final ParsedPacket errorPacket = new ParsedPacket();

    ErrorSender(Segment segment, Egress egress, ServiceTranslator services, Counters counters, PacketTrace trace) {
        this.segment = segment;
        this.egress = egress;
        this.services = services;
        this.counters = counters;
        this.trace = trace;
    }

    /**
     * Refuses a packet to a service that has nobody to take it, as kube-proxy's rule does: by "port unreachable". A TCP socket
     * that is connected takes that for advice only (RFC 1122, section 4.2.3.9), so it is reset.
     */
    void refuse(Port in, Frame frame, ParsedPacket packet) {
        boolean connected = TcpResets.mayAnswer(packet) && (packet.tcpFlags() & TcpHeader.SYN) == 0;
        if (connected) {
            reset(in, frame, packet);
        } else {
            portUnreachable(in, frame, packet);
        }
    }

    /** Resets the sender's side of a connection. */
    void reset(Port in, Frame frame, ParsedPacket packet) {
        Frame reset = TcpResets.mayAnswer(packet) && IcmpErrors.mayAnswer(packet) ? answers.take() : null;
        if (reset != null) {
            TcpResets.answer(frame, packet, reset);
            send(in, reset);
        }
    }

    /** "Port unreachable": who connects to a service without endpoints is refused at once. */
    private void portUnreachable(Port in, Frame frame, ParsedPacket packet) {
        Frame error = packet.hasPorts() ? take(packet) : null;
        if (error != null) {
            IcmpErrors.portUnreachable(frame, packet, sourceHigh(in, packet), sourceLow(in, packet), error);
            send(in, error);
        }
    }

    /**
     * "Fragmentation needed", or "packet too big": the sender's next packets will fit. The packet may have been translated to
     * go to a backend; the sender is told of it as it sent it.
     *
     * @param mtuBytes the longest IP packet that fits
     */
    void tooBig(Port in, Frame frame, ParsedPacket packet, int mtuBytes) {
        Frame error = take(packet);
        if (error == null) {
            return;
        }
        long fromMac = isHost(in) ? packet.destinationMac() : segment.state().gatewayMac();
        IcmpErrors.tooBig(frame, packet, mtuBytes, sourceHigh(in, packet), sourceLow(in, packet), fromMac, error);
        if (parser.parse(error, errorPacket) == null) {
            services.translateOwnError(error, errorPacket);
        }
        send(in, error);
    }

    /** Everything that was emitted has been sent by now. */
    void flushed() {
        answers.flushed();
    }

    private @Nullable Frame take(ParsedPacket packet) {
        return IcmpErrors.mayAnswer(packet) ? answers.take() : null;
    }

    /** A frame for an answer, or null if the batch has had its share. */
    @Nullable
    Frame take() {
        return answers.take();
    }

    void send(Port in, Frame error) {
        counters.originated();
        trace.replied();
        egress.emit(in, error);
    }

    /**
     * The gateway, as a router would; but to the host, which drops what claims to come from itself, the destination. Who
     * speaks link-local hears link-local (RFC 4291, section 2.5.6: routers forward none of it).
     */
    private long sourceHigh(Port in, ParsedPacket packet) {
        if (isHost(in)) {
            return packet.destinationHigh();
        }
        return isLinkLocal(packet)
                ? NdpResponder.LINK_LOCAL_HIGH
                : segment.state().gatewayHigh(packet.isIpv4());
    }

    private long sourceLow(Port in, ParsedPacket packet) {
        if (isHost(in)) {
            return packet.destinationLow();
        }
        return isLinkLocal(packet)
                ? NdpResponder.linkLocalLow(segment.state().gatewayMac())
                : segment.state().gatewayLow(packet.isIpv4());
    }

    private static boolean isLinkLocal(ParsedPacket packet) {
        return packet.sourceHigh() == NdpResponder.LINK_LOCAL_HIGH;
    }

    private static boolean isHost(Port in) {
        return in.id().kind() == PortKind.HOST;
    }
}
