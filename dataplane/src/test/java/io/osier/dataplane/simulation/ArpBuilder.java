package io.osier.dataplane.simulation;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.MacAddress;
import java.nio.ByteBuffer;

/** Makes ARP frames. Stations have the pods' MAC addresses unless told otherwise. */
public final class ArpBuilder {
    private final int operation;
    private int sender;
    private int target;
    private long senderMac;
    private long targetMac;
    private long destinationMac;

    private ArpBuilder(int operation, long destinationMac) {
        this.operation = operation;
        this.destinationMac = destinationMac;
    }

    /** Broadcast: who has this address? */
    public static ArpBuilder arpRequest() {
        return new ArpBuilder(1, MacAddress.BROADCAST);
    }

    /** Sent to the one who asked. */
    public static ArpBuilder arpReply() {
        return new ArpBuilder(2, 0);
    }

    public ArpBuilder from(String address) {
        sender = IpAddress.parse(address).v4Bits();
        senderMac = senderMac == 0 ? MacAddress.ofPod(sender) : senderMac;
        return this;
    }

    public ArpBuilder fromMac(long mac) {
        senderMac = mac;
        return this;
    }

    /** The address asked for, or the one that is answered to. */
    public ArpBuilder to(String address) {
        target = IpAddress.parse(address).v4Bits();
        if (operation == 2 && targetMac == 0) {
            toMac(MacAddress.ofPod(target));
        }
        return this;
    }

    public ArpBuilder toMac(long mac) {
        targetMac = mac;
        destinationMac = mac;
        return this;
    }

    public RawFrame build() {
        ByteBuffer arp = ByteBuffer.allocate(28);
        arp.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4);
        arp.putShort((short) operation);
        arp.put(PacketBuilder.macBytes(senderMac)).putInt(sender);
        arp.put(PacketBuilder.macBytes(targetMac)).putInt(target);
        return PacketBuilder.ethernet(senderMac, destinationMac, 0x0806, arp.array());
    }
}
