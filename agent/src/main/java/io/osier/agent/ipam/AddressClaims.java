package io.osier.agent.ipam;

import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.agent.store.Versioned;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that one owner has: a claim is a key that exists once. Owners are written as {@code pods/NAMESPACE/NAME} or
 * {@code services/NAMESPACE/NAME}, which are the store's own keys, so that a claim whose owner is gone can be told.
 */
public final class AddressClaims {
    private final Keyspace store;

    public AddressClaims(Keyspace store) {
        this.store = store;
    }

    /** Claims this address; true if the owner has it now, also from before. */
    public boolean claim(IpAddress address, String owner) {
        String key = Keys.claim(address.toString());
        if (store.compareAndSet(key, Keyspace.ABSENT, owner.getBytes(StandardCharsets.UTF_8))
                .isPresent()) {
            return true;
        }
        return owner.equals(ownerOf(address).orElse(null));
    }

    /** Who has the address. */
    public Optional<String> ownerOf(IpAddress address) {
        return store.get(Keys.claim(address.toString())).map(AddressClaims::text);
    }

    /**
     * Claims the next free address of a range after {@code after}, going round, so that an address that has just become free is
     * the last to be given again. The first two addresses and the last are nobody's.
     *
     * @return nothing if all are taken
     */
    public Optional<IpAddress> claimNext(IpPrefix range, @Nullable IpAddress after, String owner) {
        return next(range, after, candidate -> isFree(candidate) && claim(candidate, owner));
    }

    /** The address that {@link #claimNext} would claim, left free. */
    public Optional<IpAddress> nextFree(IpPrefix range, @Nullable IpAddress after) {
        return next(range, after, this::isFree);
    }

    /** The address of the range that comes after this one, free or not. */
    public static IpAddress after(IpPrefix range, IpAddress address) {
        return next(range, address, candidate -> true).orElseThrow();
    }

    private boolean isFree(IpAddress address) {
        return store.get(Keys.claim(address.toString())).isEmpty();
    }

    /** Of a range of at most 32 bits. */
    private static Optional<IpAddress> next(IpPrefix range, @Nullable IpAddress after, Predicate<IpAddress> accept) {
        IpAddress base = range.address();
        long size = 1L << ((base.isV4() ? 32 : 128) - range.lengthBits());
        long usable = size - 3;
        long start = after == null || !range.contains(after) ? 0 : after.low() - base.low() - 1;
        for (long i = 0; i < usable; i++) {
            // An IPv4 address is the end of its lower half, too.
            IpAddress candidate = new IpAddress(base.high(), base.low() + 2 + Math.floorMod(start + i, usable));
            if (accept.test(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** Gives an address back; one that the owner does not have is left alone. */
    public void release(IpAddress address, String owner) {
        String key = Keys.claim(address.toString());
        store.get(key)
                .filter(entry -> owner.equals(text(entry)))
                .ifPresent(entry -> store.compareAndDelete(key, entry.revision()));
    }

    /** Gives back whatever belongs to owners that are no longer in the store. */
    public void releaseOrphans() {
        for (Versioned entry : store.list(Keys.CLAIMS)) {
            if (store.get(text(entry)).isEmpty()) {
                store.compareAndDelete(entry.key(), entry.revision());
            }
        }
    }

    /** The addresses of this range that owners of this kind have, {@code pods} say, by owner; one for each. */
    public Map<String, IpAddress> held(IpPrefix range, String kind) {
        Map<String, IpAddress> held = new HashMap<>();
        for (Versioned entry : store.list(Keys.CLAIMS)) {
            if (text(entry).startsWith(kind + "/")) {
                IpAddress address = IpAddress.parse(entry.key().substring(Keys.CLAIMS.length() + 1));
                if (range.contains(address)) {
                    held.put(text(entry), address);
                }
            }
        }
        return held;
    }

    private static String text(Versioned entry) {
        return new String(entry.value(), StandardCharsets.UTF_8);
    }
}
