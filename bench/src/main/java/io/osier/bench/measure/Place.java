package io.osier.bench.measure;

import io.osier.bench.rig.Rig;
import io.osier.bench.traffic.Station;

/** Where the other end of the traffic is. */
enum Place {
    ACROSS("across", "across nodes"),
    SAME("same", "on one node");

    final String id;
    final String words;

    Place(String id, String words) {
        this.id = id;
        this.words = words;
    }

    Station target(Rig rig) {
        return this == ACROSS ? rig.far() : rig.near();
    }
}
