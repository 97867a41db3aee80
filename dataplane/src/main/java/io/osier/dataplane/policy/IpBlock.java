package io.osier.dataplane.policy;

import io.osier.dataplane.packet.IpPrefix;
import java.util.List;

/**
 * A range of addresses but for some of its parts.
 *
 * @param except what of it does not count
 */
public record IpBlock(IpPrefix cidr, List<IpPrefix> except) {
    public IpBlock {
        except = List.copyOf(except);
    }

    boolean contains(long high, long low) {
        if (!cidr.contains(high, low)) {
            return false;
        }
        for (int i = 0; i < except.size(); i++) { // no iterator to allocate
            if (except.get(i).contains(high, low)) {
                return false;
            }
        }
        return true;
    }
}
