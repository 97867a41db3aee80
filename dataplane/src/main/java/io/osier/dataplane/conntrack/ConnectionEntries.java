package io.osier.dataplane.conntrack;

import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TcpHeader;
import java.nio.ByteBuffer;

/**
 * The entries of a {@link ConnectionTable} in flat memory, so that a packet touches three cache lines and the collector none.
 * Addresses are {@code IpAddress} halves.
 *
 * <pre>
 *    0  client address     16  service address    32  backend address   48  source address that the backend sees
 *   64  client port (2)  service port (2)  backend port (2)  source port (2)
 *   72  protocol (1)  state (1)  flags (1)  how the backend was chosen (1)   76  backend's index (2)  number of backends (2)
 *   80  expiry (8)         88  policy generation last checked against (8)
 *   96  client MAC (8)    104  MAC that the client sends to (8)   112  backend MAC (8)
 *  120  packets, bytes from the client (8 + 8)    136  packets, bytes from the backend (8 + 8)   152  backend's instance (8)
 *  160  what TCP has acknowledged (18): {@link TcpWindows}   178  what becomes of it without its backend (1)  unused (1)
 *  180  for how long it drains, or until when: seconds (4)   184  {@linkplain ConnectionSeal seal} (8)
 * </pre>
 *
 * After the entries comes the number of those that were ever used (4).
 */
public final class ConnectionEntries {
    static final int ENTRY_BYTES = 192;

    /** What follows the entries. */
    static final int TRAILER_BYTES = 64;

    static final int CLIENT = 0;
    private static final int SERVICE = 16;
    private static final int BACKEND = 32;
    private static final int SOURCE = 48;
    private static final int CLIENT_PORT = 64;
    private static final int SERVICE_PORT = 66;
    private static final int BACKEND_PORT = 68;
    private static final int SOURCE_PORT = 70;
    static final int PROTOCOL = 72;
    private static final int STATE = 73;
    private static final int FLAGS = 74;
    private static final int CHOICE = 75;
    private static final int BACKEND_INDEX = 76;
    private static final int BACKEND_COUNT = 78;
    private static final int EXPIRY_NANOS = 80;
    private static final int GENERATION = 88;
    static final int CLIENT_MAC = 96;
    private static final int SERVICE_MAC = 104;
    private static final int BACKEND_MAC = 112;
    static final int CLIENT_PACKETS = 120;
    private static final int CLIENT_BYTES = 128;
    private static final int BACKEND_PACKETS = 136;
    private static final int BACKEND_BYTES = 144;
    static final int INSTANCE = 152;
    private static final int REMOVAL = 178;
    private static final int DRAIN_SECONDS = 180;
    static final int SEAL = 184;

    private static final int LIVE = 1;
    private static final int FIN_FROM_CLIENT = 2;
    private static final int FIN_FROM_BACKEND = 4;
    private static final int WEIGHS = 8;
    private static final int DRAINING = 16;

    private final ByteBuffer memory;
    private final long[] timeoutsNanos = new long[ConnectionState.values().length];

    ConnectionEntries(ByteBuffer memory) {
        this.memory = memory;
        setTimeouts(FlowTimeouts.DEFAULT);
    }

    /** How many entries have ever been used; those above are all zero, and memory that nobody has touched yet. */
    int used() {
        return memory.getInt(memory.capacity() - TRAILER_BYTES);
    }

    void setUsed(int count) {
        memory.putInt(memory.capacity() - TRAILER_BYTES, count);
    }

    void clear(int entry) {
        int at = at(entry);
        for (int i = 0; i < ENTRY_BYTES; i += 8) {
            memory.putLong(at + i, 0);
        }
    }

    public void setClient(int entry, long high, long low, int port, long mac) {
        putEnd(entry, CLIENT, high, low, CLIENT_PORT, port);
        memory.putLong(at(entry) + CLIENT_MAC, mac);
    }

    /** The virtual address, with the Ethernet address that the client sends to for it. */
    public void setService(int entry, long high, long low, int port, long mac) {
        putEnd(entry, SERVICE, high, low, SERVICE_PORT, port);
        memory.putLong(at(entry) + SERVICE_MAC, mac);
    }

    public void setBackend(int entry, long high, long low, int port, long mac) {
        putEnd(entry, BACKEND, high, low, BACKEND_PORT, port);
        memory.putLong(at(entry) + BACKEND_MAC, mac);
    }

    /** What the backend sees as the packets' source: the client, or the gateway that it is masqueraded behind. */
    public void setSource(int entry, long high, long low, int port) {
        putEnd(entry, SOURCE, high, low, SOURCE_PORT, port);
    }

    public void setProtocol(int entry, int protocol) {
        memory.put(at(entry) + PROTOCOL, (byte) protocol);
    }

    /** Where in the service's chain the backend stood when it was chosen, of how many, and how: a small number, told as it is. */
    public void setChoice(int entry, int backendIndex, int backendCount, int choice) {
        memory.put(at(entry) + CHOICE, (byte) choice);
        memory.putShort(at(entry) + BACKEND_INDEX, (short) backendIndex);
        memory.putShort(at(entry) + BACKEND_COUNT, (short) backendCount);
    }

    /** Which pod has the backend's address; 0 if that is not known. */
    public void setInstance(int entry, long instance) {
        memory.putLong(at(entry) + INSTANCE, instance);
    }

    public long instance(int entry) {
        return memory.getLong(at(entry) + INSTANCE);
    }

    /** What becomes of the flow if its service loses the backend; ends a draining. */
    public void setRemoval(int entry, int removal, int drainSeconds) {
        memory.put(at(entry) + REMOVAL, (byte) removal);
        memory.putInt(at(entry) + DRAIN_SECONDS, drainSeconds);
        setFlag(entry, DRAINING, false);
    }

    public int removal(int entry) {
        return memory.get(at(entry) + REMOVAL);
    }

    /** Whether the time to drain has not passed; it begins with the first time that this is asked. */
    public boolean drains(int entry, long nowNanos) {
        int nowSeconds = (int) (nowNanos / 1_000_000_000L);
        int at = at(entry) + DRAIN_SECONDS;
        if ((memory.get(at(entry) + FLAGS) & DRAINING) == 0) {
            memory.putInt(at, nowSeconds + memory.getInt(at));
            setFlag(entry, DRAINING, true);
        }
        return memory.getInt(at) - nowSeconds > 0;
    }

    public void setGeneration(int entry, long generation) {
        memory.putLong(at(entry) + GENERATION, generation);
    }

    public long generation(int entry) {
        return memory.getLong(at(entry) + GENERATION);
    }

    /** Whether the flow is counted among those of its backend, as long as it lives. */
    public void setWeighs(int entry, boolean weighs) {
        setFlag(entry, WEIGHS, weighs);
    }

    boolean weighs(int entry) {
        return (memory.get(at(entry) + FLAGS) & WEIGHS) != 0 && !state(entry).isOver();
    }

    /** Takes a packet of the flow into its account, its state and its expiry. */
    void account(int entry, boolean reply, int tcpFlags, int lengthBytes, long nowNanos) {
        count(entry, reply, lengthBytes);
        int at = at(entry);
        int flags = memory.get(at + FLAGS);
        boolean otherFin = (flags & (reply ? FIN_FROM_CLIENT : FIN_FROM_BACKEND)) != 0;
        ConnectionState next = state(entry).next(protocol(entry), tcpFlags, reply, otherFin);
        if (next == ConnectionState.CLOSE_WAIT || next == ConnectionState.TIME_WAIT) {
            boolean fin = (tcpFlags & TcpHeader.FIN) != 0;
            memory.put(at + FLAGS, (byte) (flags | (fin ? reply ? FIN_FROM_BACKEND : FIN_FROM_CLIENT : 0)));
        }
        setState(entry, next, nowNanos);
    }

    /** Takes a packet into the flow's account alone. */
    void count(int entry, boolean reply, int lengthBytes) {
        int packets = at(entry) + (reply ? BACKEND_PACKETS : CLIENT_PACKETS);
        memory.putLong(packets, memory.getLong(packets) + 1);
        memory.putLong(packets + 8, memory.getLong(packets + 8) + lengthBytes);
    }

    /** From its next packet on a flow may be silent for so long. */
    public void setTimeouts(FlowTimeouts timeouts) {
        for (ConnectionState state : ConnectionState.values()) {
            timeoutsNanos[state.code()] = timeouts.nanos(state);
        }
    }

    public void setState(int entry, ConnectionState state, long nowNanos) {
        memory.put(at(entry) + STATE, (byte) state.code());
        memory.putLong(at(entry) + EXPIRY_NANOS, nowNanos + timeoutsNanos[state.code()]);
    }

    public ConnectionState state(int entry) {
        return ConnectionState.of(memory.get(at(entry) + STATE));
    }

    /** Whether what the entry has for a state is one. */
    boolean hasState(int entry) {
        return ConnectionState.isCode(memory.get(at(entry) + STATE));
    }

    public long expiryNanos(int entry) {
        return memory.getLong(at(entry) + EXPIRY_NANOS);
    }

    public int protocol(int entry) {
        return memory.get(at(entry) + PROTOCOL) & 0xff;
    }

    public long clientHigh(int entry) {
        return memory.getLong(at(entry) + CLIENT);
    }

    public long clientLow(int entry) {
        return memory.getLong(at(entry) + CLIENT + 8);
    }

    public int clientPort(int entry) {
        return port(entry, CLIENT_PORT);
    }

    public long clientMac(int entry) {
        return memory.getLong(at(entry) + CLIENT_MAC);
    }

    public long serviceHigh(int entry) {
        return memory.getLong(at(entry) + SERVICE);
    }

    public long serviceLow(int entry) {
        return memory.getLong(at(entry) + SERVICE + 8);
    }

    public int servicePort(int entry) {
        return port(entry, SERVICE_PORT);
    }

    public long serviceMac(int entry) {
        return memory.getLong(at(entry) + SERVICE_MAC);
    }

    public long backendHigh(int entry) {
        return memory.getLong(at(entry) + BACKEND);
    }

    public long backendLow(int entry) {
        return memory.getLong(at(entry) + BACKEND + 8);
    }

    public int backendPort(int entry) {
        return port(entry, BACKEND_PORT);
    }

    public long backendMac(int entry) {
        return memory.getLong(at(entry) + BACKEND_MAC);
    }

    public long sourceHigh(int entry) {
        return memory.getLong(at(entry) + SOURCE);
    }

    public long sourceLow(int entry) {
        return memory.getLong(at(entry) + SOURCE + 8);
    }

    public int sourcePort(int entry) {
        return port(entry, SOURCE_PORT);
    }

    /** Whether the backend sees another source than the client, be it the port alone. */
    public boolean isMasqueraded(int entry) {
        return isBehindGateway(entry) || sourcePort(entry) != clientPort(entry);
    }

    /** Whether the backend sees another address than the client's. */
    public boolean isBehindGateway(int entry) {
        return sourceLow(entry) != clientLow(entry) || sourceHigh(entry) != clientHigh(entry);
    }

    /** Whether the client sends to the backend itself, past any service. */
    public boolean isDirect(int entry) {
        return serviceLow(entry) == backendLow(entry)
                && serviceHigh(entry) == backendHigh(entry)
                && servicePort(entry) == backendPort(entry);
    }

    /** Whether packets change on their way; a direct flow is tracked without, unless its source port was another's. */
    public boolean isTranslated(int entry) {
        return !isDirect(entry) || isMasqueraded(entry);
    }

    public int backendIndex(int entry) {
        return port(entry, BACKEND_INDEX);
    }

    public int choice(int entry) {
        return memory.get(at(entry) + CHOICE);
    }

    public int backendCount(int entry) {
        return port(entry, BACKEND_COUNT);
    }

    /** Packets in both directions. */
    public long packets(int entry) {
        return memory.getLong(at(entry) + CLIENT_PACKETS) + memory.getLong(at(entry) + BACKEND_PACKETS);
    }

    /**
     * Whether the flow may be given up for another one: nobody has answered yet, or it is over. Also a TCP connection that was
     * met in the middle is unanswered: what opened it may be the last packet of one that was given up.
     */
    boolean isExpendable(int entry) {
        return memory.getLong(at(entry) + BACKEND_PACKETS) == 0 || state(entry).isOver();
    }

    /** Bytes of IP packets in both directions. */
    public long bytes(int entry) {
        return memory.getLong(at(entry) + CLIENT_BYTES) + memory.getLong(at(entry) + BACKEND_BYTES);
    }

    boolean isLive(int entry) {
        return (memory.get(at(entry) + FLAGS) & LIVE) != 0;
    }

    void setLive(int entry, boolean live) {
        setFlag(entry, LIVE, live);
    }

    private void setFlag(int entry, int flag, boolean set) {
        int at = at(entry) + FLAGS;
        memory.put(at, (byte) (set ? memory.get(at) | flag : memory.get(at) & ~flag));
    }

    boolean matches(int reference, FlowKey key) {
        int at = at(ConnectionTable.entryOf(reference));
        boolean reply = ConnectionTable.isReply(reference);
        return isBetween(reference, key.sourceHigh(), key.sourceLow(), key.destinationHigh(), key.destinationLow())
                && (memory.getShort(at + (reply ? BACKEND_PORT : CLIENT_PORT)) & 0xffff) == key.sourcePort()
                && (memory.getShort(at + (reply ? SOURCE_PORT : SERVICE_PORT)) & 0xffff) == key.destinationPort()
                && (memory.get(at + PROTOCOL) & 0xff) == key.protocol();
    }

    /** Whether the packet goes between the two addresses of the referenced direction, whatever its ports, of a flow still up. */
    public boolean matchesAddresses(int reference, ParsedPacket packet) {
        int entry = ConnectionTable.entryOf(reference);
        return isLive(entry)
                && state(entry) != ConnectionState.STALE
                && isBetween(
                        reference,
                        packet.sourceHigh(),
                        packet.sourceLow(),
                        packet.destinationHigh(),
                        packet.destinationLow());
    }

    private boolean isBetween(int reference, long fromHigh, long fromLow, long toHigh, long toLow) {
        int at = at(ConnectionTable.entryOf(reference));
        int from = at + (ConnectionTable.isReply(reference) ? BACKEND : CLIENT);
        int to = at + (ConnectionTable.isReply(reference) ? SOURCE : SERVICE);
        return memory.getLong(from + 8) == fromLow
                && memory.getLong(to + 8) == toLow
                && memory.getLong(from) == fromHigh
                && memory.getLong(to) == toHigh;
    }

    private void putEnd(int entry, int address, long high, long low, int portOffset, int port) {
        int at = at(entry);
        memory.putLong(at + address, high);
        memory.putLong(at + address + 8, low);
        memory.putShort(at + portOffset, (short) port);
    }

    private int port(int entry, int offset) {
        return memory.getShort(at(entry) + offset) & 0xffff;
    }

    static int at(int entry) {
        return entry * ENTRY_BYTES;
    }
}
