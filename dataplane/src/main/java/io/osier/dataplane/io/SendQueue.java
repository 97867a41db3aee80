package io.osier.dataplane.io;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.vxlan.SegmentTrain;

/**
 * What waits to be sent, in order, as few messages as may be: datagrams of one length to one node that follow one another
 * become one message, which the kernel carries as one for as long as it can and cuts at the last moment; only the last of them
 * may be shorter. A {@link SegmentTrain} is a message of its own.
 *
 * <p>Owned by the worker's thread; allocates nothing.
 */
final class SendQueue {
    static final int MESSAGES = 64;
    /** Enough for a batch of small packets or for some trains, whose segments take two each. */
    private static final int PIECES = 1024;
    /** The most a message may hold: the payload of the longest UDP datagram, outer headers taken off. */
    private static final int MAX_MESSAGE_BYTES = 65_400;

    private static final IpAddress NOBODY = IpAddress.v4(0);

    private final MessageVector vector = new MessageVector(MESSAGES, PIECES);
    private final Message[] messages = new Message[MESSAGES];
    private int count;
    private int pieces;
    private int packets;

    /** One message: its datagrams, and whose account they go to. */
    static final class Message {
        private IpAddress node = NOBODY;
        private PortCounters account = new PortCounters();
        private int firstPiece;
        private int pieces;
        private int piecesPerDatagram;
        private int datagrams;
        private int datagramBytes;
        private int totalBytes;
        private int packets;
        private boolean open;

        int datagrams() {
            return datagrams;
        }

        int packets() {
            return packets;
        }

        /** Where it goes. */
        IpAddress node() {
            return node;
        }

        private boolean takes(IpAddress to, int lengthBytes, PortCounters toAccount) {
            return open
                    && node.low() == to.low()
                    && node.high() == to.high()
                    && account == toAccount
                    && lengthBytes <= datagramBytes
                    && datagrams < SegmentTrain.MAX_SEGMENTS
                    && totalBytes + lengthBytes <= MAX_MESSAGE_BYTES;
        }

        /** Whether each datagram is a packet, not a part of one. */
        boolean isRun() {
            return packets == datagrams;
        }

        /** One datagram of a run has been sent. */
        void account(int datagram) {
            int before = datagramBytes * (datagrams - 1);
            int lengthBytes = datagram < datagrams - 1 ? datagramBytes : totalBytes - before;
            account.transmitted(1, lengthBytes - VxlanHeader.LENGTH_BYTES);
        }

        /** All of it has been sent. */
        void account() {
            account.transmitted(packets, totalBytes - (long) datagrams * VxlanHeader.LENGTH_BYTES);
        }
    }

    SendQueue() {
        for (int i = 0; i < MESSAGES; i++) {
            messages[i] = new Message();
        }
    }

    MessageVector vector() {
        return vector;
    }

    int count() {
        return count;
    }

    /** Packets waiting; a super-frame is one. */
    int packets() {
        return packets;
    }

    Message message(int index) {
        return messages[index];
    }

    boolean hasRoomForDatagram() {
        return count < MESSAGES && pieces < PIECES;
    }

    boolean hasRoomFor(SegmentTrain train) {
        return count < MESSAGES && pieces + 2 * train.count() <= PIECES;
    }

    /** Adds a datagram, to the last message if it fits in there. */
    void add(int family, IpAddress node, int port, long address, int lengthBytes, PortCounters account) {
        Message last = count == 0 ? null : messages[count - 1];
        if (last == null || !last.takes(node, lengthBytes, account)) {
            last = begin(family, node, port, account, 1, lengthBytes);
        }
        vector.setPiece(pieces, address, lengthBytes);
        append(last, 1, 1, lengthBytes);
        last.packets++;
        packets++;
        last.open = lengthBytes == last.datagramBytes;
        complete(last);
    }

    /** Adds the segments of a super-frame. */
    void add(int family, IpAddress node, int port, SegmentTrain train, PortCounters account) {
        Message message = begin(family, node, port, account, 2, train.datagramBytes());
        for (int i = 0; i < train.count(); i++) {
            vector.setPiece(pieces + 2 * i, train.headerAddress(i), train.headerBytes());
            vector.setPiece(pieces + 2 * i + 1, train.payloadAddress(i), train.payloadBytes(i));
        }
        append(message, 2 * train.count(), train.count(), train.totalBytes());
        message.packets = train.isLast() ? 1 : 0;
        packets += message.packets;
        message.open = false;
        complete(message);
    }

    private Message begin(
            int family, IpAddress node, int port, PortCounters account, int piecesPerDatagram, int datagramBytes) {
        Message message = messages[count];
        message.node = node;
        message.account = account;
        message.firstPiece = pieces;
        message.pieces = 0;
        message.piecesPerDatagram = piecesPerDatagram;
        message.datagrams = 0;
        message.datagramBytes = datagramBytes;
        message.totalBytes = 0;
        message.packets = 0;
        vector.setAddressLength(count, vector.addresses().write(count, family, node.high(), node.low(), port));
        count++;
        return message;
    }

    private void append(Message message, int morePieces, int moreDatagrams, int moreBytes) {
        pieces += morePieces;
        message.pieces += morePieces;
        message.datagrams += moreDatagrams;
        message.totalBytes += moreBytes;
    }

    private void complete(Message message) {
        vector.setPieces(count - 1, message.firstPiece, message.pieces);
        vector.setSegmentBytes(count - 1, message.datagrams > 1 ? message.datagramBytes : 0);
    }

    /** Makes a message be one of its datagrams alone, for when the kernel will not cut it. */
    void narrow(int index, int datagram) {
        Message message = messages[index];
        vector.setPieces(index, message.firstPiece + datagram * message.piecesPerDatagram, message.piecesPerDatagram);
        vector.setSegmentBytes(index, 0);
    }

    void clear() {
        count = 0;
        pieces = 0;
        packets = 0;
    }
}
