package io.osier.dataplane.bridge;

import io.osier.dataplane.packet.ArpHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.ParsedPacket;
import java.nio.ByteBuffer;

/** Turns an ARP request into its reply, in place (RFC 826, "Packet Reception"). */
public final class ArpResponder {
    private ArpResponder() {}

    /** Answers the request in the frame: {@code mac} has the target address. */
    public static void reply(Frame frame, ParsedPacket packet, long mac) {
        ByteBuffer bytes = frame.bytes();
        int arp = packet.networkOffset();
        long asker = ArpHeader.senderMac(bytes, arp);
        int askerIp = ArpHeader.senderIp(bytes, arp);
        int targetIp = ArpHeader.targetIp(bytes, arp);
        ArpHeader.write(bytes, arp, ArpHeader.REPLY, mac, targetIp, asker, askerIp);
        packet.setDestinationMac(frame, packet.sourceMac());
        packet.setSourceMac(frame, mac);
    }
}
