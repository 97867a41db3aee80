package io.osier.dataplane.observe;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.port.PortId;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Puts into words what was decided about a packet. */
public final class DecisionText {
    private DecisionText() {}

    /** One line for this sight of the packet: {@code DNAT 10.97.208.63:80 -> 10.40.0.5:9876, backend 2 of 2, p=0.5}. */
    public static String of(CaptureRecord capture) {
        PacketDecision decision = capture.decision();
        String dropped = decision.dropReason();
        if (capture.madeHere()) {
            return made(capture, decision);
        }
        boolean endsHere = capture.point().stage() == CaptureStage.DROP || decision.copies() == 0;
        if (dropped != null && endsHere) {
            String translation = translation(decision);
            return "dropped: " + dropped + sentence(dropped) + (translation == null ? "" : ", after " + translation);
        }
        if (decision.answered()) {
            return (isArp(capture) ? "ARP" : "neighbour solicitation") + " answered on the spot";
        }
        String translation = translation(decision);
        return translation == null ? way(capture, decision) : translation;
    }

    private static String made(CaptureRecord capture, PacketDecision decision) {
        if (decision.dropReason() != null) {
            return "ICMP error made by Osier, about a packet dropped: " + decision.dropReason();
        }
        return isArp(capture) ? "ARP reply made by Osier" : "neighbour advertisement made by Osier";
    }

    /** What happened to the packet's addresses, or null if nothing did. */
    public static @Nullable String translation(PacketDecision decision) {
        String service = decision.service().toString();
        String backend = decision.backend().toString();
        return switch (decision.rewrite()) {
            case NONE -> null;
            case DNAT ->
                "DNAT " + service + " -> " + backend + ", backend " + (decision.backendIndex() + 1) + " of "
                        + decision.backendCount() + ", " + how(decision)
                        + (decision.masqueraded() ? ", client masqueraded behind the gateway" : "");
            case UNDNAT ->
                "reply of " + service + ", DNAT to " + backend + " undone"
                        + (decision.masqueraded() ? ", masquerade undone" : "");
            case SNAT -> "SNAT to another source port, since a service's flow to " + backend + " has the client's";
            case UNSNAT -> "reply of " + backend + ", SNAT undone";
            case ICMP_TO_CLIENT -> "ICMP error about " + service + " -> " + backend + ", put in the client's terms";
            case ICMP_TO_BACKEND -> "ICMP error about " + service + " -> " + backend + ", put in the backend's terms";
        };
    }

    private static String way(CaptureRecord capture, PacketDecision decision) {
        PortId to = decision.to();
        if (to == null) {
            return "not forwarded";
        }
        String from = capture.point().stage() == CaptureStage.VXLAN_IN
                ? "from " + decision.from().name() + ", "
                : "";
        return from
                + (decision.copies() == 1
                        ? "forwarded to " + target(to)
                        : "flooded to " + decision.copies() + " ports");
    }

    private static String target(PortId port) {
        return switch (port.kind()) {
            case POD -> port.name();
            case HOST -> "the host";
            case TUNNEL -> port.name() + " by VXLAN";
        };
    }

    private static String how(PacketDecision decision) {
        return switch (decision.choice()) {
            case CHANCE -> "p=" + probability(decision.backendCount());
            case WEIGHT -> "by weight";
            case MAGLEV -> "by maglev";
            case LEAST_CONNECTIONS -> "by least connections";
            case AFFINITY -> "by session affinity";
        };
    }

    /** Each backend's share: {@code 0.5}, {@code 0.333}, {@code 1}. */
    private static String probability(int backends) {
        BigDecimal share = BigDecimal.ONE.divide(BigDecimal.valueOf(Math.max(backends, 1)), new MathContext(3));
        return share.stripTrailingZeros().toPlainString();
    }

    private static String sentence(String label) {
        for (DropReason reason : DropReason.values()) {
            if (reason.label().equals(label)) {
                return " (" + reason.sentence() + ")";
            }
        }
        return "";
    }

    private static boolean isArp(CaptureRecord capture) {
        ByteBuffer frame = capture.frame();
        return frame.limit() >= EthernetHeader.LENGTH_BYTES
                && EthernetHeader.etherType(frame, 0) == EthernetHeader.TYPE_ARP;
    }
}
