package io.osier.bench.scale;

import io.osier.agent.ipam.SubnetClaim;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import org.jspecify.annotations.Nullable;

/** A node of the simulated cluster, with what its agent knows of itself. */
final class Member {
    private final int number;
    private final String name;
    private final IpPrefix subnet;
    private final SubnetClaim claim;
    private @Nullable IpAddress lastAddress;

    Member(int number, IpPrefix subnet, SubnetClaim claim) {
        this.number = number;
        this.name = ClusterObjects.nodeName(number);
        this.subnet = subnet;
        this.claim = claim;
    }

    int number() {
        return number;
    }

    String name() {
        return name;
    }

    IpPrefix subnet() {
        return subnet;
    }

    SubnetClaim claim() {
        return claim;
    }

    /** The address that it gave last; null if it has given none. */
    @Nullable
    IpAddress lastAddress() {
        return lastAddress;
    }

    void gave(IpAddress address) {
        lastAddress = address;
    }
}
