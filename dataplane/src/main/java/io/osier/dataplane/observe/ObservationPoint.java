package io.osier.dataplane.observe;

/**
 * One place where packets are looked at; in a capture file, one interface.
 *
 * @param name the pod's at its TAP, everywhere else the node's
 */
public record ObservationPoint(String name, CaptureStage stage) {
    /** {@code web-1 tap-in}. */
    @Override
    public String toString() {
        return name + " " + stage.label();
    }

    /** What is seen here, in words. */
    public String description() {
        return switch (stage) {
            case TAP_IN -> "what pod " + name + " sends";
            case TAP_OUT -> "what pod " + name + " receives";
            case HOST_IN -> "what " + name + "'s own kernel sends to pods and services";
            case HOST_OUT -> "what " + name + "'s own kernel receives from pods and services";
            case VXLAN_IN -> "what " + name + " receives from other nodes (outer IP and UDP headers rebuilt)";
            case VXLAN_OUT -> "what " + name + " sends to other nodes (outer IP and UDP headers rebuilt)";
            case DROP -> "what " + name + " did not deliver";
        };
    }
}
