package io.osier.dataplane.observe;

import io.osier.dataplane.port.PortKind;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Where on its way through a node a packet is looked at. */
public enum CaptureStage {
    /** A pod has sent it. */
    TAP_IN("tap-in"),
    /** A pod gets it. */
    TAP_OUT("tap-out"),
    /** The node's own kernel has sent it. */
    HOST_IN("host-in"),
    /** The node's own kernel gets it. */
    HOST_OUT("host-out"),
    /** Another node has sent it. */
    VXLAN_IN("vxlan-in"),
    /** Another node gets it. */
    VXLAN_OUT("vxlan-out"),
    /** It ends here. */
    DROP("drop");

    private final String label;

    CaptureStage(String label) {
        this.label = label;
    }

    /** The name that users see: {@code tap-in}. */
    public String label() {
        return label;
    }

    /**
     * The stage with this name.
     *
     * @throws IllegalArgumentException if there is none; the message names them all
     */
    public static CaptureStage of(String label) {
        for (CaptureStage stage : values()) {
            if (stage.label.equals(label)) {
                return stage;
            }
        }
        throw new IllegalArgumentException("\"" + label + "\" is no stage: "
                + Arrays.stream(values()).map(CaptureStage::label).collect(Collectors.joining(", ")));
    }

    /** Where a packet is seen that comes in by such a port. */
    static CaptureStage in(PortKind kind) {
        return switch (kind) {
            case POD -> TAP_IN;
            case HOST -> HOST_IN;
            case TUNNEL -> VXLAN_IN;
        };
    }

    /** Where a packet is seen that goes out of such a port. */
    static CaptureStage out(PortKind kind) {
        return switch (kind) {
            case POD -> TAP_OUT;
            case HOST -> HOST_OUT;
            case TUNNEL -> VXLAN_OUT;
        };
    }
}
