package io.osier.agent.doctor;

import io.osier.agent.model.Json;
import tools.jackson.databind.node.ObjectNode;

/** What a healthy agent tells, to be changed by a test. */
final class Facts {
    private final String name;
    private final ObjectNode json;

    private Facts(String name, ObjectNode json) {
        this.name = name;
        this.json = json;
    }

    /** At 172.30.0.1 and so on. */
    static Facts of(int index) {
        ObjectNode json = Json.object()
                .put("version", "1.2")
                .put("kernel", "6.18")
                .put("subnet", "10.32." + index + ".0/24")
                .put("subnet6", "fd6f:7369:6572:1::a20:" + index + "00/120")
                .put("gateway", "10.32." + index + ".1")
                .put("store", "directory /s")
                .put("storeMillis", 3)
                .put("leases", 1)
                .put("podMtuBytes", 1_450)
                .put("vni", 7)
                .put("underlay", "172.30.0." + (index + 1));
        json.putObject("underlayDevice").put("name", "eth0").put("mtuBytes", 1_500);
        json.put("tapCalls", "io_uring");
        json.putArray("offloads").add("csum").add("tso4").add("tso6");
        ObjectNode features = json.putObject("features")
                .put("tapProblem", "")
                .put("nftProblem", "")
                .put("forwardsIpv4", true)
                .put("hasIpv6", true)
                .put("forwardsIpv6", true);
        features.putArray("tapOffloads")
                .add("csum")
                .add("tso4")
                .add("tso6")
                .add("uso4")
                .add("uso6");
        features.putArray("udpOffloads").add("segment").add("gro");
        json.putArray("peers");
        return new Facts("node-" + (char) ('a' + index), json);
    }

    /** It knows this peer. */
    Facts peer(String peer, int mtuBytes, boolean remoteChecksum, boolean foreign) {
        json.withArray("peers")
                .addObject()
                .put("name", peer)
                .put("address", "172.30.0.9")
                .put("mtuBytes", mtuBytes)
                .put("remoteChecksum", remoteChecksum)
                .put("foreign", foreign);
        return this;
    }

    /** So many packets have come from the peer that was told of last, and gone there. */
    Facts passed(long received, long transmitted) {
        var peers = json.withArray("peers");
        ((ObjectNode) peers.get(peers.size() - 1))
                .put("receivedPackets", received)
                .put("transmittedPackets", transmitted);
        return this;
    }

    Facts put(String field, String value) {
        json.put(field, value);
        return this;
    }

    Facts put(String field, int value) {
        json.put(field, value);
        return this;
    }

    Facts without(String field) {
        json.remove(field);
        return this;
    }

    Facts withoutOffloads() {
        json.putArray("offloads");
        return this;
    }

    Facts underlayMtuBytes(int mtuBytes) {
        json.withObject("underlayDevice").put("mtuBytes", mtuBytes);
        return this;
    }

    Facts clash(String device, String address, String range) {
        json.withArray("clashes")
                .addObject()
                .put("device", device)
                .put("address", address)
                .put("range", range);
        return this;
    }

    Facts feature(String field, String value) {
        json.withObject("features").put(field, value);
        return this;
    }

    Facts feature(String field, boolean value) {
        json.withObject("features").put(field, value);
        return this;
    }

    /** Its kernel has these only. */
    Facts features(String field, String... names) {
        var array = json.withObject("features").putArray(field);
        for (String each : names) {
            array.add(each);
        }
        return this;
    }

    NodeFacts told() {
        return new NodeFacts(name, json);
    }
}
