package io.osier.dataplane.forwarding;

import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.observe.PacketTrace;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.PacketParser;
import io.osier.dataplane.packet.ParsedPacket;
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

    /** "Port unreachable": who connects to a service without endpoints is refused at once. */
    void portUnreachable(Port in, Frame frame, ParsedPacket packet) {
        Frame error = packet.isIpv4() && packet.hasPorts() ? take(packet) : null;
        if (error != null) {
            IcmpErrors.portUnreachable(frame, packet, sourceOf(in, packet), error);
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
        if (packet.isIpv4()) {
            IcmpErrors.fragmentationNeeded(frame, packet, mtuBytes, sourceOf(in, packet), error);
        } else {
            IcmpErrors.packetTooBig(frame, packet, mtuBytes, segment.state().gatewayMac(), error);
        }
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

    private void send(Port in, Frame error) {
        counters.originated();
        trace.replied();
        egress.emit(in, error);
    }

    /** The gateway, as a router would; but to the host, which drops what claims to come from itself, the destination. */
    private int sourceOf(Port in, ParsedPacket packet) {
        boolean toHost = in.id().kind() == PortKind.HOST;
        return toHost
                ? (int) packet.destinationLow()
                : segment.state().gateway().v4Bits();
    }
}
