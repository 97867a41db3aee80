package io.osier.dataplane.conntrack;

import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.ParsedPacket;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/**
 * The tracked flows of one worker: a fixed number of entries, found by the tuple of either direction in one probe.
 *
 * <p>A flow has two tuples. The client sends {@code client → service}; the backend answers {@code backend → source}, where
 * the source is the client, or the gateway if the flow is masqueraded. A hit is a <em>reference</em>: the entry's number and
 * the direction that matched, {@code entry << 1 | direction}; {@link #NONE} is no hit.
 *
 * <p>The entries may lie in memory that outlives the process; {@link #recover} then takes up what an earlier table left. The
 * index is this table's own, and made anew.
 *
 * <p>Nothing is allocated after construction, and memory is touched as it is needed. Owned by the worker's thread.
 */
public final class ConnectionTable {
    public static final int NONE = -1;

    /** Of the memory; to be counted up with every change to an entry's layout or to the order of its states. */
    public static final int LAYOUT_VERSION = 2;

    /** How many entries a full table looks at for one that may go. */
    private static final int EVICTION_PROBES = 64;

    private final ConnectionEntries entries;
    private final ConnectionSeal seal;
    private final TupleIndex tuples;
    private final int[] free;
    private int freeCount;
    private int used;
    private int evictionHand;
    private long laterPackets;
    private long laterBytes;
    private final FlowKey scratch = new FlowKey();
    private final TcpWindows windows;
    private final BackendLoads loads = new BackendLoads();
    private final MasqueradePorts masqueradePorts = new MasqueradePorts();
    private final FlowShares shares;
    private long evictedFlows;

    /**
     * A table in memory of its own.
     *
     * @param capacity the most flows at a time; a power of two
     * @param salt a secret of this table's hash
     */
    public ConnectionTable(int capacity, long salt) {
        this(capacity, salt, ByteBuffer.allocateDirect(memoryBytes(capacity)));
    }

    /**
     * A table in memory that is given to it, empty until {@link #recover}.
     *
     * @param memory of {@link #memoryBytes}, all zero or left by another table of this capacity
     */
    public ConnectionTable(int capacity, long salt, ByteBuffer memory) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity must be a power of two: " + capacity);
        }
        if (memory.capacity() != memoryBytes(capacity)) {
            throw new IllegalArgumentException("the memory must be of " + memoryBytes(capacity) + " bytes");
        }
        entries = new ConnectionEntries(memory);
        seal = new ConnectionSeal(memory, entries);
        windows = new TcpWindows(memory);
        tuples = new TupleIndex(entries, capacity, salt);
        free = new int[capacity];
        shares = new FlowShares(capacity, Math.max(1, capacity / 2), salt);
    }

    /** What a table of this capacity needs. */
    public static int memoryBytes(int capacity) {
        return capacity * ConnectionEntries.ENTRY_BYTES + ConnectionEntries.TRAILER_BYTES;
    }

    /**
     * Takes up the flows that an earlier table has left in the memory: those that are whole and have not expired. To be called
     * once, before anything else.
     *
     * @param generation of the policy that they are taken to be checked against already
     * @return how many
     */
    public int recover(long nowNanos, long generation) {
        used = Math.max(0, Math.min(entries.used(), free.length));
        for (int entry = used - 1; entry >= 0; entry--) {
            if (!seal.isSound(entry, nowNanos)) {
                giveBack(entry);
            } else if (entries.state(entry) == ConnectionState.STALE) {
                linkStale(entry);
            } else if (entries.state(entry).isOver()) {
                relink(entry, generation);
            }
        }
        for (int entry = used - 1; entry >= 0; entry--) { // after those that are over, which so are given up before
            if (entries.isLive(entry) && !entries.state(entry).isOver()) {
                relink(entry, generation);
            }
        }
        return size();
    }

    private void relink(int entry, long generation) {
        if (link(entry)) {
            entries.setGeneration(entry, generation);
        }
    }

    private void linkStale(int entry) {
        if (lookup(scratch.set(entries, entry, true)) == NONE) {
            tuples.insert(entry, true);
            masqueradePorts.add(entries, entry);
        } else {
            giveBack(entry);
        }
    }

    private void giveBack(int entry) {
        entries.setLive(entry, false);
        free[freeCount++] = entry;
    }

    public ConnectionEntries entries() {
        return entries;
    }

    /** The live flows of each backend that is chosen by them. */
    public BackendLoads loads() {
        return loads;
    }

    /** Whose the gateway's ports are. */
    public MasqueradePorts masqueradePorts() {
        return masqueradePorts;
    }

    /** What the ends of TCP connections have acknowledged. */
    public TcpWindows windows() {
        return windows;
    }

    /** Takes a packet of the referenced flow, as it came, into its account, its state and its expiry. */
    public void account(int reference, Frame frame, ParsedPacket packet, long nowNanos) {
        int entry = entryOf(reference);
        boolean reply = isReply(reference);
        if (entries.packets(entry) > 0) {
            laterPackets++;
            laterBytes += packet.networkLengthBytes();
        }
        int flags = packet.isLaterFragment() ? 0 : packet.tcpFlags();
        boolean tcp = entries.protocol(entry) == IpProtocol.TCP && !packet.isLaterFragment();
        if (tcp && !windows.learn(entry, reply, frame.bytes(), packet.transportOffset(), flags)) {
            entries.count(entry, reply, packet.networkLengthBytes());
            return;
        }
        boolean weighed = entries.weighs(entry);
        entries.account(entry, reply, flags, packet.networkLengthBytes(), nowNanos);
        shares.setExpendable(entry, entries.isExpendable(entry));
        if (weighed && !entries.weighs(entry)) {
            loads.remove(entries, entry);
        }
    }

    /** Packets behind their flow's first, since this process began. */
    public long laterPackets() {
        return laterPackets;
    }

    /** Their bytes, of IP. */
    public long laterBytes() {
        return laterBytes;
    }

    /** Both ends have been told that the connection is over; its tuples stay taken for the packets that are still on their way. */
    public void reset(int entry, long nowNanos) {
        if (entries.weighs(entry)) {
            loads.remove(entries, entry);
        }
        entries.setState(entry, ConnectionState.RESET, nowNanos);
        shares.setExpendable(entry, true);
    }

    public int capacity() {
        return free.length;
    }

    public int size() {
        return used - freeCount;
    }

    /** The flow that has this tuple in one of its directions: a reference, or {@link #NONE}. */
    public int lookup(FlowKey key) {
        return tuples.lookup(key);
    }

    public static int entryOf(int reference) {
        return reference >>> 1;
    }

    /** Whether the tuple that matched is the backend's. */
    public static boolean isReply(int reference) {
        return (reference & 1) != 0;
    }

    /**
     * Makes room for a flow; its fields are then set in {@link #entries()} and {@link #link} makes it findable. A full table
     * gives up a flow that is over or has expired.
     *
     * @return the entry, or {@link #NONE} if every flow looked at is alive
     */
    public int allocate(long nowNanos) {
        if (freeCount == 0 && used < free.length) {
            free[freeCount++] = used++;
            entries.setUsed(used);
        }
        if (freeCount == 0) {
            evictOne(nowNanos);
        }
        if (freeCount == 0) {
            return NONE;
        }
        int entry = free[--freeCount];
        entries.clear(entry);
        return entry;
    }

    /**
     * The same for a client that has a share of the table, which is half of it. Who has that gives up an expendable flow of its
     * own, the oldest, for a new one. In a full table whoever has most flows gives up one of its expendable ones; so a flood
     * takes the place of its own flows, and everybody else goes on. A flow that was answered and goes on is never given up.
     *
     * @return the entry, or {@link #NONE} if there is no such flow
     */
    public int allocate(long nowNanos, long clientHigh, long clientLow) {
        if (shares.isExhausted(clientHigh, clientLow)) {
            int own = shares.oldestExpendable(clientHigh, clientLow);
            if (own == NONE) {
                return NONE;
            }
            evict(own);
        }
        int entry = allocate(nowNanos);
        int victim = entry == NONE ? shares.victim() : NONE;
        if (victim != NONE) {
            evict(victim);
            entry = allocate(nowNanos);
        }
        return entry;
    }

    private void evict(int entry) {
        if (!entries.state(entry).isOver()) {
            evictedFlows++;
        }
        remove(entry);
    }

    /** Whether the client has all the flows that it may have. */
    public boolean isShareExhausted(long clientHigh, long clientLow) {
        return shares.isExhausted(clientHigh, clientLow);
    }

    /** Flows without an answer that were given up for others, since this process began. */
    public long evictedFlows() {
        return evictedFlows;
    }

    /**
     * Makes both tuples of the entry findable. A stale flow that had the same two makes way.
     *
     * @return false if another flow has one of the tuples; the entry is then given back
     */
    public boolean link(int entry) {
        boolean taken = lookup(scratch.set(entries, entry, false)) != NONE;
        int answered = lookup(scratch.set(entries, entry, true));
        if (!taken && answered != NONE && isStaleFormOf(entry, answered)) {
            remove(entryOf(answered));
        } else if (taken || answered != NONE) {
            giveBack(entry);
            return false;
        }
        tuples.insert(entry, false);
        tuples.insert(entry, true);
        masqueradePorts.add(entries, entry);
        seal.seal(entry);
        entries.setLive(entry, true);
        shares.add(entry, entries.clientHigh(entry), entries.clientLow(entry), entries.isExpendable(entry));
        if (entries.weighs(entry)) {
            loads.add(entries, entry);
        }
        return true;
    }

    private boolean isStaleFormOf(int entry, int reference) {
        return isReply(reference)
                && entries.state(entryOf(reference)) == ConnectionState.STALE
                && entries.matches(entryOf(reference) << 1, scratch.set(entries, entry, false));
    }

    /**
     * Frees the client's tuple for another flow and makes this one stale: the backend's tuple is found, and given to no other
     * flow, until its time is over. One that is stale already stays as it is.
     */
    public void retire(int entry, long nowNanos) {
        if (entries.state(entry) != ConnectionState.STALE) {
            if (entries.weighs(entry)) {
                loads.remove(entries, entry);
            }
            shares.remove(entry);
            tuples.remove(entry, false);
            entries.setState(entry, ConnectionState.STALE, nowNanos);
        }
    }

    /** Forgets a flow. */
    public void remove(int entry) {
        shares.remove(entry);
        if (entries.weighs(entry)) {
            loads.remove(entries, entry);
        }
        masqueradePorts.remove(entries, entry);
        tuples.remove(entry, false);
        tuples.remove(entry, true);
        giveBack(entry);
    }

    /**
     * Removes what has expired, and retires what {@code stale} says is no longer wanted, among {@code count} entries from
     * {@code from} on; the caller walks the table in such steps.
     *
     * @return where to go on
     */
    public int expire(int from, int count, long nowNanos, IntPredicate stale) {
        int entry = from;
        for (int i = 0; i < count; i++) {
            if (entry < used && entries.isLive(entry)) {
                if (entries.expiryNanos(entry) - nowNanos <= 0) {
                    remove(entry);
                } else if (stale.test(entry)) {
                    retire(entry, nowNanos);
                }
            }
            entry = entry + 1 == free.length ? 0 : entry + 1;
        }
        return entry;
    }

    /** Calls {@code visitor} with every live entry. */
    public void forEach(IntConsumer visitor) {
        for (int entry = 0; entry < used; entry++) {
            if (entries.isLive(entry)) {
                visitor.accept(entry);
            }
        }
    }

    private void evictOne(long nowNanos) {
        for (int i = 0; i < EVICTION_PROBES; i++) {
            int entry = evictionHand;
            evictionHand = entry + 1 == free.length ? 0 : entry + 1;
            if (entries.isLive(entry)
                    && (entries.state(entry).isOver() || entries.expiryNanos(entry) - nowNanos <= 0)) {
                remove(entry);
                return;
            }
        }
    }
}
