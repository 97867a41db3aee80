package io.osier.agent.doctor;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What a node's agent tells of itself. An older one tells less, and what is not told is not judged.
 *
 * @param json its answer
 */
public record NodeFacts(String name, JsonNode json) {
    private static final int IPV4_OVERHEAD_BYTES = 50;
    private static final int IPV6_OVERHEAD_BYTES = 70;
    private static final String CSUM = "csum";

    String text(String field) {
        return json.path(field).asString("");
    }

    /** What its pods may send. */
    public int podMtuBytes() {
        return json.path("podMtuBytes").asInt();
    }

    /** Where its host is on the segment. */
    public String gateway() {
        return text("gateway");
    }

    String version() {
        return text("version");
    }

    /** How other nodes reach it. */
    String underlay() {
        return text("underlay");
    }

    /** How much longer a packet is in a tunnel to it. */
    int overheadBytes() {
        return underlay().contains(":") ? IPV6_OVERHEAD_BYTES : IPV4_OVERHEAD_BYTES;
    }

    /** The device that has the underlay address. */
    String underlayDevice() {
        return json.path("underlayDevice").path("name").asString("");
    }

    /** What that device takes now; 0 if that is not told. */
    int underlayMtuBytes() {
        return json.path("underlayDevice").path("mtuBytes").asInt();
    }

    /** What may come and go undone through its TAPs. */
    List<String> offloads() {
        return words(json.path("offloads"));
    }

    /** What its kernel has; nothing if that is not told. */
    JsonNode features() {
        return json.path("features");
    }

    boolean offloadsChecksums() {
        return offloads().contains(CSUM);
    }

    /** Whether its kernel would let it, as far as is told: what is not in use then was switched off. */
    boolean couldOffloadChecksums() {
        return !features().isObject() || words(features().path("tapOffloads")).contains(CSUM);
    }

    /** What it knows of another node. */
    JsonNode peer(String other) {
        return json.path("peers")
                .valueStream()
                .filter(peer -> peer.path("name").asString().equals(other))
                .findFirst()
                .orElse(json.path("no such peer"));
    }

    static List<String> words(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }
}
