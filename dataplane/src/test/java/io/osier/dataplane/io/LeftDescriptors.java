package io.osier.dataplane.io;

import com.sun.jna.Native;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Keeps copies of descriptors, as a service manager does. */
final class LeftDescriptors implements DescriptorStore, AutoCloseable {
    static {
        Native.register(LeftDescriptors.class, "c");
    }

    private final Map<String, Integer> kept = new HashMap<>();

    private static native int dup(int fd);

    @Override
    public synchronized int take(String name) {
        Integer descriptor = kept.remove(name);
        return descriptor == null ? NONE : descriptor;
    }

    @Override
    public synchronized void keep(String name, int descriptor) {
        kept.put(name, dup(descriptor));
    }

    synchronized Set<String> names() {
        return Set.copyOf(kept.keySet());
    }

    @Override
    public synchronized void close() {
        kept.values().forEach(Libc::close);
        kept.clear();
    }
}
