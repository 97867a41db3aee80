package io.osier.dataplane.vxlan;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.VxlanHeader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Checks a tunnel packet and takes its header off (RFC 7348, section 4.1). Reserved bits are ignored on receipt, as the RFC
 * says.
 */
public final class TunnelReceiver {
    private TunnelReceiver() {}

    /**
     * Pops the VXLAN header, so that the frame begins with the inner Ethernet header.
     *
     * @return null, or why the packet is not taken; the frame is then as it was
     */
    public static @Nullable DropReason decapsulate(Frame datagram, int vni) {
        if (datagram.length() < VxlanHeader.LENGTH_BYTES + EthernetHeader.LENGTH_BYTES) {
            return DropReason.MALFORMED_VXLAN;
        }
        ByteBuffer bytes = datagram.bytes();
        if (!VxlanHeader.isVniValid(bytes, datagram.start())) {
            return DropReason.MALFORMED_VXLAN;
        }
        if (VxlanHeader.vni(bytes, datagram.start()) != vni) {
            return DropReason.WRONG_VNI;
        }
        datagram.pop(VxlanHeader.LENGTH_BYTES);
        return null;
    }
}
