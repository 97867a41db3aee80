package io.osier.dataplane.bridge;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.Port;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * IP address to the local port that owns it: the pods of this node and its gateway. Rebuilt when a port comes or goes, read
 * for every packet. Owned by the worker's thread.
 */
public final class LocalAddresses {
    private record Owner(IpAddress address, Port port, long mac) {}

    private final List<Owner> owners = new ArrayList<>();
    private final IdentityHashMap<Port, IpAddress> first = new IdentityHashMap<>();
    private @Nullable Owner[] table = new Owner[4];

    /**
     * Gives an address to a port.
     *
     * @throws IllegalArgumentException if another port has it
     */
    public void add(IpAddress address, Port port, long mac) {
        Owner present = find(address.high(), address.low());
        if (present != null) {
            throw new IllegalArgumentException(
                    address + " belongs to " + present.port().id());
        }
        owners.add(new Owner(address, port, mac));
        first.putIfAbsent(port, address);
        rebuild();
    }

    /** Takes all addresses from a port. */
    public void removePort(Port port) {
        owners.removeIf(owner -> owner.port() == port);
        first.remove(port);
        rebuild();
    }

    /** The first address that was given to the port, or null if none was. */
    public @Nullable IpAddress firstOf(Port port) {
        return first.get(port);
    }

    /** The port that owns the address, or null. */
    public @Nullable Port portOf(long high, long low) {
        Owner owner = find(high, low);
        return owner == null ? null : owner.port();
    }

    /** The MAC address of the address's owner, or 0 if it is not here. */
    public long macOf(long high, long low) {
        Owner owner = find(high, low);
        return owner == null ? 0 : owner.mac();
    }

    private @Nullable Owner find(long high, long low) {
        int mask = table.length - 1;
        for (int slot = hash(high, low) & mask; ; slot = (slot + 1) & mask) {
            Owner owner = table[slot];
            if (owner == null
                    || (owner.address().low() == low && owner.address().high() == high)) {
                return owner;
            }
        }
    }

    private void rebuild() {
        table = new Owner[Integer.highestOneBit(Math.max(1, owners.size())) * 4];
        int mask = table.length - 1;
        for (Owner owner : owners) {
            int slot = hash(owner.address().high(), owner.address().low()) & mask;
            while (table[slot] != null) {
                slot = (slot + 1) & mask;
            }
            table[slot] = owner;
        }
    }

    private static int hash(long high, long low) {
        return (int) (((low ^ Long.rotateLeft(high, 31)) * 0x9e37_79b9_7f4a_7c15L) >>> 40);
    }
}
