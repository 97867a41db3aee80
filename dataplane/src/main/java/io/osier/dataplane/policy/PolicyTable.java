package io.osier.dataplane.policy;

import io.osier.dataplane.packet.IpAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What NetworkPolicies say of the pods of one node, by each of their addresses. Immutable; another object says that something may
 * have changed, so that flows are judged anew. Looked up without allocation.
 */
public final class PolicyTable {
    /** There are no policies, so that no pod is isolated. */
    public static final PolicyTable NONE = new PolicyTable(Map.of(), PeerSet.of(List.of(), List.of()), true);

    private record Slot(IpAddress address, PodPolicy policy) {}

    private final @Nullable Slot[] slots;
    private final boolean empty;
    private final PeerSet node;

    private PolicyTable(Map<IpAddress, PodPolicy> pods, PeerSet node, boolean empty) {
        this.slots = new Slot[Integer.highestOneBit(Math.max(1, pods.size())) * 4];
        this.empty = empty;
        this.node = node;
        pods.forEach(this::insert);
    }

    /**
     * A table of policies that there are somewhere.
     *
     * @param pods what is said of each address, {@link PodPolicy#FREE} of those that may do everything; a pod that is not among
     *     them is not known yet, and isolated until it is
     * @param node the node's own addresses beside its gateway's: between a pod and its node everything passes
     */
    public static PolicyTable of(Map<IpAddress, PodPolicy> pods, PeerSet node) {
        return new PolicyTable(pods, node, false);
    }

    /** Whether there are no policies, so that nothing has to be asked. */
    public boolean isEmpty() {
        return empty;
    }

    /** What is said of the pod with this address; null if it is not known here, or no pod of this node. */
    public @Nullable PodPolicy of(long high, long low) {
        for (int at = slotOf(high, low); ; at = next(at)) {
            Slot slot = slots[at];
            if (slot == null) {
                return null;
            }
            if (slot.address().low() == low && slot.address().high() == high) {
                return slot.policy();
            }
        }
    }

    /** Whether the address is the node's own. */
    public boolean isOfNode(long high, long low) {
        return node.contains(high, low);
    }

    private void insert(IpAddress address, PodPolicy policy) {
        int at = slotOf(address.high(), address.low());
        while (slots[at] != null) {
            at = next(at);
        }
        slots[at] = new Slot(address, policy);
    }

    private int next(int slot) {
        return (slot + 1) & (slots.length - 1);
    }

    private int slotOf(long high, long low) {
        return (int) (((low ^ Long.rotateLeft(high, 31)) * 0x9e37_79b9_7f4a_7c15L) >>> 40) & (slots.length - 1);
    }
}
