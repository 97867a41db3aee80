package io.osier.agent.handover;

import io.osier.dataplane.io.DescriptorStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the service manager has given to this process: descriptors from 3 on, and their names ({@code sd_listen_fds(3)}). */
final class InheritedDescriptors {
    private static final int FIRST = 3;

    private final Set<String> names;
    private final Map<String, Integer> untaken;

    private InheritedDescriptors(Map<String, Integer> descriptors) {
        names = Set.copyOf(descriptors.keySet());
        untaken = new HashMap<>(descriptors);
    }

    /** What this environment says, if it speaks to the present process and not to its parent. */
    static InheritedDescriptors of(Map<String, String> environment) {
        return of(environment, ProcessHandle.current().pid(), FIRST);
    }

    /** The same for another process, whose first descriptor has another number. */
    static InheritedDescriptors of(Map<String, String> environment, long pid, int first) {
        Map<String, Integer> descriptors = new HashMap<>();
        if (Long.toString(pid).equals(environment.get("LISTEN_PID"))) {
            List<String> names =
                    List.of(environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1));
            int count = number(environment.getOrDefault("LISTEN_FDS", ""));
            for (int i = 0; i < count; i++) {
                NativeCalls.fcntl(first + i, NativeCalls.F_SETFD, NativeCalls.FD_CLOEXEC);
                String name = i < names.size() ? names.get(i) : "";
                Integer twice = descriptors.put(name, first + i);
                if (twice != null) {
                    NativeCalls.close(twice);
                }
            }
        }
        return new InheritedDescriptors(descriptors);
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Those that came, whether taken since or not. */
    Set<String> names() {
        return names;
    }

    synchronized int take(String name) {
        Integer descriptor = untaken.remove(name);
        return descriptor == null ? DescriptorStore.NONE : descriptor;
    }

    /** Closes those that nobody has taken. */
    synchronized void closeRest() {
        untaken.values().forEach(NativeCalls::close);
        untaken.clear();
    }
}
