package io.osier.dataplane.observe;

import io.osier.dataplane.packet.ArpHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.PacketParser;
import io.osier.dataplane.packet.ParsedPacket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/** What a capture reads in a packet: its number, and whether it is from or to one of the addresses asked for. */
final class PacketSight {
    private final PacketParser parser = new PacketParser();
    private final ParsedPacket packet = new ParsedPacket();
    private final long[] highs;
    private final long[] lows;
    private boolean parsed;

    PacketSight(Set<IpAddress> addresses) {
        List<IpAddress> sorted = addresses.stream().sorted().toList();
        highs = sorted.stream().mapToLong(IpAddress::high).toArray();
        lows = sorted.stream().mapToLong(IpAddress::low).toArray();
    }

    /** Reads the packet as it now is, and gives the number of this form of it. */
    long look(Frame frame) {
        parsed = parser.parse(frame, packet) == null;
        return parsed ? PacketId.of(frame, packet) : PacketId.ofBytes(frame.bytes(), frame.start(), frame.length());
    }

    /** Whether the packet last looked at has one of the addresses. */
    boolean isOfSelectedAddress(Frame frame) {
        if (!parsed || lows.length == 0) {
            return false;
        }
        if (packet.isArp()) {
            ByteBuffer bytes = frame.bytes();
            int arp = packet.networkOffset();
            return isSelected(0, IpAddress.mapped(ArpHeader.senderIp(bytes, arp)))
                    || isSelected(0, IpAddress.mapped(ArpHeader.targetIp(bytes, arp)));
        }
        return packet.isIp()
                && (isSelected(packet.sourceHigh(), packet.sourceLow())
                        || isSelected(packet.destinationHigh(), packet.destinationLow()));
    }

    private boolean isSelected(long high, long low) {
        for (int i = 0; i < lows.length; i++) {
            if (lows[i] == low && highs[i] == high) {
                return true;
            }
        }
        return false;
    }
}
